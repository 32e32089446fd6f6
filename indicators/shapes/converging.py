"""Patterns between two lines: triangles, wedges, flags and pennants; all told as they point up."""

from collections.abc import Sequence

from indicators.shapes.formation import FURTHEST, Formation, Line, View, beyond, once_a_bar, within
from indicators.structure.swings import Swing

TOUCH = 0.25
"""How far a swing may lie from the line through it and its like, in ATR."""
FLAT = 0.03
"""ATR a bar: a line is flat up to it, two lines are parallel when their slopes differ by no more."""
WIDTH = 1.0
"""How far apart lines are where they begin, at least, in ATR."""
POLE, POLE_BARS, RETRACE = 3.0, 8, 0.5
"""ATR of a flag's pole, at least; in how many bars, at most; what may be given back of it."""
FLAG_BARS = 30
"""How long ago the pole may have ended, in bars."""


def ascending_triangle(view: View) -> Formation | None:
    """Highs on a level, lows that rise."""
    lines = _lines(view)
    if lines is None or abs(_steep(view, lines.upper)) > FLAT or _steep(view, lines.lower) <= FLAT:
        return None
    return lines.formation(beyond(_steep(view, lines.lower), FLAT))


def symmetrical_triangle(view: View) -> Formation | None:
    """Highs that fall, lows that rise: it may break either way."""
    lines = _lines(view)
    if lines is None:
        return None
    upper, lower = _steep(view, lines.upper), _steep(view, lines.lower)
    if upper >= -FLAT or lower <= FLAT:
        return None
    return lines.formation(beyond(min(-upper, lower), FLAT))


def falling_wedge(view: View) -> Formation | None:
    """Highs and lows that fall, the highs faster."""
    lines = _lines(view)
    if lines is None:
        return None
    upper, lower = _steep(view, lines.upper), _steep(view, lines.lower)
    if upper >= -FLAT or lower >= -FLAT or lower - upper <= FLAT:
        return None
    return lines.formation(beyond(lower - upper, FLAT))


def bull_flag(view: View) -> Formation | None:
    """A pole up, then a channel between parallel lines that gives back half of it at most."""
    found = _after_pole(view)
    if found is None:
        return None
    lines, margins = found
    apart = abs(_steep(view, lines.lower) - _steep(view, lines.upper))
    return lines.formation(*margins, within(apart, FLAT)) if apart <= FLAT else None


def bull_pennant(view: View) -> Formation | None:
    """A pole up, then lines that converge and give back half of it at most."""
    found = _after_pole(view)
    if found is None:
        return None
    lines, margins = found
    closing = _steep(view, lines.lower) - _steep(view, lines.upper)
    return lines.formation(*margins, beyond(closing, FLAT)) if closing > FLAT else None


class _Lines:
    """Two lines through the last two or three highs and lows."""

    def __init__(self, highs: Sequence[Swing], lows: Sequence[Swing]) -> None:
        self.upper, self.lower = Line.through(highs), Line.through(lows)
        self.swings = (*highs, *lows)
        self.points = tuple(sorted({one.bar for one in self.swings}))

    def formation(self, *margins: float) -> Formation:
        """Return what breaks through the upper line."""
        return Formation(self.upper, self.lower, self.points, margins)

    def stand(self, view: View) -> bool:
        """Say whether the swings touch them, they are apart at first, and have not met yet."""
        first, last = self.points[0], view.now
        touched = all(
            abs((self.upper if one.side > 0 else self.lower).under(one.bar, one.price)) <= TOUCH * view.atr
            for one in self.swings
        )
        return touched and self._width(first) >= WIDTH * view.atr and self._width(last) > 0

    def _width(self, bar: int) -> float:
        return self.lower.under(bar, self.upper.price) - self.upper.under(bar, self.upper.price)


@once_a_bar
def _lines(view: View) -> _Lines | None:
    """Return the lines through the last two or three swings a side of the last 60 bars."""
    first = view.now - FURTHEST
    highs = [one for one in view.highs[-3:] if one.bar >= first]
    lows = [one for one in view.lows[-3:] if one.bar >= first]
    return _drawn(view, highs, lows)


def _drawn(view: View, highs: Sequence[Swing], lows: Sequence[Swing]) -> _Lines | None:
    if len(highs) < 2 or len(lows) < 2:
        return None
    lines = _Lines(highs, lows)
    return lines if lines.stand(view) else None


def _steep(view: View, line: Line) -> float:
    """Return a line's slope in ATR a bar."""
    return line.slope / view.atr


@once_a_bar
def _after_pole(view: View) -> tuple[_Lines, tuple[float, ...]] | None:
    """Return the lines after the youngest pole that has any, and the margins of the pole."""
    for top in reversed(view.highs):
        if top.bar < view.now - FLAG_BARS:
            return None
        start = min([row.low for row in view.between(top.bar - POLE_BARS, top.bar)])
        deepest = min([row.low for row in view.between(top.bar + 1, view.now)])
        length, given_back = top.price - start, top.price - deepest
        if length < POLE * view.atr or given_back > RETRACE * length:
            continue
        highs = [one for one in view.highs if one.bar >= top.bar][-3:]
        lows = [one for one in view.lows if one.bar > top.bar][-3:]
        lines = _drawn(view, highs, lows)
        if lines:
            return lines, (beyond(length, POLE * view.atr), within(given_back, RETRACE * length))
    return None
