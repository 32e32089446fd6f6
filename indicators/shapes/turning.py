"""Patterns of turning: double and triple bottoms, inverse head and shoulders, cup and handle.

All are told as they point up; upside down they are tops, head and shoulders and the inverse cup.
"""

from collections.abc import Sequence

from indicators.shapes.formation import (
    FURTHEST,
    Formation,
    Line,
    Row,
    View,
    are_apart,
    beyond,
    within,
)
from indicators.structure.swings import Swing

ALIKE = 0.25
"""How far apart the extremes of a double or triple bottom may be, in ATR."""
HEIGHT = 1.0
"""How high its neckline is at least, in ATR."""
HEAD, SHOULDERS, NECK_SLOPE = 0.5, 0.5, 0.2
"""ATR from the shoulders to the head, at least; between the shoulders, at most; ATR a bar of the neckline."""
FIT, RIMS, HANDLE = 0.6, 0.5, 1 / 3
"""R² of a cup above; ATR between its rims, at most; share of its depth that the handle may go down."""
SHALLOW, DEEP, NARROWEST = 1.0, 6.0, 10
"""ATR of a cup's depth; bars between its rims, at least."""


def double_bottom(view: View) -> Formation | None:
    """Two lows alike; the neckline is the highest swing high between them."""
    return _bottoms(view, view.lows[-2:], 2)


def triple_bottom(view: View) -> Formation | None:
    """Three lows alike."""
    return _bottoms(view, view.lows[-3:], 3)


def _bottoms(view: View, lows: Sequence[Swing], count: int) -> Formation | None:
    if len(lows) < count or not are_apart(lows):
        return None
    between = view.highs_between(lows[0].bar, lows[-1].bar)
    prices = [low.price for low in lows]
    apart = max(prices) - min(prices)
    if not between or apart > ALIKE * view.atr:
        return None
    neck = max(high.price for high in between)
    if neck - max(prices) < HEIGHT * view.atr:
        return None
    margins = (within(apart, ALIKE * view.atr), beyond(neck - max(prices), HEIGHT * view.atr))
    bars = tuple(low.bar for low in lows)
    return Formation(Line.flat(neck), Line.flat(min(prices)), bars, margins)


def head_and_shoulders(view: View) -> Formation | None:
    """A low below two that are alike; the neckline leads through the highest swing highs between them."""
    lows, atr = view.lows[-3:], view.atr
    if len(lows) < 3 or not are_apart(lows):
        return None
    left, head, right = lows
    first = _highest(view.highs_between(left.bar, head.bar))
    second = _highest(view.highs_between(head.bar, right.bar))
    if first is None or second is None:
        return None
    neck = Line.through((first, second))
    depth, uneven = min(left.price, right.price) - head.price, abs(left.price - right.price)
    if depth < HEAD * atr or uneven > SHOULDERS * atr or abs(neck.slope) >= NECK_SLOPE * atr:
        return None
    margins = (
        beyond(depth, HEAD * atr),
        within(uneven, SHOULDERS * atr),
        within(abs(neck.slope), NECK_SLOPE * atr),
    )
    points = (left.bar, head.bar, right.bar)
    return Formation(neck, Line.flat(right.price), points, margins)


def _highest(swings: Sequence[Swing]) -> Swing | None:
    """Return the highest swing, of equal ones the first."""
    return max(swings, key=lambda one: (one.price, -one.bar), default=None)


def cup_and_handle(view: View) -> Formation | None:
    """Two rims alike around closes on a parabola, and since then a pullback of a third of the depth at most.

    Of the left rims that will do the youngest is taken.
    """
    if not view.highs:
        return None
    right = view.highs[-1]
    for left in reversed(view.highs[:-1]):
        if right.bar - left.bar > FURTHEST:
            return None
        if right.bar - left.bar >= NARROWEST and (found := _cup(view, left, right)):
            return found
    return None


def _cup(view: View, left: Swing, right: Swing) -> Formation | None:
    atr, rim = view.atr, min(left.price, right.price)
    uneven = abs(left.price - right.price)
    if uneven > RIMS * atr or any(high.price > rim for high in view.highs_between(left.bar, right.bar)):
        return None
    inside = view.between(left.bar, right.bar)
    depth = rim - min(row.low for row in inside)
    handle = right.price - min(row.low for row in view.between(right.bar + 1, view.now))
    if not SHALLOW * atr <= depth <= DEEP * atr or handle > HANDLE * depth:
        return None
    fit = _bowl(inside, right.price)
    if fit <= FIT:
        return None
    margins = (
        (fit - FIT) / (1 - FIT),
        within(uneven, RIMS * atr),
        within(max(handle, 0.0), HANDLE * depth),
    )
    stop = Line(0, right.price, -HANDLE * depth, 0.0)
    return Formation(Line.through((left, right)), stop, (left.bar, right.bar), margins)


def _bowl(rows: Sequence[Row], price: float) -> float:
    """Return R² of the closes on a parabola that opens upwards, 0 if it does not."""
    count, closes = len(rows), [row.close - price for row in rows]
    mean = sum(closes) / count
    bars = [bar - (count - 1) / 2 for bar in range(count)]
    spread = (count * count - 1) / 12
    # The straight and the bent part of the parabola know nothing of each other around the middle bar.
    bends = [bar * bar - spread for bar in bars]
    straight = sum(bar * close for bar, close in zip(bars, closes, strict=True))
    bent = sum(bend * close for bend, close in zip(bends, closes, strict=True))
    whole = sum((close - mean) ** 2 for close in closes)
    if not whole or bent <= 0:
        return 0.0
    return (straight**2 / (count * spread) + bent**2 / sum(bend * bend for bend in bends)) / whole
