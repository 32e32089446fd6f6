"""Extremes that volume or momentum do not follow, breakouts and reversals, climaxes, shifts of momentum.

All are told as they point up.
"""

from collections.abc import Callable, Sequence

import numpy as np

from indicators.norms import BARS
from indicators.shapes.formation import Formation, Line, Row, View, are_apart, beyond, within
from indicators.structure.swings import Swing

LESS_VOLUME = 0.7
"""Share of the previous extreme's volume below which there is a divergence."""
SAME = 1e-9
"""Numbers that differ by less are equal."""
CLIMAX_QUANTILE, CLIMAX_RANGE = 0.99, 2.0
"""Of the volume of the 50 bars before, and ATR of its range: a climax has more of both."""


def volume_divergence(view: View) -> Formation | None:
    """A lower low on less than .7 of the volume."""

    def compared(one: Row, two: Row) -> float | None:
        return within(two.lots, LESS_VOLUME * one.lots) if two.lots < LESS_VOLUME * one.lots else None

    return _lower_low(view, compared)


def accumulation(view: View) -> Formation | None:
    """A lower low on a higher A/D and a higher OBV; upside down it is distribution."""

    def compared(one: Row, two: Row) -> float | None:
        return 0.5 if two.obv > one.obv and two.ad > one.ad + SAME else None

    return _lower_low(view, compared)


def rsi_divergence(view: View) -> Formation | None:
    """A lower low on a higher RSI."""

    def compared(one: Row, two: Row) -> float | None:
        rise = None if one.rsi is None or two.rsi is None else two.rsi - one.rsi
        return min(1.0, rise / 10) if rise is not None and rise > SAME else None

    return _lower_low(view, compared)


def macd_divergence(view: View) -> Formation | None:
    """A lower low on a higher MACD."""

    def compared(one: Row, two: Row) -> float | None:
        rise = None if one.macd is None or two.macd is None else two.macd - one.macd
        return min(1.0, rise / view.atr) if rise is not None and rise > SAME else None

    return _lower_low(view, compared)


def _lower_low(view: View, compared: Callable[[Row, Row], float | None]) -> Formation | None:
    """Return what waits for a close above the highest swing high between the last two lows."""
    lows = view.lows[-2:]
    if len(lows) < 2 or not are_apart(lows) or lows[1].price >= lows[0].price:
        return None
    one, two = lows
    between = view.highs_between(one.bar, two.bar)
    margin = compared(view.row(one.bar), view.row(two.bar))
    if margin is None or not between:
        return None
    line = Line.flat(max(high.price for high in between))
    further = min(1.0, (one.price - two.price) / view.atr)
    return Formation(line, Line.flat(two.price), (one.bar, two.bar), (margin, further))


def breakout(view: View) -> Formation | None:
    """The last swing high, unless lower highs and lows make what breaks it a reversal."""
    return None if not view.highs or _falls(view) else _last_high(view.highs)


def reversal(view: View) -> Formation | None:
    """The last swing high of lower highs and lower lows."""
    return _last_high(view.highs) if _falls(view) else None


def _falls(view: View) -> bool:
    highs, lows = view.highs[-2:], view.lows[-2:]
    return len(highs) == len(lows) == 2 and highs[1].price < highs[0].price and lows[1].price < lows[0].price


def _last_high(highs: Sequence[Swing]) -> Formation:
    return Formation(Line.flat(highs[-1].price), None, (highs[-1].bar,), ())


def climax(view: View) -> Formation | None:
    """A falling bar of outstanding volume and range; what follows must close above its middle."""
    now = view.row(view.now)
    size = now.high - now.low
    if size <= CLIMAX_RANGE * view.atr or view.now < BARS or now.close >= view.row(view.now - 1).close:
        return None
    usual = float(
        np.quantile([row.lots for row in view.between(view.now - BARS, view.now - 1)], CLIMAX_QUANTILE)
    )
    if now.lots <= usual:
        return None
    margins = (beyond(size, CLIMAX_RANGE * view.atr), beyond(now.lots, usual) if usual else 1.0)
    middle = Line(0, now.low, size / 2, 0.0)
    return Formation(middle, Line.flat(now.low), (view.now,), margins)


def momentum_shift(view: View) -> Formation | None:
    """The bar at which the MACD's histogram turned positive while the ADX rose: its high."""
    before, now = view.row(view.now - 1), view.row(view.now)
    if before.histogram is None or now.histogram is None or before.adx is None or now.adx is None:
        return None
    if before.histogram > SAME or now.histogram <= SAME or now.adx <= before.adx:
        return None
    rising = min(1.0, now.adx - before.adx)
    return Formation(Line.flat(now.high), Line.flat(now.low), (view.now,), (rising,))
