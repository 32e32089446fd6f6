"""Trading ranges, springs and Wyckoff's phases equal a plain reading of their definition over all bars."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest

from indicators.shapes.trading_range import Range, Spring, TradingRanges
from indicators.shapes.wyckoff import Day, Phase, Wyckoff, WyckoffPhase
from indicators.structure.days import DailyAtr
from indicators.structure.regime import MarketRegime
from mia_plugins.features import BarMeasure, Market
from mia_plugins.tape.bars import MINUTE, Bar
from mia_plugins.testing import Scene, random_scene
from mia_plugins.units import Multiple
from tests.minutes import Minute, at_bars, minutes_of, wilder
from tests.property.test_swings import by_definition
from tests.scenes import long_scene


class Span(NamedTuple):
    """A range and the bar that ended it."""

    support: int
    resistance: int
    known: int
    over: int

    def edge(self, side: int) -> int:
        return self.resistance if side > 0 else self.support


def inside(bar: Any, span: Span, side: int) -> bool:
    """Say whether a close lies on the inner side of an edge."""
    return bool(bar.close < span.resistance if side > 0 else bar.close > span.support)


def spans_of(
    bars: Sequence[Any], atr: Sequence[float | None], length: int = 20, tests: int = 2
) -> list[Span]:
    """Find ranges by looking at whole lists of bars."""
    swings = by_definition([bar.high for bar in bars], [bar.low for bar in bars], 3)
    found, now = [], 50
    while now < len(bars):
        window = bars[now - length + 1 : now + 1]
        support, resistance = min(bar.low for bar in window), max(bar.high for bar in window)
        reach = 0.5 * (atr[now] or 0)
        of_window = [one for one in swings if one.bar > now - length and one.confirmed <= now]
        tops = [one for one in of_window if one.side > 0 and one.price >= resistance - reach]
        bottoms = [one for one in of_window if one.side < 0 and one.price <= support + reach]
        if reach and min(len(tops), len(bottoms)) >= tests and resistance - support > reach:
            ends = (
                end
                for end in range(now + 3, len(bars))
                if all(bar.close > resistance for bar in bars[end - 2 : end + 1])
                or all(bar.close < support for bar in bars[end - 2 : end + 1])
            )
            found.append(Span(support, resistance, now, next(ends, len(bars))))
            now = found[-1].over
        now += 1
    return found


def springs_of(bars: Sequence[Any], spans: Sequence[Span]) -> list[Spring]:
    """Find what pierced the edges of ranges in vain."""
    found = []
    for span in spans:
        for side in (1, -1):
            at = span.known + 1
            while at < min(span.over + 1, len(bars)):
                reached = [side * (bar.high if side > 0 else bar.low) for bar in bars[at : at + 3]]
                if reached[0] - side * span.edge(side) <= 2:
                    at += 1
                    continue
                last = min(at + 2, span.over, len(bars) - 1)
                back = next((k for k in range(at, last + 1) if inside(bars[k], span, side)), None)
                usual = np.quantile([bar.lots for bar in bars[at - 50 : at]], 0.8)
                if back is not None and bars[at].lots <= usual:
                    found.append(Spring(-side, side * max(reached[: back - at + 1]), at, back))
                at = (last if back is None else back) + 1
    return sorted(found, key=lambda one: (one.known, one.side))


@pytest.mark.parametrize("there", [random_scene(1), random_scene(7), long_scene(7), long_scene(8)])
def test_ranges_and_springs_are_those_of_the_definition(there: Scene) -> None:
    bars = minutes_of(there)
    spans = spans_of(bars, wilder(bars))
    measured: list[tuple[int, int] | None] = []
    springs: list[Spring] = []
    for _, (edges, fresh) in at_bars(there, lambda market: look(market.measure(TradingRanges))):
        measured.append(edges)
        springs.extend(fresh)
    expected: list[tuple[int, int] | None] = [None] * len(bars)
    for span in spans:
        expected[span.known : span.over] = [(span.support, span.resistance)] * (span.over - span.known)
    assert measured == expected
    assert springs == springs_of(bars, spans)
    assert spans
    assert springs


def look(ranges: TradingRanges) -> Any:
    return lambda: (ranges.range and (ranges.range.support, ranges.range.resistance), ranges.fresh)


# --- at the edges ------------------------------------------------------------------------------------------

CALM = [0, 6, 10, 6, 0, -6, -10, -6] * 12
"""Closes in ticks about 24000: tops at 10 and bottoms at -10."""


def fed(*last: tuple[int, int, int, int], **chosen: Any) -> TradingRanges:
    """Return what has seen a calm range of 24 t, then bars of high, low, close (t) and contracts."""
    market = Market.blank()
    ranges = market.measure(TradingRanges, **chosen)
    bars = [(close + 2, close - 2, close, 100 + number % 10) for number, close in enumerate(CALM)]
    before = 0
    for number, (high, low, close, lots) in enumerate([*bars, *last]):
        bar = Bar(number * MINUTE, 24_000 + before, 24_000 + high, 24_000 + low, 24_000 + close, lots)
        for measure in market.measures:
            assert isinstance(measure, BarMeasure)
            measure.take_bar(bar)
        before = close
    return ranges


def test_the_edges_are_the_extremes_of_twenty_bars() -> None:
    there = fed().range
    assert there
    assert (there.support, there.resistance) == (23_988, 24_012)
    assert there.known == 50, "fifty bars tell what volume is usual"
    assert there.known - there.since == 19


@pytest.mark.parametrize(
    ("bars", "sides"),
    [
        ([(-6, -14, -8, 50)], []),  # two ticks below the support are not more than two
        ([(-6, -15, -8, 50)], [1]),
        ([(-6, -15, -12, 50)], []),  # a close at the support is not above it
        ([(-6, -15, -11, 50)], [1]),
        ([(-6, -15, -13, 50), (-12, -16, -13, 900), (-11, -15, -11, 900)], [1]),
        ([(-6, -15, -13, 50), (-12, -16, -12, 50), (-12, -16, -12, 50), (-11, -14, -11, 50)], []),
        ([(-6, -15, -8, 107)], [1]),  # as large as the 80th percentile
        ([(-6, -15, -8, 108)], []),
        ([(15, 6, 8, 50)], [-1]),
        ([(14, 6, 8, 50)], []),
        ([(15, -15, 0, 50)], [-1, 1]),
    ],
)
def test_what_a_spring_is(bars: list[tuple[int, int, int, int]], sides: list[int]) -> None:
    assert [one.side for one in fed(*bars).fresh] == sides


def test_three_closes_beyond_end_a_range_and_two_do_not() -> None:
    out = (16, 11, 13, 100)
    assert fed(out, out).range
    assert fed(out, out, (14, 8, 12, 100), out, out).range, "a close at the edge is not beyond it"
    assert fed(out, out, out).range is None


# --- phases ------------------------------------------------------------------------------------------------


def phases_by_definition(
    bars: Sequence[Minute], regimes: Sequence[tuple[str | None, int | None]], least: Sequence[float | None]
) -> list[str | None]:
    """`least` is how far the price must have come to a range, in ticks."""
    spans = spans_of(bars, wilder(list(bars)))
    springs = springs_of(bars, spans)
    turns = turns_of(bars)
    found: list[str | None] = []
    left: tuple[int, Span] | None = None
    for now, bar in enumerate(bars):
        far, (regime, side) = least[now], regimes[now]
        if far is None or regime is None or now < 49:
            found.append(None)
            continue
        before = found[-1] if found else None
        span = next((one for one in spans if one.known <= now < one.over), None)
        came = came_to(bars[: now + 1], span, far) if span and regime == "range" else 0
        if span and came and seen(came, span, now, springs, turns):
            left = came, span
            found.append("accumulation" if came > 0 else "distribution")
            continue
        phase = "none"
        if left:
            trend = "markup" if left[0] > 0 else "markdown"
            goes = regime == "trend" and side == left[0]
            if goes and (before == trend or not inside_or_at(bar.close, left[1], left[0])):
                phase = trend
            elif before == trend or not inside_or_at(bar.close, left[1], -left[0]):
                left = None
        found.append(phase)
    return found


def inside_or_at(close: int, span: Span, side: int) -> bool:
    return side * (close - span.edge(side)) <= 0


def turns_of(bars: Sequence[Minute]) -> list[tuple[int, int, int]]:
    """Return the first bar, the confirmation and the side of swings that CVD does not follow."""
    cvd: list[int] = []
    for number, bar in enumerate(bars):
        goes_on = number and bars[number - 1].session == bar.session
        cvd.append((cvd[-1] if goes_on else 0) + bar.delta)
    swings = by_definition([bar.high for bar in bars], [bar.low for bar in bars], 3)
    return [
        (one.bar, two.confirmed, -side)
        for side in (1, -1)
        for one, two in pairwise(swing for swing in swings if swing.side == side)
        if bars[one.bar].session == bars[two.bar].session and side * (cvd[two.bar] - cvd[one.bar]) < 0
    ]


def seen(
    side: int, span: Span, now: int, springs: Sequence[Spring], turns: Sequence[tuple[int, int, int]]
) -> bool:
    sprung = any(one.side == side and span.known < one.known <= now for one in springs)
    turned = any(
        of == side and first > span.known - 20 and span.known <= confirmed <= now
        for first, confirmed, of in turns
    )
    return sprung or turned


def came_to(bars: Sequence[Minute], span: Span, far: float) -> int:
    sessions = list(dict.fromkeys(bar.session for bar in bars))[-10:]
    kept = [(number, bar) for number, bar in enumerate(bars) if bar.session in sessions]
    high, high_at = max((bar.high, number) for number, bar in kept)
    low, low_at = min((bar.low, -number) for number, bar in kept)
    fell, rose = high - span.support >= far, span.resistance - low >= far
    if fell and rose:
        return 1 if high_at > -low_at else -1
    return int(fell) - int(rose)


SHOWING_ALL = 9


@pytest.mark.parametrize(("seed", "move"), [(7, 1.0), (SHOWING_ALL, 3.0)])
def test_phases_are_those_of_the_definition(seed: int, move: float) -> None:
    """After 3 daily ATR; after 1, a decline and an advance often led to the same range."""
    there = long_scene(seed)
    bars = minutes_of(there)

    def read(market: Market) -> Any:
        wyckoff, regime = market.measure(Wyckoff, move=move), market.measure(MarketRegime)
        daily = market.measure(DailyAtr)
        feature = WyckoffPhase(market, WyckoffPhase.Settings(move=Multiple(move)))
        return lambda: (wyckoff.phase, (regime.regime, regime.side), daily.value, feature.read(0))

    rows = [row for _, row in at_bars(there, read)]
    phases, regimes, daily, readings = zip(*rows, strict=True)
    assert list(phases) == phases_by_definition(bars, regimes, [one and move * one for one in daily])
    assert {"accumulation", "distribution"} & set(phases)
    if seed == SHOWING_ALL:
        assert set(phases) == {None, *Phase}
    sizes = {"accumulation": 0.5, "markup": 1, "distribution": -0.5, "markdown": -1, "none": 0, None: None}
    assert [reading.value for reading in readings] == [sizes[phase] for phase in phases]


@pytest.mark.parametrize(
    ("high_at", "low_at", "move", "side"), [(1, 5, 6, -1), (5, 1, 6, 1), (5, 1, 6.1, 0), (3, 3, 6, 0)]
)
def test_of_a_decline_and_an_advance_the_later_extreme_counts(
    high_at: int, low_at: int, move: float, side: int
) -> None:
    """A range of 40 to 60 t between extremes of 0 and 100 t: each is 6 daily ATR of 10 t away."""
    wyckoff = Market.blank().measure(Wyckoff, move=move)
    wyckoff._days.append(Day(100, high_at, 0, low_at))
    assert wyckoff._came(Range(40, 60, 10, 30), 10.0) == (side, 6.0 if side else 0.0)
