"""How much more is bought than sold, or sold than bought, in a usual bar, and in few of them."""

from collections import deque
from statistics import median
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from indicators.flow.bars import FlowBars
from indicators.norms import BARS
from mia_plugins.data.arrow import Kind
from mia_plugins.features import BarMeasure, Market
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import Bar


class DeltaBursts(BarMeasure):
    """The sizes of the deltas of the 50 base bars before the last one, in contracts: median and quantile."""

    class Settings(BaseSettings):
        """What can be set."""

        quantile: Annotated[float, Field(gt=0, lt=1)] = 0.90
        """Which of the sizes makes a burst."""

    reads = frozenset({Kind.TRADES})
    outputs = ("usual", "burst")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.flow = market.measure(FlowBars)

    def reset(self) -> None:
        """Forget every bar."""
        self.last: int | None = None
        """The last bar's delta, with its sign; `None` before there is one."""
        self.before: int | None = None
        """The delta of the bar before it."""
        self.usual: float | None = None
        """The median size; `None` until there are 50 bars before the last."""
        self.burst: float | None = None
        """The quantile; `None` until there are 50 bars before the last."""
        self._sizes: deque[int] = deque(maxlen=BARS)

    def begin_contract(self) -> None:
        """Go on: what delta is usual does not change with the contract."""
        self.follow_anew()
        self.last = self.before = None

    def take_bar(self, bar: Bar) -> None:
        """Compare a bar's delta with those before it."""
        del bar
        self.before, self.last = self.last, self.flow.bars[-1].delta
        if len(self._sizes) == BARS:
            self.usual = float(median(self._sizes))
            self.burst = float(np.quantile(self._sizes, self.settings.quantile))
        self._sizes.append(abs(self.last))
