"""What a strategy has in the market, or on its way there: what it would bring now, and at its stop."""

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mia_plugins.runtime.account import Account, RoundTrip
    from mia_plugins.runtime.brackets import Bracket

NOTHING = Decimal(0)


class Stake(NamedTuple):
    """What one strategy has in the market, or on its way there."""

    product: str
    side: int
    """+1 long, -1 short."""
    contracts: int
    """Held, or still to be entered."""
    price: int
    """What one is reckoned at, in ticks."""
    open: Decimal
    """$ that leaving it now would bring, after what that costs; parts that were left are included."""
    worst: Decimal
    """The same at its stop, or now where that is less."""

    @property
    def risk(self) -> Decimal:
        """$ that are lost from now on when its stop is met: 0 or more."""
        return self.open - self.worst


def stake_of(account: "Account", price: int | None) -> Stake | None:
    """Return what is held and on its way at a price in ticks; None where there is nothing.

    Without a price, what was paid stands for it.
    """
    bracket, trip = account.bracket, account.trip
    worth = at_stop = NOTHING
    now = _reckoned_at(account, price)
    if trip is not None:
        worth = _left_at(account, trip, now)
        at_stop = worth if bracket is None else min(worth, _stopped(account, trip, bracket, now))
    coming = _coming(bracket)
    if bracket is not None and coming:
        at_stop -= _risk_of_entry(account, bracket, now) * coming
    if trip is None and not coming:
        return None
    side = bracket.side if bracket is not None else _sign(account.position)
    return Stake(account.product, side, abs(account.position) + coming, now, worth, at_stop)


def open_of(account: "Account", price: int | None) -> Decimal:
    """Return $ that leaving a round trip now would bring, at a price in ticks; there must be one."""
    assert account.trip is not None  # noqa: S101 for the type checker
    return _left_at(account, account.trip, _reckoned_at(account, price))


def _coming(bracket: "Bracket | None") -> int:
    """Return the contracts an entry that works has still to bring."""
    if bracket is None or not bracket.entry.is_open:
        return 0
    return bracket.entry.lots - bracket.entry.filled


def _left_at(account: "Account", trip: "RoundTrip", price: int) -> Decimal:
    """Return $ of a round trip that is left at the market, the price being so many ticks."""
    held, costs = account.position, account.costs
    ticks = trip.got - trip.paid + held * price - abs(held) * costs.slippage
    return ticks * account.tick_value - abs(held) * costs.commission


def _stopped(account: "Account", trip: "RoundTrip", bracket: "Bracket", now: int) -> Decimal:
    """Return $ of a round trip whose stop is met; what no stop covers is left now."""
    stop = bracket.stop
    return _left_at(account, trip, now if stop.ticks is None or not stop.is_open else stop.ticks)


def _risk_of_entry(account: "Account", bracket: "Bracket", price: int) -> Decimal:
    """Return $ a contract that is entered, at its limit or a price in ticks, and stopped out."""
    entered = price if bracket.entry.ticks is None else bracket.entry.ticks
    ticks = max(0, (entered - (bracket.stop.ticks or 0)) * bracket.side)
    return ticks * account.tick_value + account.costs.round_turn(account.tick_value)


def _reckoned_at(account: "Account", price: int | None) -> int:
    """Return the price that counts: the last, what was paid, or where what is on its way has its stop."""
    trip, bracket = account.trip, account.bracket
    if price is not None:
        return price
    if trip is not None:
        return round(trip.paid / trip.bought if trip.side > 0 else trip.got / trip.sold)
    return (bracket.stop.ticks or 0) if bracket is not None else 0


def _sign(position: int) -> int:
    return (position > 0) - (position < 0)
