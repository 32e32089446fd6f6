"""What confirmed swings say about the trend: higher highs and lows, lower ones, and breaks of structure."""

from typing import Annotated

from pydantic import Field

from indicators.structure.swings import Swing, Swings
from mia_plugins.features.indicator import LONGEST, Indicator, checked
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Bars


class TrendStructure(Indicator[float, float, float]):
    """The trend by its swings, -1 to 1.

    1 for a higher high and a higher low, -1 for a lower high and a lower low, half of it if only one of
    the two differs, 0 if they contradict. The first close beyond the last confirmed swing is a break of
    structure: that bar and those after it, `held` in all, have the break's side in full. The newer break
    wins; of two at one bar neither counts.
    """

    class Settings(BaseSettings):
        """What can be set."""

        sides: Annotated[Bars, Field(ge=1, le=LONGEST)] = Bars(3)
        """How many bars each way make a swing."""
        held: Annotated[Bars, Field(ge=1, le=LONGEST)] = Bars(10)
        """For how many bars a break counts."""

    inputs = ("high", "low", "close")
    outputs = ("structure", "broken")

    def __init__(self, sides: int = 3, held: int = 10) -> None:
        """`sides` is how many bars each way make a swing, `held` for how many bars a break counts."""
        self.sides = checked(self, "sides", sides)
        self.held = checked(self, "held", held)
        super().__init__()

    @property
    def broken(self) -> float | None:
        """The side of the break that still counts, 0 when none does."""
        return self._output(1)

    def _begin(self) -> None:
        self.swings = Swings(self.sides)
        """The swings it looks at."""
        self._side = self._left = 0
        self._passed: dict[int, Swing] = {}

    def _next(self, high: float, low: float, close: float) -> tuple[float, float] | None:
        # A swing that this very bar confirms has no close beyond it yet, so the order does not matter.
        self.swings.update(high, low)
        self._left = max(self._left - 1, 0)
        breaks = [side for side in (1, -1) if self._breaks(side, close)]
        if len(breaks) == 1:
            self._side, self._left = breaks[0], self.held
        if self._left:
            return float(self._side), float(self._side)
        structure = self._structure()
        return None if structure is None else (structure, 0.0)

    def _breaks(self, side: int, close: float) -> bool:
        """Say whether the close is the first beyond the last swing of a side."""
        swings = self.swings.highs if side > 0 else self.swings.lows
        if not swings or swings[-1] == self._passed.get(side) or side * close <= side * swings[-1].price:
            return False
        self._passed[side] = swings[-1]
        return True

    def _structure(self) -> float | None:
        """Compare the last two swings of each kind; `None` before there are two."""
        highs, lows = self.swings.highs, self.swings.lows
        if len(highs) < 2 or len(lows) < 2:
            return None
        return (_sign(highs[-1].price - highs[-2].price) + _sign(lows[-1].price - lows[-2].price)) / 2


def _sign(change: float) -> int:
    return (change > 0) - (change < 0)
