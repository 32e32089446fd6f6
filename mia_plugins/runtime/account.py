"""What a strategy holds and has made, counted from its fills; exact, and the same in backtest and live."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from mia_plugins.data.columns import Quotes
from mia_plugins.runtime.booking import Booking
from mia_plugins.runtime.broker import BrokerAccount, Costs

if TYPE_CHECKING:
    from mia_plugins.runtime.brackets import Bracket


class Role(StrEnum):
    """What an order is for."""

    ENTRY = "entry"
    STOP = "stop"
    TARGET = "target"
    EXIT = "exit"
    """Out at the market: time, session end, a signal, risk."""


@dataclass(frozen=True, slots=True)
class Fill:
    """An execution of an order of ours."""

    ts: int
    """UTC ns."""
    order_id: str
    decision: int
    """The decision that led to it."""
    role: Role
    side: int
    """+1 bought, -1 sold."""
    lots: int
    """Contracts."""
    ticks: int
    """Price, in ticks."""
    fee: Decimal
    """$."""
    first_stop: int | None = None
    """Where the stop lay at first, in ticks: what was risked."""


@dataclass(slots=True)
class RoundTrip:
    """From flat to flat."""

    decision: int
    ts_open: int
    side: int
    bought: int = 0
    """Contracts."""
    sold: int = 0
    """Contracts."""
    paid: int = 0
    """Ticks times contracts, bought."""
    got: int = 0
    """Ticks times contracts, sold."""
    fees: Decimal = Decimal(0)
    """$."""
    first_stop: int | None = None
    """Where its stop lay at first, in ticks."""
    ts_close: int = 0
    exit: str = ""
    """How it ended: stop, target, or the reason it was closed for."""
    low: int | None = None
    """The lowest price that it could have been left at while it was held, in ticks; None: no quote came."""
    high: int | None = None
    """The highest such price, in ticks."""

    def see(self, quotes: Quotes) -> None:
        """Take note of quotes between its first and its last fill: bids of a long one, asks of a short."""
        begin = int(quotes.ts.searchsorted(self.ts_open, "right"))
        end = int(quotes.ts.searchsorted(self.ts_close, "left")) if self.ts_close else len(quotes.ts)
        prices = (quotes.bid_ticks if self.side > 0 else quotes.ask_ticks)[begin:end]
        if len(prices):
            low, high = int(prices.min()), int(prices.max())
            self.low = low if self.low is None else min(self.low, low)
            self.high = high if self.high is None else max(self.high, high)

    def excursions(self, entry: float, leave: float) -> tuple[float, float]:
        """Return how far prices went against and for it, in ticks, given what it was entered and left at."""
        low = min(leave, leave if self.low is None else self.low)
        high = max(leave, leave if self.high is None else self.high)
        against, beyond = (entry - low, high - entry) if self.side > 0 else (high - entry, entry - low)
        return max(0.0, against), max(0.0, beyond)

    @property
    def position(self) -> int:
        """Contracts held: above 0 long."""
        return self.bought - self.sold

    def gross(self, tick_value: Decimal) -> Decimal:
        """Return profit or loss before fees, in $, of one that is closed."""
        return (self.got - self.paid) * tick_value


@dataclass
class Account:
    """One strategy's position and day in one product."""

    tick_value: Decimal
    """$ a tick and contract."""
    product: str = ""
    """What its orders are for, such as MES."""
    decided_on: str = ""
    """The product whose prices are its own: ES, where MES is traded for it; "" for the product itself."""
    costs: Costs = field(default_factory=Costs)
    """Beside the price."""
    broker: BrokerAccount = field(default_factory=BrokerAccount, repr=False)
    """The account that it is a part of, which other strategies may trade too."""
    position: int = 0
    """Contracts held: above 0 long."""
    trades_today: int = 0
    """Round trips begun since the session opened."""
    realized_today: Decimal = Decimal(0)
    """$ after fees, of what was closed since the session opened, and fees of what is open."""
    losses_in_row: int = 0
    """Round trips lost one after the other."""
    last_exit_ts: int = 0
    """UTC ns; 0 before the first."""
    last_exit: str = ""
    """How the last round trip ended."""
    trip: RoundTrip | None = field(default=None, repr=False)
    """The one that is open."""
    bracket: "Bracket | None" = field(default=None, repr=False)
    """The orders that work; the desk's."""
    booking: Booking = field(init=False, repr=False)
    """What a broker's account was moved by."""

    def __post_init__(self) -> None:
        """Start without a position."""
        self.booking = Booking(self.tick_value)
        self.broker.accounts.append(self)

    def begin_session(self) -> None:
        """Start a trading day."""
        self.trades_today = 0
        self.realized_today = Decimal(0)
        self.broker.begin_session()

    @property
    def is_about_to_begin(self) -> bool:
        """Say whether an entry works and nothing of it is filled yet."""
        bracket = self.bracket
        return self.trip is None and bracket is not None and bracket.entry.is_open

    def take(self, fill: Fill, reason: str = "") -> RoundTrip | None:
        """Count a fill; return the round trip it closes. `reason` is why the position is being left.

        A fill that turns the position round closes one trip and begins the next.
        """
        self.booking.take(fill.side, fill.lots, fill.ticks, fill.fee)
        left = fill.lots
        closed = None
        if self.trip and fill.side != self.trip.side and left >= abs(self.position):
            part = abs(self.position)
            closed = self._add(fill, part, fill.fee * part / fill.lots)
            self._close(closed, fill, reason)
            left -= part
        if left:
            self._add(fill, left, fill.fee * left / fill.lots)
        return closed

    def _add(self, fill: Fill, lots: int, fee: Decimal) -> RoundTrip:
        trip = self.trip
        if trip is None:
            trip = RoundTrip(fill.decision, fill.ts, fill.side, first_stop=fill.first_stop)
            self.trip = trip
            self.trades_today += 1
            self.broker.began()
        if fill.side > 0:
            trip.bought += lots
            trip.paid += lots * fill.ticks
        else:
            trip.sold += lots
            trip.got += lots * fill.ticks
        trip.fees += fee
        self.position += fill.side * lots
        self._book(-fee)
        return trip

    def _close(self, trip: RoundTrip, fill: Fill, reason: str) -> None:
        trip.ts_close = fill.ts
        trip.exit = reason if fill.role is Role.EXIT and reason else str(fill.role)
        gross = trip.gross(self.tick_value)
        self._book(gross)
        self.losses_in_row = self.losses_in_row + 1 if gross - trip.fees < 0 else 0
        self.last_exit_ts, self.last_exit = fill.ts, trip.exit
        self.broker.ended(fill.ts, gross - trip.fees, trip.exit, self._risked(trip))
        self.trip = None

    def _risked(self, trip: RoundTrip) -> Decimal:
        """Return $ that a round trip would have lost at the stop it had at first; 0 without one."""
        stop = trip.first_stop
        if stop is None:
            return Decimal(0)
        away = trip.paid - stop * trip.bought if trip.side > 0 else stop * trip.sold - trip.got
        return away * self.tick_value

    def _book(self, amount: Decimal) -> None:
        self.realized_today += amount
        self.broker.book(amount)
