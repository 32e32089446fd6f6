"""Chart patterns read plainly off their definition, over whole lists of bars; for the tests."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from indicators.shapes import pattern_kinds
from indicators.structure.swings import Swing
from mia_plugins.tape.bars import Bar
from tests.pattern_charts import Chart, Found, Told, apart, at_least, chart_of, level, straight, up_to

# --- each pattern, pointing up -----------------------------------------------------------------------------


def bottoms(chart: Chart, count: int) -> Found | None:
    lows, atr = chart.of(-1)[-count:], chart.unit
    if len(lows) < count or not apart(lows):
        return None
    between = chart.between(1, lows[0].bar, lows[-1].bar)
    prices = [one.price for one in lows]
    if not between or max(prices) - min(prices) > 0.25 * atr:
        return None
    neck = max(one.price for one in between)
    if neck - max(prices) < atr:
        return None
    margins = (up_to(max(prices) - min(prices), 0.25 * atr), at_least(neck - max(prices), atr))
    return Found(level(neck), level(min(prices)), tuple(one.bar for one in lows), margins)


def inverse_head_and_shoulders(chart: Chart) -> Found | None:
    lows, atr = chart.of(-1)[-3:], chart.unit
    if len(lows) < 3 or not apart(lows):
        return None
    left, head, right = lows
    tops = [chart.between(1, left.bar, head.bar), chart.between(1, head.bar, right.bar)]
    if not all(tops):
        return None
    neck, slope = straight([max(of, key=lambda one: one.price) for of in tops])
    depth, uneven = min(left.price, right.price) - head.price, abs(left.price - right.price)
    if depth < 0.5 * atr or uneven > 0.5 * atr or abs(slope) >= 0.2 * atr:
        return None
    margins = (at_least(depth, 0.5 * atr), up_to(uneven, 0.5 * atr), up_to(abs(slope), 0.2 * atr))
    return Found(neck, level(right.price), tuple(one.bar for one in lows), margins)


def cup_and_handle(chart: Chart) -> Found | None:
    highs, atr = chart.of(1), chart.unit
    for left in reversed(highs[:-1]):
        right = highs[-1]
        width, rim = right.bar - left.bar, min(left.price, right.price)
        uneven = abs(left.price - right.price)
        over = [one for one in chart.between(1, left.bar, right.bar) if one.price > rim]
        if not 10 <= width <= 60 or uneven > 0.5 * atr or over:
            continue
        depth = rim - chart.low[left.bar : right.bar + 1].min()
        handle = right.price - chart.low[right.bar + 1 : chart.now + 1].min()
        closes, bars = chart.close[left.bar : right.bar + 1], np.arange(width + 1)
        bowl = np.polyfit(bars, closes, 2)
        left_over = ((closes - np.polyval(bowl, bars)) ** 2).sum() / max(
            1e-9, ((closes - closes.mean()) ** 2).sum()
        )
        if not atr <= depth <= 6 * atr or handle > depth / 3 or bowl[0] <= 0 or 1 - left_over <= 0.6:
            continue
        margins = ((0.4 - left_over) / 0.4, up_to(uneven, 0.5 * atr), up_to(max(handle, 0), depth / 3))
        line, _ = straight([left, right])
        return Found(line, level(right.price - depth / 3), (left.bar, right.bar), margins)
    return None


def two_lines(chart: Chart, highs: Sequence[Swing], lows: Sequence[Swing]) -> Any:
    """Return both lines, their slopes in ATR a bar and the points, or None if they are none."""
    if len(highs) < 2 or len(lows) < 2:
        return None
    (upper, up_slope), (lower, low_slope) = straight(highs), straight(lows)
    off = [abs(one.price - (upper if one.side > 0 else lower)(one.bar)) for one in (*highs, *lows)]
    points = tuple(sorted({one.bar for one in (*highs, *lows)}))
    first, last = points[0], chart.now
    if max(off) > 0.25 * chart.unit or upper(first) - lower(first) < chart.unit or upper(last) <= lower(last):
        return None
    return upper, lower, up_slope / chart.unit, low_slope / chart.unit, points


def last_lines(chart: Chart) -> Any:
    recent = [[one for one in chart.of(side)[-3:] if one.bar >= chart.now - 60] for side in (1, -1)]
    return two_lines(chart, *recent)


def ascending_triangle(chart: Chart) -> Found | None:
    if not (lines := last_lines(chart)):
        return None
    upper, lower, up, low, points = lines
    return Found(upper, lower, points, (at_least(low, 0.03),)) if abs(up) <= 0.03 < low else None


def symmetrical_triangle(chart: Chart) -> Found | None:
    if not (lines := last_lines(chart)):
        return None
    upper, lower, up, low, points = lines
    return Found(upper, lower, points, (at_least(min(-up, low), 0.03),)) if -up > 0.03 < low else None


def falling_wedge(chart: Chart) -> Found | None:
    if not (lines := last_lines(chart)):
        return None
    upper, lower, up, low, points = lines
    is_one = up < -0.03 and low < -0.03 and low - up > 0.03
    return Found(upper, lower, points, (at_least(low - up, 0.03),)) if is_one else None


def after_pole(chart: Chart) -> Any:
    for top in reversed(chart.of(1)):
        if top.bar < chart.now - 30:
            return None
        pole = top.price - chart.low[max(0, top.bar - 8) : top.bar + 1].min()
        back = top.price - chart.low[top.bar + 1 : chart.now + 1].min()
        highs = [one for one in chart.of(1) if one.bar >= top.bar][-3:]
        lows = [one for one in chart.of(-1) if one.bar > top.bar][-3:]
        if pole >= 3 * chart.unit and back <= pole / 2 and (lines := two_lines(chart, highs, lows)):
            return lines, (at_least(pole, 3 * chart.unit), up_to(back, pole / 2))
    return None


def flag(chart: Chart) -> Found | None:
    if not (found := after_pole(chart)):
        return None
    (upper, lower, up, low, points), margins = found
    off = abs(low - up)
    return Found(upper, lower, points, (*margins, up_to(off, 0.03))) if off <= 0.03 else None


def pennant(chart: Chart) -> Found | None:
    if not (found := after_pole(chart)):
        return None
    (upper, lower, up, low, points), margins = found
    return Found(upper, lower, points, (*margins, at_least(low - up, 0.03))) if low - up > 0.03 else None


def lower_low(chart: Chart, margin: Callable[[int, int], float | None]) -> Found | None:
    lows = chart.of(-1)[-2:]
    if len(lows) < 2 or not apart(lows) or lows[1].price >= lows[0].price:
        return None
    between, held = chart.between(1, lows[0].bar, lows[1].bar), margin(lows[0].bar, lows[1].bar)
    if not between or held is None:
        return None
    further = min(1, (lows[0].price - lows[1].price) / chart.unit)
    line = level(max(one.price for one in between))
    return Found(line, level(lows[1].price), (lows[0].bar, lows[1].bar), (held, further))


def volume_divergence(chart: Chart) -> Found | None:
    def margin(one: int, two: int) -> float | None:
        most = 0.7 * chart.lots[one]
        return up_to(chart.lots[two], most) if chart.lots[two] < most else None

    return lower_low(chart, margin)


def accumulation(chart: Chart) -> Found | None:
    def margin(one: int, two: int) -> float | None:
        rises = [chart.known[name][two] - chart.known[name][one] for name in ("obv", "ad")]
        return 0.5 if min(rises) > 1e-9 else None

    return lower_low(chart, margin)


def oscillator(chart: Chart, name: str, full: float) -> Found | None:
    def margin(one: int, two: int) -> float | None:
        rise = chart.known[name][two] - chart.known[name][one]
        return min(1.0, float(rise) / full) if rise > 1e-9 else None

    return lower_low(chart, margin)


def climax(chart: Chart) -> Found | None:
    now, size = chart.now, chart.high[chart.now] - chart.low[chart.now]
    if now < 50 or chart.close[now] >= chart.close[now - 1] or size <= 2 * chart.unit:
        return None
    usual = np.quantile(chart.lots[now - 50 : now], 0.99)
    if chart.lots[now] <= usual:
        return None
    margins = (at_least(size, 2 * chart.unit), at_least(chart.lots[now], usual) if usual else 1.0)
    return Found(level((chart.high[now] + chart.low[now]) / 2), level(chart.low[now]), (now,), margins)


def falls(chart: Chart) -> bool:
    pairs = [chart.of(side)[-2:] for side in (1, -1)]
    return all(len(pair) == 2 and pair[1].price < pair[0].price for pair in pairs)


def last_high(chart: Chart, *, falling: bool) -> Found | None:
    highs = chart.of(1)
    return (
        Found(level(highs[-1].price), None, (highs[-1].bar,), ())
        if highs and falls(chart) == falling
        else None
    )


def shift(chart: Chart) -> Found | None:
    now, histogram, adx = chart.now, chart.known["histogram"], chart.known["adx"]
    if not (histogram[now - 1] <= 1e-9 < histogram[now] and adx[now] > adx[now - 1]):
        return None
    margin = min(1.0, float(adx[now] - adx[now - 1]))
    return Found(level(chart.high[now]), level(chart.low[now]), (now,), (margin,))


REFERENCES: dict[str, Callable[[Chart], Found | None]] = {
    "double_bottom": lambda chart: bottoms(chart, 2),
    "triple_bottom": lambda chart: bottoms(chart, 3),
    "inverse_head_and_shoulders": inverse_head_and_shoulders,
    "cup_and_handle": cup_and_handle,
    "ascending_triangle": ascending_triangle,
    "symmetrical_triangle_up": symmetrical_triangle,
    "falling_wedge": falling_wedge,
    "bull_flag": flag,
    "bull_pennant": pennant,
    "bullish_volume_divergence": volume_divergence,
    "accumulation": accumulation,
    "selling_climax": climax,
    "bullish_rsi_divergence": lambda chart: oscillator(chart, "rsi", 10),
    "bullish_macd_divergence": lambda chart: oscillator(chart, "macd", chart.unit),
    "reversal_up": lambda chart: last_high(chart, falling=True),
    "breakout_up": lambda chart: last_high(chart, falling=False),
    "shift_up": shift,
}
"""By the name of what points up."""


def told_by_definition(bars: Sequence[Bar]) -> dict[Told, tuple[float, float]]:
    """Return what is told, with the line's price and the confidence."""
    found: dict[Told, tuple[float, float]] = {}
    for side in (1, -1):
        chart = chart_of(bars) if side > 0 else chart_of(bars).turned()
        for kind in pattern_kinds.ALL:
            known = dict(known_in(chart, REFERENCES[kind.up], each=kind.at_every_bar))
            for since, one in known.items():
                later = min((bar for bar in known if bar > since), default=len(bars))
                bar = broken_at(chart, one, range(since, min(later, since + 31, len(bars))))
                if bar is not None:
                    past = (chart.close[bar] - one.line(bar)) / chart.atr[bar]
                    margins = (*one.margins, float(np.clip((past - 0.1) / 0.5, 0, 1)))
                    told = Told(kind.name(side), bar, one.points)
                    found[told] = side * one.line(bar), 0.5 + 0.5 * float(np.mean(margins))
    return found


def known_in(
    chart: Chart, find: Callable[[Chart], Found | None], *, each: bool
) -> Iterator[tuple[int, Found]]:
    for now in range(14, len(chart.close)):
        fresh = {one.bar for one in chart.swings if one.confirmed == now}
        chart.now = now
        if (each or fresh) and (found := find(chart)) and (each or found.points[-1] in fresh):
            yield now, found


def broken_at(chart: Chart, one: Found, bars: range) -> int | None:
    for bar in bars:
        close, past = chart.close[bar], 0.1 * chart.atr[bar]
        if one.stop and one.stop(bar) - close >= past:
            return None
        if close - one.line(bar) >= past:
            return bar
    return None
