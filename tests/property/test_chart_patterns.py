"""Every chart pattern equals a plain reading of its definition over whole lists of bars, either way up."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from indicators.shapes import pattern_kinds
from indicators.shapes.chart_patterns import ChartPattern, ChartPatterns, ChartPatternSignal
from indicators.shapes.zigzag import Zigzag
from indicators.structure.swings import Swing
from mia_plugins.features import BarMeasure, Market
from mia_plugins.tape.bars import MINUTE, Bar
from tests.pattern_charts import Told, chart_of
from tests.patterns import told_by_definition

SHOWING_ALL = (9, 11, 13)
"""Seeds whose bars show every pattern among them."""


@cache
def legs(seed: int, count: int = 1_500) -> tuple[Bar, ...]:
    """Return bars that go in legs, now and then in arcs and between lines that converge."""
    rng = np.random.default_rng(seed)
    path: list[float] = [0.0]
    while len(path) < count:
        path += (path[-1] + piece(rng)).tolist()
    closes = np.rint(np.array(path[:count]) + rng.normal(0, rng.choice([0.5, 1.0, 2.0]), count)).astype(int)
    opens = np.append(0, closes[:-1])
    highs = np.maximum(opens, closes) + rng.integers(0, 3, count)
    lows = np.minimum(opens, closes) - rng.integers(0, 3, count)
    lots = (rng.pareto(1.5, count) * 300 + 50).astype(int)
    rows = zip(opens, highs, lows, closes, strict=True)
    return tuple(
        Bar(number * MINUTE, *(24_000 + int(price) for price in prices), lots=int(lots[number]))  # type: ignore[misc]
        for number, prices in enumerate(rows)
    )


def piece(rng: np.random.Generator) -> NDArray[Any]:
    """Return a leg, an arc, or swings between two lines, as steps away from where it begins."""
    length = int(rng.integers(6, 50))
    bars = np.arange(1, length + 1)
    what = rng.random()
    if what < 0.4:
        return bars[: length // 3 + 4] * rng.normal(0, 2.5)
    if what < 0.6:
        return rng.choice([-1, 1]) * rng.uniform(8, 40) * ((2 * bars / length - 1) ** 2 - 1)
    width = np.linspace(rng.uniform(5, 18), rng.uniform(1, 14), length)
    return width * np.sin(bars * rng.uniform(0.5, 1.1)) + bars * rng.choice([0, rng.normal(0, 0.4)])


def measured(bars: Sequence[Bar], **chosen: Any) -> Iterator[tuple[ChartPattern, ...] | None]:
    market = Market.blank()
    patterns = market.measure(ChartPatterns, **chosen)
    for bar in bars:
        for measure in market.measures:
            assert isinstance(measure, BarMeasure)
            measure.take_bar(bar)
        yield patterns.fresh


@pytest.mark.parametrize("seed", SHOWING_ALL)
def test_patterns_are_those_of_the_definition(seed: int) -> None:
    expected = told_by_definition(legs(seed))
    found = {
        Told(one.name, number, one.points): one
        for number, fresh in enumerate(measured(legs(seed)))
        for one in fresh or ()
    }
    assert set(found) == set(expected)
    for told, (line, confidence) in expected.items():
        assert found[told].line == pytest.approx(line, abs=1e-6)
        assert found[told].confidence == pytest.approx(confidence, abs=1e-6)
        assert found[told].bar == told.bar


def test_every_pattern_is_found_somewhere() -> None:
    names = {one.name for seed in SHOWING_ALL for fresh in measured(legs(seed)) for one in fresh or ()}
    assert names == {name for kind in pattern_kinds.ALL for name in (kind.up, kind.down)}


def test_nothing_is_known_before_the_atr_is() -> None:
    assert [fresh is None for fresh in measured(legs(0)[:16])] == [True] * 14 + [False] * 2


@pytest.mark.parametrize("pivots", ["fractal", "zigzag"])
@pytest.mark.parametrize("seed", range(3))
def test_upside_down_every_pattern_is_the_other_one(seed: int, pivots: str) -> None:
    other = {kind.name(side): kind.name(-side) for kind in pattern_kinds.ALL for side in (1, -1)}
    bars = legs(seed)
    turned = [
        Bar(bar.ts, 48_000 - bar.open, 48_000 - bar.low, 48_000 - bar.high, 48_000 - bar.close, bar.lots)
        for bar in bars
    ]
    for there, mirrored in zip(measured(bars, pivots=pivots), measured(turned, pivots=pivots), strict=True):
        expected = {(other[one.name], one.points, round(one.confidence, 9)) for one in there or ()}
        assert {(one.name, one.points, round(one.confidence, 9)) for one in mirrored or ()} == expected


@pytest.mark.parametrize("seed", range(4))
def test_a_zigzag_turns_at_extremes_and_says_so_as_soon_as_it_can(seed: int) -> None:
    bars, zigzag = legs(seed), Zigzag(1.5)
    atr = chart_of(bars).atr
    swings: list[Swing] = []
    for bar, unit in zip(bars, atr, strict=True):
        zigzag.take(bar.high, bar.low, None if np.isnan(unit) else float(unit))
        swings += zigzag.fresh
    assert len(swings) > 40
    for before, one in pairwise(swings):
        assert one.side == -before.side
        reached = [one.side * (bar.high if one.side > 0 else bar.low) for bar in bars]
        back = [one.side * (bar.low if one.side > 0 else bar.high) for bar in bars]
        # From the turn before was known until this one is, nothing went further, and it was the first to.
        assert reached[one.bar] == max(reached[before.confirmed : one.confirmed + 1]) == one.side * one.price
        assert one.bar == reached.index(reached[one.bar], before.confirmed)
        turns = (
            now
            for now in range(before.confirmed + 1, len(bars))
            if (best := max(reached[before.confirmed : now + 1])) - back[now] >= 1.5 * atr[now]
            and best in reached[before.confirmed : now]
        )
        assert one.confirmed == next(turns)


def test_the_signal_is_the_weightiest_pattern_of_ten_bars() -> None:
    market = Market.blank()
    feature = ChartPatternSignal(market, ChartPatternSignal.Settings())
    told: list[ChartPattern] = []
    count = 0
    for bar in legs(3):
        for measure in market.measures:
            assert isinstance(measure, BarMeasure)
            measure.take_bar(bar)
        reading, now = feature.read(0), count
        count += 1
        told += feature.patterns.fresh or ()
        left = [(one.value * (1 - (now - one.bar) / 10), one) for one in told if now - one.bar < 10]
        if reading.value is None:
            assert now < 14
            continue
        largest = max((abs(value) for value, _ in left), default=0.0)
        best = [pair for pair in left if abs(pair[0]) > largest - 1e-9]
        if not best or any(value * best[0][0] < 0 for value, _ in best):
            assert reading.value == 0
            assert reading.reason.startswith("quiet: ")
            continue
        assert reading.value == pytest.approx(best[0][0])
        assert any(one.name.replace("_", " ") in reading.reason for _, one in best)
    assert len(told) > 100
