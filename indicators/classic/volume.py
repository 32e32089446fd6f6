"""What volume says: OBV, VROC, MFI, and accumulation / distribution."""

from collections import deque
from math import fsum
from typing import Annotated

from pydantic import Field

from indicators.classic.nautilus import change
from mia_plugins.features.indicator import LONGEST, Indicator, checked
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Bars


class Obv(Indicator[float, float]):
    """The volume of the first bar and those that closed higher, less that of lower ones (contracts)."""

    class Settings(BaseSettings):
        """Nothing can be set."""

    inputs = ("close", "lots")

    def _begin(self) -> None:
        self._before: float | None = None
        self._sum = 0.0

    def _next(self, close: float, lots: float) -> tuple[float]:
        before, self._before = self._before, close
        if before is None or close > before:
            self._sum += lots
        elif close < before:
            self._sum -= lots
        return (self._sum,)


class Vroc(Indicator[float]):
    """The change of volume to the bar `period` before (%; 0 if that one had none)."""

    class Settings(BaseSettings):
        """What can be set."""

        period: Annotated[Bars, Field(ge=1, le=LONGEST)] = Bars(14)
        """How many bars it looks back."""

    inputs = ("lots",)

    def __init__(self, period: int = 14) -> None:
        """`period` in bars."""
        self.period = checked(self, "period", period)
        super().__init__()

    def _begin(self) -> None:
        self._change = change(self.period)

    def _next(self, lots: float) -> tuple[float] | None:
        self._change.update_raw(lots)
        return (self._change.value,) if self._change.initialized else None


class Mfi(Indicator[float, float, float, float]):
    """The share of money (price times volume) that came at rising typical prices (0 to 100; 0 if none)."""

    class Settings(BaseSettings):
        """What can be set."""

        period: Annotated[Bars, Field(ge=2, le=LONGEST)] = Bars(14)
        """How many bars it looks back."""

    inputs = ("high", "low", "close", "lots")

    def __init__(self, period: int = 14) -> None:
        """`period` in bars."""
        self.period = checked(self, "period", period, 2)
        super().__init__()

    def _begin(self) -> None:
        self._before: float | None = None
        self._in: deque[float] = deque(maxlen=self.period)
        self._out: deque[float] = deque(maxlen=self.period)

    def _next(self, high: float, low: float, close: float, lots: float) -> tuple[float] | None:
        price = high + low + close  # three times the typical price: in ticks it is exact
        before, self._before = self._before, price
        if before is None:
            return None
        self._in.append(price * lots if price > before else 0.0)
        self._out.append(price * lots if price < before else 0.0)
        if len(self._in) < self.period:
            return None
        money_in, money_out = fsum(self._in), fsum(self._out)
        return (100 * money_in / (money_in + money_out) if money_in + money_out > 0 else 0.0,)


class AccumulationDistribution(Indicator[float, float, float, float]):
    """The running sum of volume, each bar's by where it closed in its range: 1 top, -1 bottom (contracts)."""

    class Settings(BaseSettings):
        """Nothing can be set."""

    inputs = ("high", "low", "close", "lots")

    def _begin(self) -> None:
        self._sum = 0.0

    def _next(self, high: float, low: float, close: float, lots: float) -> tuple[float]:
        if high > low:
            self._sum += ((close - low) - (high - close)) / (high - low) * lots
        return (self._sum,)
