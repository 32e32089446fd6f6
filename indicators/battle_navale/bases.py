"""The base: a place where the fight stands still, with its colour and its quality."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from indicators.classic.volatility import Atr
from mia_plugins.tape.bars import Bar

WINDOW, BOX = 15, 8
"""Bars whose closes are held together, and those whose extremes are the box."""
QUIET = 0.21
"""The standard deviation of closes as a share of the window's range, below which it stands still."""
COLOUR_MOVES, COLOUR_LEAST = 4, 3
"""The last moves from close to close, and how many of them in one direction make a colour."""
LONGEST, FULL = 20, 10
"""How many bars in a row are counted inside the box, and how many are as good as can be."""


@dataclass(frozen=True, slots=True)
class Base:
    """A base; prices in ticks."""

    low: int
    high: int
    colour: int
    """1 green, -1 red, 0 neutral."""
    quality: float
    """0 to 1."""
    bars: int
    """Closes in a row that lie in the box, 20 at most."""


class BaseFinder:
    """Says at each bar whether it ends a base.

    The closes of 15 bars have a standard deviation (of all of them, not of a sample) below .21 of the
    window's range, and the box of the last 8 bars is no higher than `most`, such as "2.3 ATR" or "10 ticks".
    """

    def __init__(self, most: str) -> None:
        """`most` is a number and its unit, `ATR` or `ticks`."""
        number, _, unit = most.partition(" ")
        self._most, self._in_atr = float(number), unit == "ATR"
        self._atr = Atr()
        self._bars: deque[Bar] = deque(maxlen=LONGEST)

    @property
    def ready(self) -> bool:
        """Whether there are bars enough to tell."""
        return len(self._bars) >= WINDOW and self._atr.value is not None

    def take(self, bar: Bar, ratio: float | None = 1.0) -> Base | None:
        """Take a closed bar; `ratio` is that of its usual range to the base bars', for a height in ticks."""
        self._bars.append(bar)
        self._atr.update(bar.high, bar.low, bar.close)
        most = self._highest(ratio) if self.ready else None
        if not most:
            return None
        _, _, highs, lows, closes, lots = zip(*self._bars, strict=True)
        low, high = min(lows[-BOX:]), max(highs[-BOX:])
        if high - low > most or not _stands_still(highs[-WINDOW:], lows[-WINDOW:], closes[-WINDOW:]):
            return None
        inside = [low <= close <= high for close in closes]
        count = _run(reversed(inside))
        quality = (
            0.30 * min(count / FULL, 1)
            + 0.20 * size_score((high - low) / most)
            + 0.25 * evenness(lots[-BOX:])
            + 0.25 * sum(inside[-WINDOW:]) / WINDOW
        )
        return Base(low, high, _colour(closes[-COLOUR_MOVES - 1 :]), quality, count)

    def _highest(self, ratio: float | None) -> float | None:
        """Return how high a box may be, in ticks."""
        scale = self._atr.value if self._in_atr else ratio
        return None if scale is None else self._most * scale


def size_score(share: float) -> float:
    """Return what the box's height is worth, given as a share of the highest: neither thin nor wide."""
    if 0.2 <= share < 0.6:
        return 1.0
    return 0.7 if 0.1 <= share < 0.8 else 0.3


def _colour(closes: Sequence[int]) -> int:
    ups = sum(after > before for before, after in pairwise(closes))
    downs = sum(after < before for before, after in pairwise(closes))
    return (ups >= COLOUR_LEAST) - (downs >= COLOUR_LEAST)


def evenness(lots: Sequence[int]) -> float:
    """Return 1 less the coefficient of variation of volume, 0 at least and without any volume."""
    total, count = sum(lots), len(lots)
    if not total:
        return 0.0
    return max(0.0, 1 - sqrt(count * sum(one * one for one in lots) - total * total) / total)


def _stands_still(highs: Sequence[int], lows: Sequence[int], closes: Sequence[int]) -> bool:
    """Compare the closes' standard deviation with the range; in whole numbers, the mirror's are the same."""
    height = max(highs) - min(lows)
    spread = len(closes) * sum([close * close for close in closes]) - sum(closes) ** 2
    return sqrt(spread) < QUIET * len(closes) * height


def _run(inside: Iterable[bool]) -> int:
    """Return how many come before the first that is not."""
    count = 0
    for one in inside:
        if not one:
            break
        count += 1
    return count
