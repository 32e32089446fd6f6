"""What fills move an account by: fees, and the gain of each closing fill on the average price in."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

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
    _average: Fraction = Fraction(0)
    """Ticks: the price in."""

    def take(self, side: int, lots: int, ticks: int, fee: Decimal) -> None:
        """Book a fill: +1 bought or -1 sold, contracts, ticks, $."""
        self.total -= fee
        closing = min(lots, abs(self.position)) if side * self.position < 0 else 0
        if closing:
            self._book((ticks - self._average) * closing * -side)
            self.position += side * closing
        opening = lots - closing
        if opening:
            held = abs(self.position)
            self._average = (self._average * held + ticks * opening) / (held + opening)
            self.position += side * opening

    def _book(self, gain: Fraction) -> None:
        """Book a gain in ticks times contracts, rounded to the cent, halves away from zero."""
        cents = gain * Fraction(self.tick_value) * 100
        whole, rest = divmod(abs(cents), 1)
        self.ties += rest == Fraction(1, 2)
        rounded = int(whole) + (rest >= Fraction(1, 2))
        self.total += CENT * (rounded if cents > 0 else -rounded)
