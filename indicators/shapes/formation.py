"""What chart patterns are made of: lines through swings, a view of the chart either way up, formations."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, Self, cast

from indicators.structure.swings import Swing

KEPT = 256
"""Bars that are looked back upon."""
NEAREST, FURTHEST = 5, 60
"""Bars that two extremes of a pattern may lie apart."""


class Line(NamedTuple):
    """A straight line through prices (ticks), told from a point so that its mirror image is exact."""

    bar: int
    price: float
    above: float
    """By how much it is above the point's price there."""
    slope: float
    """Ticks a bar."""

    @classmethod
    def flat(cls, price: float) -> Self:
        """Return a level."""
        return cls(0, price, 0.0, 0.0)

    @classmethod
    def through(cls, swings: Sequence[Swing]) -> Self:
        """Return the line of least squares through two swings or more."""
        first, count = swings[0], len(swings)
        x = xx = 0
        y = xy = 0.0
        for one in swings:
            bars, ticks = one.bar - first.bar, one.price - first.price
            x, xx, y, xy = x + bars, xx + bars * bars, y + ticks, xy + bars * ticks
        slope = (count * xy - x * y) / (count * xx - x * x)
        return cls(first.bar, first.price, (y - slope * x) / count, slope)

    def under(self, bar: int, price: float) -> float:
        """Return by how much a price lies above it at a bar."""
        return price - self.price - (self.above + self.slope * (bar - self.bar))

    def at(self, bar: int) -> float:
        """Return its price at a bar."""
        return self.price + self.above + self.slope * (bar - self.bar)


class Formation(NamedTuple):
    """A pattern that waits for a close above its line; turned so that it points up."""

    line: Line
    stop: Line | None
    """A close below it ends the matter."""
    points: tuple[int, ...]
    """The bars of what it is made of, the oldest first."""
    margins: tuple[float, ...]
    """By how much each of its conditions holds, 0 just to 1 well."""


class Row(NamedTuple):
    """A bar with what was known at its close; prices in ticks."""

    high: int
    low: int
    close: int
    lots: int
    rsi: float | None
    macd: float | None
    obv: float
    ad: float
    histogram: float | None
    """Of the MACD."""
    adx: float | None


class View:
    """The chart as it is (side 1) or upside down (-1): what falls then rises."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.now = -1
        """The last bar, counted from 0."""
        self.atr = 0.0
        """In ticks."""
        self.highs: list[Swing] = []
        """Confirmed swing highs of the bars that are kept, the youngest last."""
        self.lows: list[Swing] = []
        self.found: dict[Callable[[View], object], object] = {}
        """What was found at this bar by those who look once a bar."""
        self._rows: deque[Row] = deque(maxlen=KEPT)

    def take(self, row: Row, fresh: Iterable[Swing], atr: float | None) -> None:
        """Take a bar as it is, the swings it confirms, and the ATR (0 while it is not known)."""
        self.now += 1
        self.found.clear()
        self.atr = atr or 0.0
        self._rows.append(row if self.side > 0 else _row_turned(row))
        for swing in fresh:
            one = swing if self.side > 0 else _swing_turned(swing)
            (self.highs if one.side > 0 else self.lows).append(one)
        for swings in (self.highs, self.lows):
            while swings and swings[0].bar <= self.now - len(self._rows):
                del swings[0]

    def row(self, bar: int) -> Row:
        """Return a bar that is kept, the right way up."""
        return self._rows[bar - self.now - 1]

    def between(self, one: int, two: int) -> list[Row]:
        """Return the bars from one to another, both included, as far as they are kept."""
        first = max(one, self.now + 1 - len(self._rows))
        return [self._rows[bar - self.now - 1] for bar in range(first, two + 1)]

    def highs_between(self, one: int, two: int) -> list[Swing]:
        """Return the swing highs after one bar and before another."""
        return [high for high in self.highs if one < high.bar < two]


def _swing_turned(swing: Swing) -> Swing:
    return Swing(-swing.side, -swing.price, swing.bar, swing.confirmed)


def _row_turned(row: Row) -> Row:
    return Row(
        -row.low,
        -row.high,
        -row.close,
        row.lots,
        None if row.rsi is None else -row.rsi,
        None if row.macd is None else -row.macd,
        -row.obv,
        -row.ad,
        None if row.histogram is None else -row.histogram,
        row.adx,
    )


def once_a_bar[T](look: Callable[[View], T]) -> Callable[[View], T]:
    """Have several patterns share what they look for in a view."""

    def found(view: View) -> T:
        if look not in view.found:
            view.found[look] = look(view)
        return cast("T", view.found[look])

    return found


def within(value: float, limit: float) -> float:
    """Return the margin of a value that may not be above a limit."""
    return max(0.0, min(1.0, 1 - value / limit))


def beyond(value: float, limit: float) -> float:
    """Return the margin of a value that must be a limit at least."""
    return max(0.0, min(1.0, value / limit - 1))


def are_apart(swings: Sequence[Swing]) -> bool:
    """Say whether each two that follow each other are 5 to 60 bars apart."""
    return all(NEAREST <= two.bar - one.bar <= FURTHEST for one, two in pairwise(swings))
