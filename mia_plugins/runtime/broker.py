"""The account at the broker that all strategies of a run share: limits hold for all of them together."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from mia_plugins.runtime.stakes import Stake, open_of, stake_of

if TYPE_CHECKING:
    from mia_plugins.runtime.account import Account

KEPT = 200
"""Closed round trips that are remembered."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What trading a contract costs beside its price."""

    commission: Decimal = Decimal(0)
    """$ a contract and side."""
    slippage: int = 0
    """Ticks a side that orders at the market and stops are taken to pay."""

    def round_turn(self, tick_value: Decimal) -> Decimal:
        """Return $ a contract, in at the market and out by the stop; `tick_value` is $ a tick."""
        return 2 * (self.commission + self.slippage * tick_value)


class Closed(NamedTuple):
    """A round trip that is over."""

    ts: int
    """When: UTC ns."""
    net: Decimal
    """$ after fees."""
    exit: str
    """How it ended: stop, target, or the reason it was left for."""
    day: Decimal
    """$ the account had made since the session opened, this one included."""


@dataclass
class BrokerAccount:
    """What all strategies of a run hold and have made, one after the other."""

    capital: Decimal = Decimal(0)
    """$ it began with."""
    accounts: "list[Account]" = field(default_factory=list, repr=False, compare=False)
    """One a strategy and product."""
    realized: Decimal = Decimal(0)
    """$ after fees, of what was closed, and fees of what is open."""
    realized_today: Decimal = Decimal(0)
    """The same since the session opened."""
    trades_today: int = 0
    """Round trips begun since the session opened."""
    losses_in_row: int = 0
    """Round trips lost one after the other."""
    outcomes: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT), repr=False)
    """What the last round trips came to after fees, in units of what was risked (R), as they ended.

    Among them are those that were not taken since Kelly would have risked nothing.
    """
    closed: deque[Closed] = field(default_factory=lambda: deque(maxlen=KEPT), repr=False)
    """The last round trips, in the order of their ends."""
    peak: Decimal = field(init=False)
    """The highest that capital and gains have been, in $."""
    day_peak: Decimal = field(init=False)
    """The highest since the session opened."""

    def __post_init__(self) -> None:
        """Begin at its highest."""
        self.peak = self.day_peak = self.capital

    @property
    def balance(self) -> Decimal:
        """$: the capital and what was made of it."""
        return self.capital + self.realized

    @property
    def is_in(self) -> bool:
        """Say whether any strategy holds something, or has it on its way."""
        return any(one.trip is not None or one.bracket is not None for one in self.accounts)

    def begin_session(self) -> None:
        """Start a trading day; each of its strategies says so."""
        self.trades_today = 0
        self.realized_today = Decimal(0)
        self.day_peak = self.balance

    def began(self) -> None:
        """Count a round trip that begins."""
        self.trades_today += 1

    def book(self, amount: Decimal) -> None:
        """Take a gain or, below 0, a fee or loss, in $."""
        self.realized += amount
        self.realized_today += amount

    def ended(self, ts: int, net: Decimal, how: str, risked: Decimal) -> None:
        """Count a round trip that is over and booked: when (UTC ns), $ after fees, how, and $ risked."""
        if risked > 0:
            self.outcomes.append(float(net / risked))
        self.losses_in_row = self.losses_in_row + 1 if net < 0 else 0
        self.closed.append(Closed(ts, net, how, self.realized_today))
        self._rise(self.balance)

    def see(self, prices: Mapping[str, int]) -> None:
        """Take note of the highest it has been with what is held; prices in ticks by what is decided on."""
        self._rise(self.balance + self.open(prices))

    def stakes(self, prices: Mapping[str, int]) -> Iterator[Stake]:
        """Yield what is held and on its way, at prices in ticks by the product decided on."""
        for account in self.accounts:
            if (stake := stake_of(account, prices.get(account.decided_on or account.product))) is not None:
                yield stake

    def open(self, prices: Mapping[str, int]) -> Decimal:
        """Return $ that all that is held would bring at prices in ticks by the product decided on."""
        worth = Decimal(0)
        for account in self.accounts:
            if account.trip is not None:
                worth += open_of(account, prices.get(account.decided_on or account.product))
        return worth

    def _rise(self, worth: Decimal) -> None:
        if worth > self.day_peak:
            self.day_peak = worth
            self.peak = max(self.peak, worth)
