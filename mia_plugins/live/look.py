"""`Look`: how a living run stood at an instant, as plain numbers and texts that nobody changes any more.

The node's thread takes one (`mia_plugins.live.taking`); the screen and the log read it on threads of
their own.
"""

from dataclasses import dataclass
from decimal import Decimal

from mia_plugins.runtime.killing import Kill


@dataclass(frozen=True, slots=True)
class Facts:
    """What does not change while a run lives."""

    name: str
    """Of the run, such as its settings file."""
    mode: str
    """sim, paper-sandbox, paper or live."""
    account_id: str = ""
    """At the broker."""

    @property
    def is_real_money(self) -> bool:
        """Say whether orders cost money."""
        return self.mode == "live"


@dataclass(frozen=True, slots=True)
class Age:
    """How long ago something was heard of."""

    name: str
    """Such as ES."""
    seconds: float | None
    """None: it has not been heard of yet, or the market is closed."""
    limit: float
    """Seconds from which on it is stale."""

    @property
    def is_stale(self) -> bool:
        """Say whether it is too old."""
        return self.seconds is not None and self.seconds >= self.limit


@dataclass(frozen=True, slots=True)
class StrategyLook:
    """What one strategy holds and has made in one product."""

    strategy_id: str
    symbol: str
    """What it trades, such as MESM6; the product before the first session."""
    price: int | None
    """The last of what it decides on, in ticks."""
    position: int
    """Contracts held: above 0 long."""
    average: float | None
    """What they were entered at on average, in ticks."""
    stop: int | None
    """Where the stop of what is held or coming works, in ticks."""
    target: int | None
    """The same of its target."""
    open: Decimal | None
    """$ that leaving it now would bring, costs included; None where nothing is held."""
    made_today: Decimal
    """$ after fees, of what was closed since the session opened, and fees of what is open."""
    trades_today: int
    leaving: str
    """Why it is being left; "" while it is not."""
    decided: int | None
    """When it was evaluated last: UTC ns."""
    said: str
    """What it came to then, in a word or two."""


@dataclass(frozen=True, slots=True)
class OrderLook:
    """An order that can still be filled."""

    strategy_id: str
    symbol: str
    order_id: str
    role: str
    side: int
    """+1 buys, -1 sells."""
    lots: int
    """Contracts asked for."""
    filled: int
    """Contracts."""
    ticks: int | None
    """Limit or trigger price; None at the market."""
    type: str
    state: str
    age: float
    """Seconds since it was submitted."""


@dataclass(frozen=True, slots=True)
class MoneyLook:
    """The account that all strategies of the run share, in $."""

    made_today: Decimal
    """After fees, of what was closed since the session opened, and fees of what is open."""
    open: Decimal
    """What leaving all that is held would bring, costs included."""
    at_stops: Decimal
    """The same if every stop is met, of what is held and on its way."""
    balance: Decimal
    peak: Decimal
    """The highest it has been, open gains included."""
    trades_today: int
    losses_in_row: int

    @property
    def day(self) -> Decimal:
        """What the day has made so far, with what is open."""
        return self.made_today + self.open


@dataclass(frozen=True, slots=True)
class LimitLook:
    """A limit and how near it is: measured against a number, or what a rule said was left of it."""

    name: str
    ts: int
    """When that was: UTC ns."""
    number: float
    """What was measured; of a rule what is left: below 0 it blocks."""
    unit: str
    limit: float | None = None
    """None of a rule: it tells what is left alone."""
    share: float | None = None
    """How much of the way is gone, from 1 on all of it; None of a rule."""
    does: str = ""
    """What is done there, such as `stop_entries`."""
    strategy_id: str = ""
    """Whose candidate a rule was asked about."""

    @property
    def is_reached(self) -> bool:
        """Say whether it acts."""
        return self.number < 0 if self.share is None else self.share >= 1


@dataclass(frozen=True, slots=True)
class DecisionLook:
    """A candidate that was judged."""

    ts: int
    """UTC ns."""
    id: int
    """Its number in the journal."""
    strategy_id: str
    product: str
    side: int
    """+1 buy, -1 sell."""
    size: int
    """Contracts."""
    outcome: str
    why: str
    """What was against it, with its number; "" where nothing was."""
    score: float | None
    stop: int | None
    """Ticks."""
    target: int | None
    """Ticks."""


@dataclass(frozen=True, slots=True)
class IncidentLook:
    """Something that went wrong, or nearly."""

    ts: int
    """UTC ns."""
    who: str
    what: str
    level: str
    told: str


@dataclass(frozen=True, slots=True)
class Look:
    """How a living run stood at an instant."""

    ts: int
    """UTC ns."""
    facts: Facts
    state: str
    """Such as starting, warming up, trading or stopping."""
    connection: Age
    """Seconds for which the broker has not been reached."""
    ages: tuple[Age, ...]
    """Of data and of what the broker tells of the account."""
    strategies: tuple[StrategyLook, ...]
    orders: tuple[OrderLook, ...]
    money: MoneyLook
    limits: tuple[LimitLook, ...]
    """The nearest first."""
    decisions: tuple[DecisionLook, ...] = ()
    """The latest first."""
    incidents: tuple[IncidentLook, ...] = ()
    """The latest first."""
    halt: Kill = Kill.OFF
    """What those who watch over the run keep it from."""
    halted_by: str = ""
    kill: Kill = Kill.OFF
    """The kill switch."""

    @property
    def is_connected(self) -> bool:
        """Say whether the broker is reached."""
        return self.connection.seconds is not None and not self.connection.is_stale

    @property
    def stale(self) -> tuple[str, ...]:
        """The names of what is too old."""
        return tuple(one.name for one in self.ages if one.is_stale)
