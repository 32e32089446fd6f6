"""Every candlestick equals TA-Lib's at every bar after the warm-up."""

from collections import deque
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.shapes.candle import USUAL, Candle
from indicators.shapes.candle_patterns import PATTERNS
from indicators.shapes.candlesticks import WARM_UP, Candlestick, Candlesticks, CandlestickSignal
from mia_plugins.features import Market
from mia_plugins.tape.bars import MINUTE, Bar
from mia_plugins.testing import readings
from tests.bars import START, TEMPERS, BarColumns, bars_of
from tests.minutes import minutes_of
from tests.scenes import scene

PRICES = ("open", "high", "low", "close")


def bar_of(number: int, prices: tuple[int, ...]) -> Bar:
    opened, high, low, close = prices
    return Bar(number * MINUTE, opened, high, low, close, 1)


def followed(bars: BarColumns, **chosen: Any) -> Iterator[tuple[Candlestick, ...] | None]:
    market = Market.blank()
    measure = market.measure(Candlesticks, **chosen)
    columns = (bars[name].astype(int).tolist() for name in PRICES)
    for number, prices in enumerate(zip(*columns, strict=True)):
        measure.take_bar(bar_of(number, prices))
        yield measure.found


def ours(bars: BarColumns) -> dict[str, list[int]]:
    rows = [{one.name: one.number for one in found or ()} for found in followed(bars)]
    return {name: [row.get(name, 0) for row in rows] for name in PATTERNS}


def theirs(bars: BarColumns, name: str) -> list[int]:
    found = getattr(talib, PATTERNS[name].reference)(*(bars[price] for price in PRICES))
    return [int(number) for number in found]


def wild(seed: int, count: int = 3_000) -> BarColumns:
    """Return bars of few sizes, with runs of a colour, gaps and bodies without shadows: all there is."""
    rng = np.random.default_rng(seed)
    scale = int(rng.choice([1, 2, 5, 20]))
    colour = np.repeat(rng.choice([1, -1], count), rng.integers(1, 6, count))[:count]
    body = np.abs(np.rint(rng.standard_t(3, count) * 3 * scale)).astype(int) * colour
    body[rng.random(count) < 0.2] //= 5
    start = np.where(rng.random(count) < 0.5, 0, np.rint(rng.normal(0, 3 * scale, count))).astype(int)
    opened = np.empty(count, int)
    closed = np.empty(count, int)
    last = START
    for at in range(count):
        opened[at] = last + start[at]
        closed[at] = opened[at] + body[at]
        last = int(rng.choice([closed[at], opened[at], (opened[at] + closed[at]) // 2], p=[0.7, 0.1, 0.2]))
    shadows = np.abs(np.rint(rng.standard_t(3, (2, count)) * 2 * scale)).astype(int)
    shadows *= rng.random((2, count)) < rng.choice([0.3, 0.6, 0.9])
    columns = {
        "open": opened,
        "high": np.maximum(opened, closed) + shadows[0],
        "low": np.minimum(opened, closed) - shadows[1],
        "close": closed,
    }
    return {name: column.astype(float) for name, column in columns.items()}


def assert_alike(bars: BarColumns) -> None:
    for name, found in ours(bars).items():
        assert found[WARM_UP - 1 :] == theirs(bars, name)[WARM_UP - 1 :], name


def test_the_table_is_talibs_whole_set() -> None:
    group = [name for name in dir(talib) if name.startswith("CDL")]
    assert sorted(pattern.reference for pattern in PATTERNS.values()) == sorted(group)


@pytest.mark.parametrize("temper", TEMPERS)
def test_they_equal_talib_on_markets_of_any_temper(temper: str) -> None:
    assert_alike(bars_of(temper, 1_000, 7))


@pytest.mark.parametrize("seed", range(5))
def test_they_equal_talib_on_wild_bars(seed: int) -> None:
    assert_alike(wild(seed))


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 60))
def test_they_equal_talib_on_any_few_bars(seed: int, count: int) -> None:
    assert_alike(wild(seed, count))


@cache
def wild_bars() -> tuple[BarColumns, ...]:
    return tuple(wild(seed) for seed in range(40))


@pytest.mark.parametrize("name", PATTERNS)
def test_it_equals_talib_at_its_edges(name: str) -> None:
    """Where TA-Lib finds one, each price is moved a little: now it is there, now it is not."""
    drawn, seen = np.random.default_rng(1), set()
    for bars, at in islice(hits(name), 6):
        window = {price: bars[price][at - 24 : at + 1] for price in PRICES}
        for _ in range(150):
            moved = nudged(window, drawn)
            expected = theirs(moved, name)[-1]
            assert last_number(moved, name) == expected
            seen.add(expected)
    assert len(seen) > 1, "moving prices by a little never made a difference"


def hits(name: str) -> Iterator[tuple[BarColumns, int]]:
    for bars in wild_bars():
        for at in np.flatnonzero(theirs(bars, name)):
            if at >= 24:
                yield bars, int(at)


def nudged(bars: BarColumns, drawn: np.random.Generator) -> BarColumns:
    """Return bars of which some late prices are a little off, or equal to another; what is high stays high."""
    moved = {name: column.copy() for name, column in bars.items()}
    for _ in range(int(drawn.integers(1, 4))):
        column, back = moved[PRICES[int(drawn.integers(4))]], int(drawn.integers(1, 6))
        if drawn.random() < 0.5:
            column[-back] += drawn.choice([-20, -5, -2, -1, 1, 2, 5, 20])
        else:
            other = moved[PRICES[int(drawn.integers(4))]]
            column[-back] = other[-int(drawn.integers(1, 6))] + drawn.integers(-1, 2)
    every = np.stack(list(moved.values()))
    return moved | {"high": every.max(axis=0), "low": every.min(axis=0)}


def last_number(bars: BarColumns, name: str) -> int:
    before: deque[Candle] = deque(maxlen=USUAL)
    for number, prices in enumerate(
        zip(*(bars[price].astype(int).tolist() for price in PRICES), strict=True)
    ):
        before.append(Candle(bar_of(number, prices), before))
    pattern = PATTERNS[name]
    return pattern.found(*list(before)[-(pattern.looked_at or pattern.candles) :])


def test_the_first_fourteen_bars_are_not_known() -> None:
    found = list(followed(bars_of("walk", 20, 3)))
    assert [one is None for one in found] == [True] * 14 + [False] * 6


def test_what_is_left_out_is_not_looked_for() -> None:
    bars = wild(3, 200)
    names = {one.name for found in followed(bars) for one in found or ()}
    assert {"doji", "hikkake"} < names
    less = {one.name for found in followed(bars, without=("doji", "hikkake")) for one in found or ()}
    assert less == names - {"doji", "hikkake"}


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="no candlestick is named 'hamer'; did you mean 'hammer'"):
        Candlesticks.Settings(without=("hamer",))


@pytest.mark.parametrize(
    ("name", "number", "side", "value"),
    [
        ("hammer", 100, 1, 0.4),
        ("shooting_star", -100, -1, -0.4),
        ("engulfing", 80, 1, 0.32),
        ("evening_star", -100, -1, -0.6),
        ("mat_hold", 100, 1, 1.0),
        ("hikkake", -200, -1, -0.6),
        ("gravestone_doji", 100, -1, -0.2),
        ("dragonfly_doji", 100, 1, 0.2),
        ("spinning_top", -100, 0, 0.0),
        ("doji", 100, 0, 0.0),
    ],
)
def test_a_candlestick_weighs_a_fifth_for_each_of_its_candles(
    name: str, number: int, side: int, value: float
) -> None:
    assert Candlestick(name, number).side == side
    assert Candlestick(name, number).value == pytest.approx(value)


def test_the_signal_is_the_weightiest_of_five_bars_and_names_it() -> None:
    """By hand: TA-Lib's numbers, and the strongest of what is left of each."""
    there = scene()
    bars = minutes_of(there)
    columns = {name: np.array([getattr(bar, name) for bar in bars], float) for name in PRICES}
    numbers = {name: theirs(columns, name) for name in PATTERNS}
    read = readings(lambda market: {"it": CandlestickSignal(market, Candlesticks.Settings())}, there)
    told = 0
    for at, of in enumerate(read.values()):
        reading = of["it"]
        if at < WARM_UP - 1:
            assert reading.value is None
            continue
        left = [
            (Candlestick(name, found[at - age]).value * (1 - age / 5), name, age)
            for age in range(min(5, at - WARM_UP + 2))
            for name, found in numbers.items()
            if found[at - age]
        ]
        largest = max((abs(value) for value, _, _ in left), default=0.0)
        best = [one for one in left if largest and abs(one[0]) > largest - 1e-9]
        if len({value > 0 for value, _, _ in best}) != 1:
            assert reading.value == 0
            assert reading.reason.startswith("quiet")
            continue
        told += 1
        assert reading.value == pytest.approx(best[0][0])
        assert any(name.replace("_", " ") in reading.reason for _, name, _ in best)
        assert any(f"{age} bars ago" in reading.reason for _, _, age in best)
    assert told > 100
