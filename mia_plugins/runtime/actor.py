"""`MiaActor`: what publishes the data that strategies need, such as levels or dealers' bias."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import pyarrow as pa
from nautilus_trader.common import DataActor, DataActorConfig
from nautilus_trader.model import ActorId

from mia_plugins.data.arrow import Kind
from mia_plugins.runtime.context import Feed, TradingDay, Warnings
from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.guarded import Guarded
from mia_plugins.runtime.hearing import HeardDecision, HeardTrade
from mia_plugins.runtime.incidents import Incidents
from mia_plugins.runtime.killing import Halt
from mia_plugins.runtime.terms import AS_THEY_ARE, Terms
from mia_plugins.runtime.vitals import Vitals
from mia_plugins.settings.model import BaseSettings
from mia_plugins.tape.known import KnownTable
from mia_plugins.tape.tape import Rows, Tape


@dataclass(frozen=True)
class ActorContext:
    """Everything that is an actor's own."""

    name: str
    """The component's name in the settings file."""
    settings: BaseSettings
    days: Sequence[TradingDay]
    known: Mapping[str, KnownTable]
    """The tables it reads, by name."""
    guard: Guard
    vitals: Vitals = field(default_factory=Vitals)
    """How the run is doing."""
    halt: Halt = field(default_factory=Halt)
    """What stops the strategies of the run."""
    incidents: Incidents = field(default_factory=Incidents)
    """Where it notes what went wrong."""
    instruments: Sequence[str] = ()
    """The products that the run decides on."""
    tapes: Mapping[str, Tape] = field(default_factory=dict)
    """By product, of an actor that `reads` of them; also of those that are only observed."""
    feed: Feed | None = None
    """How rows reach its tapes."""
    make_known: Callable[[str, pa.Table, int], None] | None = None
    """Puts rows of a table, which came at an instant (UTC ns), before all strategies. A backtest has no such
    thing: what comes from outside now was not known on its days."""
    terms: Terms = AS_THEY_ARE
    """How the node's clock tells the time."""
    warnings: Warnings = field(default_factory=Warnings)
    """What a person should know: told at once where somebody looks, and at the end of the run."""

    @property
    def who(self) -> str:
        """What messages call it."""
        return f"the actor '{self.name}'"


class MiaActor(Guarded, DataActor):
    """Base of every actor: Nautilus' own, of which no handler, timer or topic can fail in silence."""

    Settings: ClassVar[type[BaseSettings]] = BaseSettings
    tables: ClassVar[frozenset[str]] = frozenset()
    """Tables of the catalog it reads from `self.known`, such as `levels`."""
    reads: ClassVar[frozenset[Kind] | None] = None
    """What it reads of its tapes, beside bars of one minute; `None`: it has no tapes."""
    feels_the_pulse: ClassVar[bool] = False
    """Whether it looks at `context.vitals.pulses`: else nobody feeds them."""

    def __new__(cls, context: ActorContext, *_: Any) -> Self:
        """Make Nautilus' part of it."""
        config = DataActorConfig(actor_id=ActorId(context.name), log_events=False, log_commands=False)
        return super().__new__(cls, config)  # type: ignore[call-arg]

    def __init__(self, context: ActorContext) -> None:
        self._unshare()
        self.context = context
        self.settings: Any = context.settings
        self.known: Mapping[str, KnownTable] = context.known
        """The tables it reads, as far as they are known by the time it looks: call `advance(now)` first."""
        ours: dict[str, Callable[..., Any]] = {"on_start": self._start}
        self._guard_handlers(MiaActor, ours | (context.feed.handlers() if context.feed else {}))

    def begin(self) -> None:
        """Prepare, before the first data. Override it; there is nothing to call."""

    def take_rows(self, product: str, rows: Rows) -> None:
        """Put rows on its tapes, which may lie in the future; the runner's."""
        if self.context.feed is not None and product in self.context.tapes:
            self.context.feed.load(product, rows)

    def hear_decision(self, heard: HeardDecision) -> None:
        """Take note of a candidate that was judged. Override it; there is nothing to call."""

    def hear_trade(self, heard: HeardTrade) -> None:
        """Take note of a closed trade. Override it; there is nothing to call."""

    def _start(self) -> None:
        self.begin()
