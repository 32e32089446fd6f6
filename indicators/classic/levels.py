"""Prices that follow from a range: pivots of the day before, retracements of the last swing."""

from typing import Annotated

from pydantic import Field

from indicators.structure.swings import Swings
from mia_plugins.features.indicator import LONGEST, Indicator, checked
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Bars

RATIOS = (0.236, 0.382, 0.5, 0.618, 0.786)
"""The shares of a swing that are looked at when it is retraced."""


class ClassicPivots(Indicator[float, float, float]):
    """A day's middle, and three supports and resistances from it (prices); a bar is a day's."""

    class Settings(BaseSettings):
        """Nothing can be set."""

    inputs = ("high", "low", "close")
    of_days = True
    outputs = ("pivot", "r1", "r2", "r3", "s1", "s2", "s3")

    @property
    def levels(self) -> dict[str, float]:
        """The levels by name; none before the first day has ended."""
        prices = (self._output(index) for index in range(len(self.outputs)))
        return {name: price for name, price in zip(self.outputs, prices, strict=True) if price is not None}

    def _begin(self) -> None:
        """There is nothing to keep."""

    def _next(self, high: float, low: float, close: float) -> tuple[float, ...]:
        pivot, reach = (high + low + close) / 3, high - low
        above = (2 * pivot - low, pivot + reach, high + 2 * (pivot - low))
        below = (2 * pivot - high, pivot - reach, low - 2 * (high - pivot))
        return pivot, *above, *below


class FibonacciPivots(ClassicPivots):
    """A day's middle, and .382, .618 and 1 of its range above and below (prices); a bar is a day's."""

    def _next(self, high: float, low: float, close: float) -> tuple[float, ...]:
        pivot, reach = (high + low + close) / 3, high - low
        steps = [ratio * reach for ratio in (0.382, 0.618, 1.0)]
        return pivot, *(pivot + step for step in steps), *(pivot - step for step in steps)


class Retracements(Indicator[float, float, float]):
    """How much of the last confirmed swing the close has given back, and where that would be .236 … .786.

    The swing goes from the older to the younger of the last confirmed high and low; the share is 0 at its
    end and 1 at its start, below 0 and above 1 beyond them; the levels are prices. A bar that is both the
    high and the low gives no direction: nothing is known until the next swing.
    """

    class Settings(BaseSettings):
        """What can be set."""

        sides: Annotated[Bars, Field(ge=1, le=LONGEST)] = Bars(3)
        """How many bars each way make a swing."""

    inputs = ("high", "low", "close")
    outputs = ("share", "r236", "r382", "r500", "r618", "r786")

    def __init__(self, sides: int = 3) -> None:
        """`sides` is how many bars each way make a swing."""
        self.sides = checked(self, "sides", sides)
        super().__init__()

    def _begin(self) -> None:
        self.swings = Swings(self.sides)
        """The swings it looks at."""

    @property
    def levels(self) -> dict[float, float]:
        """The levels by their share of the swing; none while no swing is known."""
        prices = (self._output(1 + index) for index in range(len(RATIOS)))
        return {ratio: price for ratio, price in zip(RATIOS, prices, strict=True) if price is not None}

    def _next(self, high: float, low: float, close: float) -> tuple[float, ...] | None:
        self.swings.update(high, low)
        if not self.swings.highs or not self.swings.lows:
            return None
        start, end = sorted((self.swings.highs[-1], self.swings.lows[-1]), key=lambda swing: swing.bar)
        back = start.price - end.price
        # Of a falling market the last high can lie below the last low: there is no swing between them.
        if start.bar == end.bar or back * start.side <= 0:
            return None
        return (close - end.price) / back, *(end.price + ratio * back for ratio in RATIOS)
