"""What fills move an account by: fees, and the gain of each closing fill on the average price in."""

from dataclasses import dataclass, field
from decimal import Decimal
from math import gcd

CENT = Decimal("0.01")


@dataclass(slots=True)
class Booking:
    """One position's money as a broker books it, and Nautilus: a rounded amount a fill.

    The gain of a round trip is exact in `RoundTrip`; where it was entered at several prices and left in
    parts, what was booked can differ from it by some cents.
    """

    tick_value: Decimal
    """$ a tick and contract."""
    position: int = 0
    """Contracts held: above 0 long."""
    total: Decimal = Decimal(0)
    """$ that the account was moved by."""
    ties: int = 0
    """Amounts that lay halfway between two cents: in floating point they may be rounded either way."""
    _ticks: int = 0
    """The price in is so many ticks over `_parts`: a `Fraction` would take ten times as long."""
    _parts: int = 1
    _cents: tuple[int, int] = field(init=False, repr=False)
    """Of a tick and contract: so many over so many."""

    def __post_init__(self) -> None:
        """Take the value of a tick apart."""
        self._cents = (self.tick_value * 100).as_integer_ratio()

    def take(self, side: int, lots: int, ticks: int, fee: Decimal) -> None:
        """Book a fill: +1 bought or -1 sold, contracts, ticks, $."""
        self.total -= fee
        held = abs(self.position)
        closing = min(lots, held) if side * self.position < 0 else 0
        if closing:
            self._book((ticks * self._parts - self._ticks) * closing * -side)
            self.position += side * closing
            held -= closing
        opening = lots - closing
        if opening:
            self._average_in(held, opening, ticks)
            self.position += side * opening

    def _average_in(self, held: int, opening: int, ticks: int) -> None:
        """Make the price in that of contracts which are held and of those that are added."""
        if not held:
            self._ticks, self._parts = ticks, 1
            return
        total, parts = self._ticks * held + ticks * opening * self._parts, self._parts * (held + opening)
        common = gcd(total, parts)
        self._ticks, self._parts = total // common, parts // common

    def _book(self, gain: int) -> None:
        """Book a gain in `_parts` of ticks times contracts, rounded to the cent, halves away from zero."""
        cents, over = self._cents
        over *= self._parts
        whole, rest = divmod(abs(gain) * cents, over)
        self.ties += 2 * rest == over
        rounded = whole + (2 * rest >= over)
        self.total += CENT * (rounded if gain * cents > 0 else -rounded)
