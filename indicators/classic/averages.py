"""Averages of closes, and the distance of two: SMA, EMA, WMA, MACD."""

from typing import Annotated

from pydantic import Field

from indicators.classic.nautilus import exponential, simple, weighted
from mia_plugins.features.indicator import LONGEST, Indicator, checked
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Bars


class Sma(Indicator[float]):
    """The mean of the last closes (price)."""

    class Settings(BaseSettings):
        """What can be set."""

        period: Annotated[Bars, Field(ge=1, le=LONGEST)] = Bars(20)
        """How many bars it looks back."""

    inputs = ("close",)

    def __init__(self, period: int = 20) -> None:
        """`period` in bars."""
        self.period = checked(self, "period", period)
        super().__init__()

    def _begin(self) -> None:
        self._average = simple(self.period)

    def _next(self, close: float) -> tuple[float] | None:
        mean = self._average(close)
        return None if mean is None else (mean,)


class Ema(Sma):
    """The exponential average of closes, weight 2/(period + 1), started by a mean (price)."""

    def _begin(self) -> None:
        self._average = exponential(self.period)


class Wma(Sma):
    """The mean of the last closes with weights that grow by one a bar (price)."""

    def _begin(self) -> None:
        self._average = weighted(self.period)


class Macd(Indicator[float]):
    """A fast average less a slow one, its own average, and how far it is from that (price differences).

    Both averages have their first value at the same bar: the fast one leaves out the oldest closes.
    """

    class Settings(BaseSettings):
        """What can be set."""

        fast: Annotated[Bars, Field(ge=2, le=LONGEST)] = Bars(12)
        """Span of the fast average."""
        slow: Annotated[Bars, Field(ge=3, le=LONGEST)] = Bars(26)
        """Span of the slow average; above `fast`."""
        signal: Annotated[Bars, Field(ge=1, le=LONGEST)] = Bars(9)
        """Span of the average of their difference."""

    inputs = ("close",)
    outputs = ("macd", "signal", "histogram")

    def __init__(self, fast: int = 12, slow: int = 26, signal: int = 9) -> None:
        """Spans in bars; `fast` is less than `slow`."""
        self.fast = checked(self, "fast", fast, 2)
        self.slow = checked(self, "slow", slow, fast + 1)
        self.span = checked(self, "signal", signal)
        super().__init__()

    @property
    def signal(self) -> float | None:
        """The average of the difference."""
        return self._output(1)

    @property
    def histogram(self) -> float | None:
        """The difference less its average."""
        return self._output(2)

    def _begin(self) -> None:
        self._left_out = self.slow - self.fast
        self._fast, self._slow = exponential(self.fast), exponential(self.slow)
        self._signal = exponential(self.span)

    def _next(self, close: float) -> tuple[float, float, float] | None:
        slow = self._slow(close)
        if self._left_out:
            self._left_out -= 1
            return None
        fast = self._fast(close)
        if fast is None or slow is None:
            return None
        signal = self._signal(fast - slow)
        return None if signal is None else (fast - slow, signal, fast - slow - signal)
