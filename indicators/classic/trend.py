"""Whether there is a trend and where it ends: ADX with its directional lines, and the parabolic SAR."""

from typing import Annotated

from pydantic import Field

from indicators.classic.ranges import true_range
from mia_plugins.features.indicator import LONGEST, Indicator, checked, positive
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Bars


class Adx(Indicator[float, float, float]):
    """How strong the trend is, and how much of the range went up and down (each 0 to 100)."""

    class Settings(BaseSettings):
        """What can be set."""

        period: Annotated[Bars, Field(ge=2, le=LONGEST)] = Bars(14)
        """How many bars it looks back."""

    inputs = ("high", "low", "close")
    outputs = ("adx", "plus_di", "minus_di")

    def __init__(self, period: int = 14) -> None:
        """`period` in bars; the directional lines are known before the ADX is."""
        self.period = checked(self, "period", period, 2)
        super().__init__()

    @property
    def plus_di(self) -> float | None:
        """The share of the range that went up, in %."""
        return self._output(1)

    @property
    def minus_di(self) -> float | None:
        """The share of the range that went down, in %."""
        return self._output(2)

    def _begin(self) -> None:
        self._before: tuple[float, float, float] | None = None
        self._moves = 0
        self._up = self._down = self._range = 0.0
        self._adx = self._sum = 0.0

    def _next(self, high: float, low: float, close: float) -> tuple[float | None, float, float] | None:
        before, self._before = self._before, (high, low, close)
        if before is None:
            return None
        self._moves += 1
        self._add(high - before[0], before[1] - low, true_range(high, low, before[2]))
        if self._moves < self.period:
            return None
        plus, minus = self._share(self._up), self._share(self._down)
        return self._strength(plus, minus), plus, minus

    def _add(self, up: float, down: float, reach: float) -> None:
        """Add a bar's move: up or down, whichever is larger, and its true range."""
        kept = 1 - 1 / self.period if self._moves >= self.period else 1.0
        self._up = self._up * kept + (up if up > max(down, 0) else 0)
        self._down = self._down * kept + (down if down > max(up, 0) else 0)
        self._range = self._range * kept + reach

    def _share(self, moved: float) -> float:
        return min(100 * moved / self._range, 100.0) if self._range > 0 else 0.0

    def _strength(self, plus: float, minus: float) -> float | None:
        """Return Wilder's average of how lopsided the moves are; a bar without any does not count."""
        both, count = plus + minus, self._moves - self.period + 1
        lopsided = 100 * abs(plus - minus) / both if both > 0 else None
        if count <= self.period:
            self._sum += lopsided or 0.0
            self._adx = self._sum / self.period
        elif lopsided is not None:
            self._adx = (self._adx * (self.period - 1) + lopsided) / self.period
        return min(self._adx, 100.0) if count >= self.period else None


class Psar(Indicator[float, float]):
    """The stop that follows a trend and closes in on it as it makes new extremes (price).

    It starts long unless the second bar's low fell further than its high rose.
    """

    class Settings(BaseSettings):
        """What can be set."""

        step: Annotated[float, Field(gt=0)] = 0.02
        """What each new extreme adds to the acceleration."""
        most: Annotated[float, Field(gt=0)] = 0.2
        """The most the acceleration comes to."""

    inputs = ("high", "low")
    outputs = ("sar", "side")

    def __init__(self, step: float = 0.02, most: float = 0.2) -> None:
        """`step` is what each new extreme adds to the acceleration, up to `most` (both shares)."""
        self.most = positive(self, "most", most)
        self.step = min(positive(self, "step", step), self.most)
        super().__init__()

    @property
    def side(self) -> float | None:
        """1 while the trend is up and the stop below, -1 while it is down."""
        return self._output(1)

    def _begin(self) -> None:
        self._before: tuple[float, float] | None = None
        self._side = 0
        self._sar = self._extreme = self._pace = 0.0

    def _next(self, high: float, low: float) -> tuple[float, float] | None:
        """Work with prices times the side, so that up and down are the same code."""
        if self._before is None:
            self._before = high, low
            return None
        if not self._side:
            self._start(high, low)
        (high_before, low_before), self._before = self._before, (high, low)
        side = self._side
        if low <= self._sar if side > 0 else high >= self._sar:
            return self._turn((high_before, high), (low_before, low))
        shown, best = self._sar, high if side > 0 else low
        if side * best > side * self._extreme:
            self._extreme = best
            self._pace = min(self._pace + self.step, self.most)
        self._sar += self._pace * (self._extreme - self._sar)
        self._keep_off((high_before, high), (low_before, low))
        return float(shown), float(side)

    def _start(self, high: float, low: float) -> None:
        """Take a side at the second bar; the first has only its extremes to give."""
        if self._before is None:
            return
        up, down = high - self._before[0], self._before[1] - low
        self._side = -1 if down > max(up, 0) else 1
        self._sar, self._extreme = (self._before[1], high) if self._side > 0 else (self._before[0], low)
        self._pace, self._before = self.step, (high, low)

    def _turn(self, highs: tuple[float, float], lows: tuple[float, float]) -> tuple[float, float]:
        """Change sides: the stop goes to where the trend had come."""
        self._side, self._sar, self._pace = -self._side, self._extreme, self.step
        self._keep_off(highs, lows)
        shown = self._sar
        self._extreme = highs[1] if self._side > 0 else lows[1]
        self._sar += self._pace * (self._extreme - self._sar)
        self._keep_off(highs, lows)
        return float(shown), float(self._side)

    def _keep_off(self, highs: tuple[float, float], lows: tuple[float, float]) -> None:
        """Keep the stop outside the last two bars."""
        self._sar = min(self._sar, *lows) if self._side > 0 else max(self._sar, *highs)
