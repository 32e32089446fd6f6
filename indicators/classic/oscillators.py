"""Where the close stands in what was: RSI, Stochastic, Williams %R, CCI."""

from collections import deque
from math import fsum
from typing import Annotated

from pydantic import Field

from indicators.classic.nautilus import wilder
from indicators.classic.ranges import Extremes
from mia_plugins.features.indicator import LONGEST, Indicator, checked
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Bars


class Rsi(Indicator[float]):
    """The share of rises in what closes moved, by Wilder's averages (0 to 100; 0 if nothing moved)."""

    class Settings(BaseSettings):
        """What can be set."""

        period: Annotated[Bars, Field(ge=2, le=LONGEST)] = Bars(14)
        """How many bars it looks back."""

    inputs = ("close",)

    def __init__(self, period: int = 14) -> None:
        """`period` in bars."""
        self.period = checked(self, "period", period, 2)
        super().__init__()

    def _begin(self) -> None:
        self._before: float | None = None
        self._rises, self._falls = wilder(self.period), wilder(self.period)

    def _next(self, close: float) -> tuple[float] | None:
        before, self._before = self._before, close
        if before is None:
            return None
        rise = self._rises(max(close - before, 0.0))
        fall = self._falls(max(before - close, 0.0))
        if rise is None or fall is None:
            return None
        return (100 * (rise / (rise + fall)) if rise + fall > 0 else 0.0,)


class Stochastic(Indicator[float, float, float]):
    """Where the close stands between the lowest low and the highest high (0 to 100; 0 without a range).

    `smooth=1` is the fast one, a larger `smooth` the slow one.
    """

    class Settings(BaseSettings):
        """What can be set."""

        period: Annotated[Bars, Field(ge=1, le=LONGEST)] = Bars(14)
        """How many bars it looks back."""
        smooth: Annotated[Bars, Field(ge=1, le=LONGEST)] = Bars(3)
        """Bars the line is averaged over; 1 is the fast one."""
        signal: Annotated[Bars, Field(ge=1, le=LONGEST)] = Bars(3)
        """Bars its signal is averaged over."""

    inputs = ("high", "low", "close")
    outputs = ("k", "d")

    def __init__(self, period: int = 14, smooth: int = 3, signal: int = 3) -> None:
        """All in bars: the range's, the one the line is averaged over, the one its signal is."""
        self.period = checked(self, "period", period)
        self.smooth = checked(self, "smooth", smooth)
        self.signal = checked(self, "signal", signal)
        super().__init__()

    @property
    def d(self) -> float | None:
        """The average of the line."""
        return self._output(1)

    def _begin(self) -> None:
        self._extremes = Extremes(self.period)
        self._shares: deque[float] = deque(maxlen=self.smooth)
        self._lines: deque[float] = deque(maxlen=self.signal)

    def _next(self, high: float, low: float, close: float) -> tuple[float, float] | None:
        extremes = self._extremes.take(high, low)
        if extremes is None:
            return None
        highest, lowest = extremes
        self._shares.append(100 * (close - lowest) / (highest - lowest) if highest > lowest else 0.0)
        if len(self._shares) < self.smooth:
            return None
        self._lines.append(_mean(self._shares))
        return (self._lines[-1], _mean(self._lines)) if len(self._lines) == self.signal else None


class WilliamsR(Indicator[float, float, float]):
    """How far the close is below the highest high, as a share of the range (-100 to 0; 0 without one)."""

    class Settings(BaseSettings):
        """What can be set."""

        period: Annotated[Bars, Field(ge=2, le=LONGEST)] = Bars(14)
        """How many bars it looks back."""

    inputs = ("high", "low", "close")

    def __init__(self, period: int = 14) -> None:
        """`period` in bars."""
        self.period = checked(self, "period", period, 2)
        super().__init__()

    def _begin(self) -> None:
        self._extremes = Extremes(self.period)

    def _next(self, high: float, low: float, close: float) -> tuple[float] | None:
        extremes = self._extremes.take(high, low)
        if extremes is None:
            return None
        highest, lowest = extremes
        return (-100 * (highest - close) / (highest - lowest) if highest > lowest else 0.0,)


class Cci(Indicator[float, float, float]):
    """The typical price's distance from its mean, in .015 mean deviations (no bound; 0 without any).

    Three times the typical price is summed: in ticks that is exact, so that a flat market is seen as flat.
    """

    class Settings(BaseSettings):
        """What can be set."""

        period: Annotated[Bars, Field(ge=2, le=LONGEST)] = Bars(14)
        """How many bars it looks back."""

    inputs = ("high", "low", "close")

    def __init__(self, period: int = 14) -> None:
        """`period` in bars."""
        self.period = checked(self, "period", period, 2)
        super().__init__()

    def _begin(self) -> None:
        self._sums: deque[float] = deque(maxlen=self.period)

    def _next(self, high: float, low: float, close: float) -> tuple[float] | None:
        sums = self._sums
        sums.append(high + low + close)
        if len(sums) < self.period:
            return None
        if max(sums) == min(sums):
            return (0.0,)
        mean = fsum(sums) / self.period
        deviation = fsum([abs(one - mean) for one in sums]) / self.period
        return ((sums[-1] - mean) / (0.015 * deviation),)


def _mean(values: deque[float]) -> float:
    return fsum(values) / len(values)
