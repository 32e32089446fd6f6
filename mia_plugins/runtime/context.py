"""What a strategy or an actor is given by the run that it is part of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from mia_plugins.data.columns import Bars
from mia_plugins.data.instruments import Contract
from mia_plugins.data.sessions import Session
from mia_plugins.runtime.account import Account
from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.hearing import Ear, OrderEar
from mia_plugins.runtime.incidents import Incidents
from mia_plugins.runtime.keeping import Keeper, Unkept
from mia_plugins.runtime.killing import Halt, never
from mia_plugins.runtime.needs import Parts
from mia_plugins.runtime.records import Records
from mia_plugins.runtime.settings import StrategySettings
from mia_plugins.runtime.steps import UNRECORDED, Steps
from mia_plugins.runtime.terms import AS_THEY_ARE, Terms
from mia_plugins.runtime.vitals import Vitals
from mia_plugins.tape.follower import Follower
from mia_plugins.tape.known import KnownTable
from mia_plugins.tape.tape import Rows, Tape

if TYPE_CHECKING:
    from mia_plugins.journal.writer import DecisionBook
    from mia_plugins.runtime.following import Following


@dataclass(frozen=True)
class TradingDay:
    """A session, with the contract of each product that leads in it."""

    session: Session
    contracts: Mapping[str, Contract]
    """By product."""


class Warnings:
    """What a person should know at the end of a run, each kind once, with how often it came."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, int]] = {}

    def add(self, kind: str, text: str) -> None:
        """Note a warning; of one kind the first text is kept."""
        first, times = self._found.get(kind, (text, 0))
        self._found[kind] = (first, times + 1)

    def lines(self) -> list[str]:
        """Return them as lines."""
        return [
            text if times == 1 else f"{text} (the first of {times} such)"
            for text, times in self._found.values()
        ]


class Feed(Protocol):
    """How rows reach a strategy's tapes."""

    def prepare(self, measures: Iterable[Follower]) -> None:
        """Take note of the triggers among a strategy's features."""

    def handlers(self) -> dict[str, Callable[[Any], None]]:
        """Return what Nautilus is to call, by the handler's name."""

    is_ready: bool
    """Whether the strategy may look at the market."""

    def get_ready(self, clock: Any) -> None:
        """Be ready, at once or by an alert of the strategy's clock."""

    def begin(self, strategy: Any, day: TradingDay) -> None:
        """Start a trading day."""

    def load(self, product: str, rows: Rows) -> None:
        """Take rows of a product; they may lie in the future."""

    def recall(self, product: str, session: Session, minutes: Bars) -> None:
        """Take minutes of history, before anything has been looked at."""

    def triggers(self, end: int) -> list[int]:
        """Return when triggers fire in what was loaded, before `end` (UTC ns)."""

    def advance(self, now: int) -> None:
        """Bring the tapes what has arrived by now (UTC ns)."""


@dataclass(frozen=True)
class Context:
    """Everything that is a strategy's own: one product, its tape and its place in the journal."""

    name: str
    """The component's name in the settings file."""
    product: str
    """What its decisions are about, such as ES."""
    settings: StrategySettings
    traded: str
    """What its orders are for: the product itself, or its micro."""
    days: Sequence[TradingDay]
    tapes: Mapping[str, Tape]
    """By product; what it trades is among them."""
    feed: Feed
    known: Mapping[str, KnownTable]
    """The tables it reads, by name."""
    book: "DecisionBook"
    following: "Following"
    """What its decisions that were not taken would have done."""
    account: Account
    records: Records
    guard: Guard
    stop: Sequence[int]
    """A byte; not zero when the run is to end now."""
    trader_id: str
    kill: Sequence[int] = field(default_factory=never)
    """A byte, the kill switch: a `Kill`. A bytearray is looked at every tenth of a second."""
    parts: Parts = field(default_factory=Parts)
    """Plugins of the run that it may look at, such as features and rules."""
    capital: float = 0.0
    """$ the run begins with."""
    client_id: str | None = None
    """The execution client orders go to; IB denies orders without one."""
    reduce_only: bool = True
    """Whether exits carry the flag; IB refuses it."""
    warnings: Warnings = field(default_factory=Warnings)
    """What a person should know at the end of the run."""
    incidents: Incidents = field(default_factory=Incidents)
    """What went wrong, with its numbers."""
    keeper: Keeper = field(default_factory=Unkept)
    """What keeps orders and executions beyond the end of the process."""
    vitals: Vitals = field(default_factory=Vitals)
    """How the run is doing."""
    halt: Halt = field(default_factory=Halt)
    """What those who watch over the run keep it from."""
    steps: Steps = UNRECORDED
    """Who writes down in what order its calls are handled."""
    terms: Terms = AS_THEY_ARE
    """How whoever executes its orders tells times and contracts."""
    blocks_foreign: bool = True
    """Whether an order of somebody else keeps it from entering anything."""
    ears: Sequence[Ear] = ()
    """Actors that hear what becomes of its candidates and trades."""
    order_ears: Sequence[OrderEar] = ()
    """Who hears of each event of its orders: the log of a living run."""

    @property
    def strategy_id(self) -> str:
        """Its name among all strategies of the run."""
        return f"{self.name}-{self.product}"

    @property
    def who(self) -> str:
        """What messages call it."""
        return f"the strategy '{self.strategy_id}'"
