"""What a broker books, held to an average price in fractions and to rounding by `Decimal`."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from mia_plugins.runtime.booking import CENT, Booking

FILLS = st.lists(
    st.tuples(st.sampled_from((1, -1)), st.integers(1, 9), st.integers(-40, 40), st.integers(0, 500)),
    max_size=40,
)
TICK_VALUES = st.sampled_from(("12.5", "5", "1.25", "0.5", "0.333", "7.8125")).map(Decimal)


def booked(tick_value: Decimal, fills: list[tuple[int, int, int, int]]) -> Decimal:
    """Return what a list of contracts, each with the price it was averaged to, gains in cents, less fees."""
    held: list[Fraction] = []
    side, total = 0, Decimal(0)
    for sign, lots, ticks, fee in fills:
        total -= CENT * fee
        closing = min(lots, len(held)) if sign == -side else 0
        if closing:
            gain = sum((Fraction(ticks) - price for price in held[:closing]), Fraction()) * side
            dollars = gain * Fraction(tick_value)
            exact = Decimal(dollars.numerator) / Decimal(dollars.denominator)
            total += exact.quantize(CENT, ROUND_HALF_UP)
            held = held[closing:]
        if lots > closing:
            held += [Fraction(ticks)] * (lots - closing)
            held = [sum(held, Fraction()) / len(held)] * len(held)
            side = sign
    return total


@given(TICK_VALUES, FILLS)
def test_what_is_booked_is_the_gain_on_the_average_price_in_rounded_to_the_cent(
    tick_value: Decimal, fills: list[tuple[int, int, int, int]]
) -> None:
    booking = Booking(tick_value)
    for side, lots, ticks, fee in fills:
        booking.take(side, lots, ticks, CENT * fee)
    assert booking.total == booked(tick_value, fills)
    assert booking.position == sum(side * lots for side, lots, _, _ in fills)


def test_an_amount_halfway_between_two_cents_goes_away_from_zero_and_is_counted() -> None:
    for side, total in ((1, "0.02"), (-1, "-0.02")):
        booking = Booking(Decimal("0.015"))
        booking.take(side, 1, 100, Decimal(0))
        booking.take(-side, 1, 101, Decimal(0))
        assert (booking.total, booking.ties) == (Decimal(total), 1)
