"""How far prices go: standard deviation, Bollinger bands, ATR, Keltner channel."""

from typing import Annotated

from pydantic import Field

from indicators.classic.nautilus import bands, exponential, wilder
from indicators.classic.ranges import true_range
from mia_plugins.features.indicator import LONGEST, Indicator, checked, positive
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Bars, Multiple


class StdDev(Indicator[float]):
    """The standard deviation of the last closes, of the population (price difference)."""

    class Settings(BaseSettings):
        """What can be set."""

        period: Annotated[Bars, Field(ge=2, le=LONGEST)] = Bars(20)
        """How many bars it looks back."""

    inputs = ("close",)

    def __init__(self, period: int = 20) -> None:
        """`period` in bars."""
        self.period = checked(self, "period", period, 2)
        super().__init__()

    def _begin(self) -> None:
        self._bands = bands(self.period, 1.0)

    def _next(self, close: float) -> tuple[float] | None:
        self._bands.update_raw(close)
        return (self._bands.stddev,) if self._bands.initialized else None


class _Channel[*Inputs](Indicator[*Inputs]):
    """A middle line, and one above and below it (prices)."""

    outputs = ("middle", "upper", "lower")

    @property
    def upper(self) -> float | None:
        """The line above."""
        return self._output(1)

    @property
    def lower(self) -> float | None:
        """The line below."""
        return self._output(2)


class Bollinger(_Channel[float]):
    """The mean of the last closes, and `width` standard deviations above and below it (prices)."""

    class Settings(BaseSettings):
        """What can be set."""

        period: Annotated[Bars, Field(ge=2, le=LONGEST)] = Bars(20)
        """How many bars it looks back."""
        width: Annotated[Multiple, Field(gt=0)] = Multiple(2.0)
        """Standard deviations from the middle to a band."""

    inputs = ("close",)

    def __init__(self, period: int = 20, width: float = 2.0) -> None:
        """`period` in bars, `width` in standard deviations."""
        self.period = checked(self, "period", period, 2)
        self.width = positive(self, "width", width)
        super().__init__()

    def _begin(self) -> None:
        self._bands = bands(self.period, self.width)

    def _next(self, close: float) -> tuple[float, float, float] | None:
        found = self._bands
        found.update_raw(close)
        return (found.middle, found.upper, found.lower) if found.initialized else None


class Atr(Indicator[float, float, float]):
    """Wilder's average of the true range (price difference); the first bar has none and does not count."""

    class Settings(BaseSettings):
        """What can be set."""

        period: Annotated[Bars, Field(ge=1, le=LONGEST)] = Bars(14)
        """How many bars it looks back."""

    inputs = ("high", "low", "close")

    def __init__(self, period: int = 14) -> None:
        """`period` in bars."""
        self.period = checked(self, "period", period)
        super().__init__()

    def _begin(self) -> None:
        self._before: float | None = None
        self._average = wilder(self.period)

    def _next(self, high: float, low: float, close: float) -> tuple[float] | None:
        before, self._before = self._before, close
        if before is None:
            return None
        average = self._average(true_range(high, low, before))
        return None if average is None else (average,)


class Keltner(_Channel[float, float, float]):
    """The exponential average of typical prices, and `width` ATR above and below it (prices).

    Both have their first value at the same bar: the shorter one leaves out the oldest bars.
    """

    class Settings(BaseSettings):
        """What can be set."""

        period: Annotated[Bars, Field(ge=1, le=LONGEST)] = Bars(20)
        """Span of the average."""
        reach: Annotated[Bars, Field(ge=1, le=LONGEST)] = Bars(10)
        """Bars of the ATR."""
        width: Annotated[Multiple, Field(gt=0)] = Multiple(2.0)
        """ATR from the middle to a line."""

    inputs = ("high", "low", "close")

    def __init__(self, period: int = 20, reach: int = 10, width: float = 2.0) -> None:
        """`period` is the average's, `reach` the ATR's, in bars; `width` in ATR."""
        self.period = checked(self, "period", period)
        self.reach = checked(self, "reach", reach)
        self.width = positive(self, "width", width)
        super().__init__()

    def _begin(self) -> None:
        self._average = exponential(self.period)
        self._atr = Atr(self.reach)
        self._count = 0

    def _next(self, high: float, low: float, close: float) -> tuple[float, float, float] | None:
        self._count += 1
        longest = max(self.period, self.reach + 1)
        average = atr = None
        if self._count > longest - self.period:
            average = self._average((high + low + close) / 3)
        if self._count >= longest - self.reach:
            atr = self._atr.update(high, low, close)
        if average is None or atr is None:
            return None
        return average, average + self.width * atr, average - self.width * atr
