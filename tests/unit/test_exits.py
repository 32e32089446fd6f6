"""Stops that follow, break-even and the bracket, in tables: both sides, at the boundaries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mia_plugins.units import Multiple, Ticks
from strategies.decision.exits import (
    Bracket,
    BreakEven,
    Exits,
    Held,
    Trailing,
    moved_stop,
    stop_of,
)

AT = 20_000
FOUR = Exits(trailing=Trailing(on=True))  # 004: 15 t behind, after 8 t, in steps of 2
ELITE = Exits(
    trailing=Trailing(on=True, after=Ticks(0), after_r=Multiple(1), distance_atr=Multiple(1)),
    break_even=BreakEven(on=True),
)


def held(side: int, best: int, stop: int, risk: int = 10) -> Held:
    """Return a trade entered at 20 000: `best` and `stop` are ticks in its favour."""
    return Held(side, AT, risk, AT + side * best, AT + side * stop)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(
    "row",
    [
        (Exits(), 100, -10, 100, 5.0, None),  # all of it is off
        (FOUR, 7, -10, 7, None, None),  # 8 t of profit are needed
        (FOUR, 8, -10, 8, None, -7),  # 15 behind the best
        (FOUR, 8, -8, 8, None, None),  # a step of 1
        (FOUR, 8, -9, 8, None, -7),  # a step of 2
        (FOUR, 20, -7, 12, None, 5),  # behind the best, not behind the price
        (FOUR, 20, -7, 5, None, None),  # the price has passed it
        (FOUR, 20, 6, 15, None, None),  # it never goes back
        (ELITE, 9, -10, 9, 20.0, None),  # 1 R is 10 t
        (ELITE, 10, -10, 10, 20.0, 0),  # to the entry; an ATR behind would be -10
        (ELITE, 40, 0, 40, 20.0, 20),
        (ELITE, 40, 0, 40, None, None),  # the ATR is not known, the entry reached already
    ],
)
def test_where_the_stop_goes(row: tuple[Exits, int, int, int, float | None, int | None], side: int) -> None:
    exits, best, stop, price, atr, moved = row
    found = moved_stop(exits, held(side, best, stop), AT + side * price, atr)
    assert found == (None if moved is None else AT + side * moved)


@given(
    st.builds(held, st.sampled_from([1, -1]), st.integers(0, 200), st.integers(-40, 150)),
    st.integers(-40, 200),
    st.floats(0.5, 60),
    st.sampled_from([FOUR, ELITE]),
)
def test_it_never_goes_back_and_never_past_the_price(of: Held, price: int, atr: float, exits: Exits) -> None:
    at = AT + of.side * price
    found = moved_stop(exits, of, at, atr)
    if found is not None:
        assert (found - of.stop) * of.side > 0
        assert (at - found) * of.side > 0


def test_the_bracket() -> None:
    by_atr = Bracket(stop_by="atr", stop_atr=Multiple(2))
    assert stop_of(Bracket(stop=Ticks(12)), None) == 12
    assert stop_of(Bracket(stop=Ticks(12)), None, 1.5) == 18  # wider in a volatile market
    assert stop_of(by_atr, 7.3) == 15
    assert stop_of(by_atr, None) is None
    assert stop_of(by_atr, 0.1) == 2  # nearer would lie inside the spread
