"""Swings and the trend they make equal a plain reading of their definition, and its worked examples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.classic.levels import ClassicPivots, FibonacciPivots, Retracements
from indicators.structure.swings import Swing, Swings
from indicators.structure.trend import TrendStructure
from tests.bars import BarColumns, some_bars

coarse = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), max_size=120)
"""Lows and ranges of few values: many ties."""


def by_definition(highs: list[float], lows: list[float], sides: int) -> list[Swing]:
    """Look at every bar with all of its neighbours."""
    found = []
    for i in range(sides, len(highs) - sides):
        for side, prices in ((1, highs), (-1, [-low for low in lows])):
            before, after = prices[i - sides : i], prices[i + 1 : i + sides + 1]
            if all(prices[i] > one for one in before) and all(prices[i] >= one for one in after):
                found.append(Swing(side, side * prices[i], i, i + sides))
    return found


def confirmed(highs: list[float], lows: list[float], sides: int) -> list[Swing]:
    swings = Swings(sides)
    found: list[Swing] = []
    for now, (high, low) in enumerate(zip(highs, lows, strict=True)):
        swings.update(high, low)
        assert all(swing.confirmed == now == swing.bar + sides for swing in swings.fresh)
        found.extend(swings.fresh)
    return found


@settings(deadline=None)
@given(bars=coarse, sides=st.integers(1, 5))
def test_swings_are_those_of_the_definition(bars: list[tuple[int, int]], sides: int) -> None:
    lows = [float(low) for low, _ in bars]
    highs = [float(low + reach) for low, reach in bars]
    assert confirmed(highs, lows, sides) == by_definition(highs, lows, sides)


@settings(deadline=None)
@given(bars=some_bars())
def test_swings_of_a_market_are_too(bars: BarColumns) -> None:
    highs, lows = bars["high"].tolist(), bars["low"].tolist()
    assert confirmed(highs, lows, 3) == by_definition(highs, lows, 3)


@pytest.mark.parametrize(
    ("highs", "found"),
    [
        ([1, 2, 5, 2, 1], [(2, 4)]),
        ([1, 2, 5, 5, 1, 1], [(2, 4)]),  # the first of equal ones
        ([5, 2, 5, 2, 1], []),  # as high as one before it
        ([1, 2, 5, 2, 6], []),  # passed before it is confirmed
        ([1, 2, 5, 2], []),  # a bar too early
        ([3, 3, 3, 3, 3], []),
    ],
)
def test_a_high_of_two_bars_each_side(highs: list[float], found: list[tuple[int, int]]) -> None:
    every = confirmed(highs, [0.0] * len(highs), 2)
    assert [(swing.bar, swing.confirmed) for swing in every] == found


# A bar a line: high, low, close; swings of one bar each side. The structure after it is what is expected.
RISING: list[tuple[float, float, float, float | None]] = [
    (10, 8, 9, None),
    (14, 9, 13, None),
    (12, 7, 8, None),  # a high at 14
    (13, 9, 12, None),  # a low at 7
    (14, 10, 14, None),  # 14 is not beyond 14
    (18, 12, 15, 1),  # closes beyond 14: a break
    (15, 10, 11, 1),  # a high at 18
    (17, 11, 13, 1),  # a low at 10: higher high, higher low; the break has ended
    (16, 9, 9, -1),  # closes below 10: a break down
]


def test_the_structure_of_a_rise() -> None:
    trend = TrendStructure(sides=1, held=2)
    told = [trend.update(high, low, close) for high, low, close, _ in RISING]
    assert told == [wanted for *_, wanted in RISING]


@pytest.mark.parametrize(
    ("highs", "lows", "structure"),
    [
        ((14, 18), (7, 10), 1),
        ((18, 14), (10, 7), -1),
        ((14, 18), (7, 7), 0.5),
        ((18, 18), (7, 9), 0.5),
        ((18, 18), (9, 7), -0.5),
        ((18, 14), (7, 7), -0.5),
        ((14, 18), (10, 7), 0),
        ((18, 18), (7, 7), 0),
    ],
)
def test_the_structure_of_two_highs_and_two_lows(
    highs: tuple[float, float], lows: tuple[float, float], structure: float
) -> None:
    trend = TrendStructure(sides=1)
    rows = [(12, 11), (highs[0], 11), (12, lows[0]), (highs[1], 11), (12, lows[1]), (12, 11)]
    told = [trend.update(high, low, 11.5) for high, low in rows]
    assert told == [None] * 5 + [structure]


@pytest.mark.parametrize("held", [1, 2, 10])
def test_a_break_counts_for_as_many_bars(held: int) -> None:
    trend = TrendStructure(sides=1, held=held)
    for high, low, close in [(10, 8, 9), (14, 9, 13), (12, 9, 10)]:
        assert trend.update(high, low, close) is None
    told = [trend.update(20 + i, 9, 16) for i in range(held + 2)]
    assert told == [1.0] * held + [None] * 2


def test_retracements_of_a_swing_up_and_down() -> None:
    back = Retracements(sides=1)
    for high, low, close in [(110, 105, 108), (106, 100, 104), (120, 108, 118), (110, 105, 110)]:
        share = back.update(high, low, close)
    assert share == pytest.approx(0.5)
    assert back.levels[0.618] == pytest.approx(120 - 0.618 * 20)
    for high, low, close in [(108, 100, 107), (112, 104, 110)]:
        share = back.update(high, low, close)
    assert share == pytest.approx(0.5)
    assert back.levels[0.236] == pytest.approx(100 + 0.236 * 20)


def test_pivots_by_their_formulas() -> None:
    """A day of 6000 to 6060 that closed at 6045: pivot 6035."""
    pivots, fibonacci = ClassicPivots(), FibonacciPivots()
    assert pivots.levels == {}
    pivots.update(6060, 6000, 6045)
    fibonacci.update(6060, 6000, 6045)
    assert list(pivots.levels.values()) == [6035, 6070, 6095, 6130, 6010, 5975, 5950]
    wanted = [6035, 6057.92, 6072.08, 6095, 6012.08, 5997.92, 5975]
    np.testing.assert_allclose(list(fibonacci.levels.values()), wanted)
