"""The measure `chart_patterns` and the feature `chart_pattern_signal`: lines that were broken."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from indicators.classic.averages import Macd
from indicators.classic.oscillators import Rsi
from indicators.classic.trend import Adx
from indicators.classic.volume import AccumulationDistribution, Obv
from indicators.fading import Fading
from indicators.measured import AtrTicks
from indicators.shapes import pattern_kinds
from indicators.shapes.formation import Formation, Row, View
from indicators.shapes.pattern_kinds import Kind
from indicators.shapes.zigzag import Zigzag
from indicators.structure.swings import Swings
from mia_plugins.features import ODD, BarMeasure, Feature, Market, Reading, Score, known, quiet, unknown
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Bars, Multiple

FULL_BREAK = 0.5
"""ATR beyond its line at which a break's margin is full."""


class ChartPattern(NamedTuple):
    """A pattern whose line was broken."""

    name: str
    side: int
    """1 up, -1 down."""
    line: float
    """The line's price at the bar that broke it, in ticks."""
    confidence: float
    """.5 to 1: one half where every condition only just holds."""
    bar: int
    """The bar whose close broke it, counted from 0."""
    points: tuple[int, ...]
    """The bars of what it is made of, the oldest first."""
    weight: float
    """What its kind weighs."""

    @property
    def value(self) -> float:
        """Its side times its confidence and its kind's weight."""
        return self.side * self.confidence * self.weight


class ChartPatterns(BarMeasure):
    """Patterns of confirmed swings, of volume and of momentum, told when a close breaks their line.

    A pattern is known when the swing that completes it is confirmed. From then on, that bar included, it
    waits for a close beyond its line by a tenth of an ATR. The wait ends with a close as far beyond its other
    side, after some bars, or when younger swings make the same pattern anew. Each is told once.
    """

    class Settings(BaseSettings):
        """What can be set."""

        pivots: Literal["fractal", "zigzag"] = "fractal"
        """Whether swings are extremes among some bars each way, or turned back from by a multiple of ATR."""
        sides: Annotated[Bars, Field(ge=1, le=50)] = Bars(3)
        """How many bars each way make a fractal."""
        turn: Annotated[Multiple, Field(gt=0, le=20)] = Multiple(1.5)
        """How far a zigzag turns back, in ATR."""
        past: Annotated[Multiple, Field(ge=0, le=5)] = Multiple(0.1)
        """How far beyond its line a close breaks it, in ATR."""
        waits: Annotated[Bars, Field(ge=1, le=200)] = Bars(30)
        """For how many bars after it is known a pattern waits."""
        held: Annotated[Bars, Field(ge=1, le=500)] = Bars(10)
        """For how many bars one counts, less at each."""

    outputs = ("side",)

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self._atr = market.measure(AtrTicks)

    def reset(self) -> None:
        """Forget every bar."""
        self.fresh: tuple[ChartPattern, ...] | None = None
        """What the last bar broke, in the order of the kinds, up first; `None` until the ATR is known."""
        self.count = 0
        """Bars taken in."""
        self._fading = Fading[ChartPattern](self.settings.held)
        self._views = (View(1), View(-1))
        self._zigzag = Zigzag(self.settings.turn) if self.settings.pivots == "zigzag" else None
        self._fractals = Swings(self.settings.sides)
        self._rsi, self._macd, self._adx = Rsi(), Macd(), Adx()
        self._obv, self._ad = Obv(), AccumulationDistribution()
        self._waiting: dict[tuple[Kind, int], tuple[Formation, int]] = {}

    def take_bar(self, bar: Bar) -> None:
        """Look for patterns that the bar completes, and for lines that its close breaks."""
        self._measure(bar)
        self.count += 1
        atr = self._atr.value
        if not atr:
            self.fresh = None
            return
        for kind in pattern_kinds.ALL:
            if kind.at_every_bar or self._pivots.fresh:
                for view in self._views:
                    self._find(kind, view)
        self.fresh = tuple(self._broken(bar.close, atr))
        self._fading.take(self.fresh)

    @property
    def side(self) -> int | None:
        """Patterns that the last bar broke upwards less those downwards; `None` until the ATR is known."""
        return None if self.fresh is None else sum(one.side for one in self.fresh)

    def strongest(self) -> tuple[ChartPattern, float] | None:
        """Return the weightiest of the last bars with its value by now; None if two sides are even."""
        return self._fading.strongest()

    @property
    def _pivots(self) -> Swings | Zigzag:
        return self._zigzag or self._fractals

    def _measure(self, bar: Bar) -> None:
        prices = (bar.high, bar.low, bar.close)
        rsi, macd, adx = self._rsi.update(bar.close), self._macd.update(bar.close), self._adx.update(*prices)
        obv, ad = self._obv.update(bar.close, bar.lots) or 0.0, self._ad.update(*prices, bar.lots) or 0.0
        if self._zigzag:
            self._zigzag.take(bar.high, bar.low, self._atr.value)
        else:
            self._fractals.update(bar.high, bar.low)
        row = Row(*prices, bar.lots, rsi, macd, obv, ad, self._macd.histogram, adx)
        for view in self._views:
            view.take(row, self._pivots.fresh, self._atr.value)

    def _find(self, kind: Kind, view: View) -> None:
        """Let a pattern wait that this very bar, or a swing it confirms, completes."""
        found = kind.find(view)
        if found and (kind.at_every_bar or any(one.bar == found.points[-1] for one in self._pivots.fresh)):
            self._waiting[kind, view.side] = found, view.now

    def _broken(self, price: int, atr: float) -> Iterator[ChartPattern]:
        """Yield what a close breaks; what it ends waits no longer."""
        now, past = self.count - 1, self.settings.past * atr
        for kind in pattern_kinds.ALL:
            for side in (1, -1):
                if (kind, side) not in self._waiting:
                    continue
                found, since = self._waiting[kind, side]
                above = found.line.under(now, side * price)
                stopped = found.stop is not None and -found.stop.under(now, side * price) >= past
                if above >= past or stopped or now - since >= self.settings.waits:
                    del self._waiting[kind, side]
                if above >= past and not stopped:
                    margin = max(0.0, min(1.0, (above - past) / (FULL_BREAK * atr)))
                    margins = (*found.margins, margin)
                    yield ChartPattern(
                        kind.name(side),
                        side,
                        side * found.line.at(now),
                        0.5 + 0.5 * sum(margins) / len(margins),
                        now,
                        found.points,
                        kind.weight,
                    )


class ChartPatternSignal(Feature):
    """The weightiest chart pattern of the last bars: its side, confidence and kind; it fades linearly.

    Patterns with a shape weigh 1, divergences, climaxes and reversals three quarters, breakouts and shifts
    of momentum one half.
    """

    Settings = ChartPatterns.Settings
    kind = Score.DIRECTIONAL
    mirror = ODD

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.patterns = market.measure(ChartPatterns, **settings.model_dump())

    def read(self, now: int) -> Reading:
        """Name the weightiest one."""
        del now
        patterns = self.patterns
        if patterns.fresh is None:
            return unknown("no ATR yet")
        strongest = patterns.strongest()
        if strongest is None:
            return quiet("no line was broken, or both sides are even")
        one, value = strongest
        told, age = one.name.replace("_", " "), patterns.count - 1 - one.bar
        way = "up" if one.side > 0 else "down"
        return known(value, "{} broken {} {} bars ago, confidence {:.2f}", told, way, age, one.confidence)
