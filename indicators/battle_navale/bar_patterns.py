"""Bar patterns: long bars that turn round, and settings of colour; each both ways."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from indicators.battle_navale.golden_rule import colour
from mia_plugins.tape.bars import Bar

LONG_REACH, COLOUR_REACH = 8, 12
"""Ticks on base bars: more than this from the high to the low."""
ACTIVE = 5
"""Bars for which a pattern counts, less at each."""


class BarPattern(NamedTuple):
    """A pattern at the close of its last bar."""

    name: str
    side: int
    """1 bullish, -1 bearish."""
    strength: float
    """0 to 1."""

    @property
    def is_long(self) -> bool:
        """Whether it is one of the long bars, not of the settings of colour."""
        return self.name.startswith("long")

    @property
    def value(self) -> float:
        """Its side and strength: long bars count .8 of it, settings of colour .6."""
        return self.side * (0.8 if self.is_long else 0.6) * self.strength


def patterns_at(
    bars: Sequence[Bar], volume: float, ratio: float = 1.0, *, by_body: bool = True
) -> Iterator[BarPattern]:
    """Yield the patterns that the last of the bars, four are looked at, completes.

    `volume` is that of the bar before the last against what is usual; `ratio` what ticks are multiplied by.
    `by_body` asks that the bars that turn have bodies in their direction, too.
    """
    # No pattern fits into less: most bars are done with here.
    if len(bars) < 3 or _range(bars[-4:]) <= LONG_REACH * ratio:
        return
    for side in (1, -1):
        turned = [_times(side, bar) for bar in bars[-4:]]
        if _long_bar(turned[-3:], LONG_REACH * ratio, by_body=by_body):
            name = "long_down_up_bar" if side > 0 else "long_up_down_bar"
            size = 0.7 * min(_range(turned[-3:]) / (LONG_REACH * ratio) / 2, 1)
            yield BarPattern(name, side, size + 0.3 * min(volume, 1))
        # Written for falling prices, so that the side is the other one.
        if len(turned) == 4 and _colour_setting(turned, COLOUR_REACH * ratio, by_body=by_body):
            name = "color_down_setting" if side > 0 else "color_up_setting"
            yield BarPattern(name, -side, 0.8 * min(_range(turned) / (COLOUR_REACH * ratio) / 2, 1))


def _long_bar(bars: Sequence[Bar], reach: float, *, by_body: bool) -> bool:
    """Say whether the middle bar went far down and the last one back up, beyond the first."""
    before, middle, last = bars
    return (
        middle.open < before.close
        and before.high - middle.low > reach
        and last.open > middle.close
        and last.high - middle.low > reach
        and last.high > before.high
        and (not by_body or (colour(middle) < 0 < colour(last)))
    )


def _colour_setting(bars: Sequence[Bar], reach: float, *, by_body: bool) -> bool:
    """Say whether the price turned down twice, the second time from a lower high."""
    first, down, middle, last = bars
    return (
        last.open < middle.close
        and middle.high - last.low > reach
        and last.low < middle.low
        and down.open < first.close
        and first.high - down.low > reach
        and down.low < first.low
        and middle.high < down.high
        and (not by_body or (colour(down) < 0 and colour(last) < 0))
    )


def _times(side: int, bar: Bar) -> Bar:
    """Return the bar, or its mirror image."""
    return bar if side > 0 else Bar(bar.ts, -bar.open, -bar.low, -bar.high, -bar.close, bar.lots)


def _range(bars: Sequence[Bar]) -> int:
    return max([bar.high for bar in bars]) - min([bar.low for bar in bars])
