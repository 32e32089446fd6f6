"""Confirmed swings: extremes that the bars after them did not pass. None is known before it is confirmed."""

from collections import deque
from typing import Annotated, NamedTuple

from pydantic import Field

from mia_plugins.features.indicator import LONGEST, Indicator, checked
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Bars

KEPT = 16
"""Swings of a kind that can be looked back upon."""


class Swing(NamedTuple):
    """A confirmed extreme."""

    side: int
    """1 a high, -1 a low."""
    price: float
    """In the unit of the bars."""
    bar: int
    """The bar that made it, counted from 0."""
    confirmed: int
    """The bar at whose close it was known: the event's own time."""


class Swings(Indicator[float, float]):
    """The last confirmed swing high and swing low (prices).

    A high is a swing when it is above those of the `sides` bars before it and not below those of the `sides`
    bars after it: of equal ones the first counts. Lows are the mirror. A bar can be both.
    """

    class Settings(BaseSettings):
        """What can be set."""

        sides: Annotated[Bars, Field(ge=1, le=LONGEST)] = Bars(3)
        """How many bars each way make a swing."""

    inputs = ("high", "low")
    outputs = ("high", "low")

    def __init__(self, sides: int = 3) -> None:
        """`sides` is how many bars each way, and so how many bars later a swing is confirmed."""
        self.sides = checked(self, "sides", sides)
        super().__init__()

    @property
    def high(self) -> float | None:
        """The last confirmed swing high."""
        return self._output(0)

    @property
    def low(self) -> float | None:
        """The last confirmed swing low."""
        return self._output(1)

    def _begin(self) -> None:
        self.count = 0
        """Bars taken in."""
        self.fresh: tuple[Swing, ...] = ()
        """What the last bar confirmed: at most one a side, the high first."""
        self.highs: deque[Swing] = deque(maxlen=KEPT)
        """Confirmed swing highs, the youngest last."""
        self.lows: deque[Swing] = deque(maxlen=KEPT)
        """Confirmed swing lows, the youngest last."""
        window = 2 * self.sides + 1
        self._highs: deque[float] = deque(maxlen=window)
        self._lows: deque[float] = deque(maxlen=window)

    def _next(self, high: float, low: float) -> tuple[float | None, float | None] | None:
        self._highs.append(high)
        self._lows.append(-low)
        self.fresh = (*self._found(1, self._highs), *self._found(-1, self._lows))
        for swing in self.fresh:
            (self.highs if swing.side > 0 else self.lows).append(swing)
        self.count += 1
        if not self.highs and not self.lows:
            return None
        return (
            self.highs[-1].price if self.highs else None,
            self.lows[-1].price if self.lows else None,
        )

    def _found(self, side: int, prices: deque[float]) -> tuple[Swing, ...]:
        """Return the swing in the middle of the window, if it is one; prices are times the side."""
        if len(prices) < 2 * self.sides + 1:
            return ()
        middle = prices[self.sides]
        # The first of the highest: nothing before it reaches it, nothing after passes it.
        if middle < max(prices) or prices.index(middle) < self.sides:
            return ()
        return (Swing(side, float(side * middle), self.count - self.sides, self.count),)
