"""`candlesticks` and `candlestick_signal`: the patterns that the last bars make, and what they say."""

from collections import deque
from typing import Annotated, Any, NamedTuple

from pydantic import Field, field_validator

from indicators.fading import Fading
from indicators.shapes.candle import USUAL, Candle
from indicators.shapes.candle_patterns import PATTERNS, WINDOW
from mia_plugins.errors import did_you_mean
from mia_plugins.features import BarMeasure, Feature, Market, Reading, Score, exempt, known, quiet, unknown
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Bars

LONGEST = 5
"""Candles of the longest patterns."""
WARM_UP = USUAL + LONGEST
"""Bars that must have closed: five candles, each with the ten before it."""


class Candlestick(NamedTuple):
    """A pattern that a bar completed."""

    name: str
    number: int
    """TA-Lib's: 100, or 80 where edges touch, or 200 for a hikkake that is confirmed; with its sign."""

    @property
    def side(self) -> int:
        """1 bullish, -1 bearish, 0 where it only says that nobody won."""
        return PATTERNS[self.name].meaning * (1 if self.number > 0 else -1)

    @property
    def told(self) -> str:
        """Its name in words."""
        return ("confirmed " if abs(self.number) > 100 else "") + self.name.replace("_", " ")

    @property
    def value(self) -> float:
        """Its side times its weight: a fifth for each candle that makes it, .8 of that where edges touch."""
        pattern = PATTERNS[self.name]
        return self.side * min(1.0, abs(self.number) / 100) * pattern.candles / LONGEST


class Candlesticks(BarMeasure):
    """The candlesticks that the last base bar completed: TA-Lib's set, on prices in ticks."""

    class Settings(BaseSettings):
        """What can be set."""

        without: tuple[str, ...] = ()
        """Candlesticks that are not looked for."""
        held: Annotated[Bars, Field(ge=1, le=500)] = Bars(5)
        """For how many bars one counts, less at each."""

        @field_validator("without")
        @classmethod
        def _are_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
            for name in names:
                if name not in PATTERNS:
                    raise ValueError(f"no candlestick is named '{name}'{did_you_mean(name, PATTERNS)}")
            return names

    outputs = ("bullish", "bearish")

    def reset(self) -> None:
        """Forget every bar."""
        self._before: deque[Candle] = deque(maxlen=USUAL)
        self._count = 0
        self._patterns = [
            (name, PATTERNS[name].found, -(PATTERNS[name].looked_at or PATTERNS[name].candles))
            for name in PATTERNS
            if name not in self.settings.without
        ]
        self.found: tuple[Candlestick, ...] | None = None
        """Those of the last bar, in the table's order; `None` until 15 bars have closed."""
        self._fading = Fading[Candlestick](self.settings.held)

    def take_bar(self, bar: Bar) -> None:
        """Look at the candles up to this one."""
        self._before.append(Candle(bar, self._before))
        self._count += 1
        if self._count < WARM_UP:
            return
        candles = [self._before[number] for number in range(-WINDOW, 0)]
        self.found = tuple(
            Candlestick(name, number)
            for name, found, first in self._patterns
            if (number := found(*candles[first:]))
        )
        self._fading.take(self.found)

    def strongest(self) -> tuple[Candlestick, float] | None:
        """Return the weightiest of the last bars with its value by now; None if two sides are even."""
        return self._fading.strongest()

    @property
    def bullish(self) -> int | None:
        """How many bullish ones the last bar completed; `None` during warm-up."""
        return self._of(1)

    @property
    def bearish(self) -> int | None:
        """How many bearish ones the last bar completed; `None` during warm-up."""
        return self._of(-1)

    def _of(self, side: int) -> int | None:
        return None if self.found is None else sum(one.side == side for one in self.found)


class CandlestickSignal(Feature):
    """The weightiest candlestick of the last bars: a fifth for each candle that makes it, with its side.

    It fades linearly. Those that only say that nobody won (doji, spinning tops, high waves, short lines)
    have no side; a gravestone doji counts as bearish, although TA-Lib's number for it is positive.
    """

    Settings = Candlesticks.Settings
    kind = Score.DIRECTIONAL
    mirror = exempt("the set has patterns without a mirror image, such as the two crows or the ladder bottom")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.candlesticks = market.measure(Candlesticks, **settings.model_dump())

    def read(self, now: int) -> Reading:
        """Name the weightiest one."""
        del now
        if self.candlesticks.found is None:
            return unknown("fewer than {} bars yet", WARM_UP)
        strongest = self.candlesticks.strongest()
        if strongest is None:
            return quiet("no candlestick that says more than another")
        pattern, value = strongest
        age = round((1 - value / pattern.value) * self.settings.held)
        side = "bullish" if value > 0 else "bearish"
        return known(value, "{} {}, {} bars ago", side, pattern.told, age)
