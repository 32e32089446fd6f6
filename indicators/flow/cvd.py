"""Cumulative delta, and what is usual for the delta of a bar."""

from collections import deque
from math import sqrt
from typing import Any, Literal

from indicators.flow.bars import FlowBars
from indicators.norms import BARS
from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import Session
from mia_plugins.features import BarMeasure, Market
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import MINUTE, Bar

type Anchor = Literal["eth", "rth"]
"""Where sums begin: with the session at 18:00 New York, or with regular hours at 9:30."""


class Cvd(BarMeasure):
    """What was bought less what was sold since the anchor, over closed base bars; in contracts.

    Unknown aggressors are left out and counted. With `rth` it begins with the first bar that opens at
    9:30 or later.
    """

    class Settings(BaseSettings):
        """What can be set."""

        anchor: Anchor = "eth"
        """Where it begins: with the session at 18:00 New York, or with regular hours at 9:30."""

    reads = frozenset({Kind.TRADES})
    outputs = ("value", "unknown")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.flow = market.measure(FlowBars)

    def reset(self) -> None:
        """Forget every bar."""
        self.value: int | None = None
        """`None` before the first bar since the anchor."""
        self.unknown = 0
        """Contracts since the anchor that are in no delta, for nobody says who came to whom."""
        self._from = 0

    def begin_session(self, session: Session) -> None:
        """Start anew."""
        self.value, self.unknown = None, 0
        self._from = session.open if self.settings.anchor == "eth" else session.rth_open

    def take_bar(self, bar: Bar) -> None:
        """Add a bar's delta."""
        if bar.ts - self.market.tape.base.minutes * MINUTE < self._from:
            return
        flow = self.flow.bars[-1]
        self.value = (self.value or 0) + flow.delta
        self.unknown += flow.unknown


class TypicalDelta(BarMeasure):
    """Mean and standard deviation of the delta of the base bars before the last one, in contracts."""

    reads = frozenset({Kind.TRADES})
    outputs = ("mean", "sd")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.flow = market.measure(FlowBars)

    def reset(self) -> None:
        """Forget every bar."""
        self.mean: float | None = None
        """`None` until there are 50 bars before the last."""
        self.sd: float | None = None
        """`None` until there are 50 bars before the last."""
        self._last: deque[int] = deque()
        self._sum = self._squares = 0

    def begin_contract(self) -> None:
        """Go on: what delta is usual does not change with the contract."""
        self.follow_anew()

    def take_bar(self, bar: Bar) -> None:
        """Take a bar's delta."""
        del bar
        if len(self._last) == BARS:
            self.mean = self._sum / BARS
            # Whole numbers of any size: what is subtracted is exact.
            self.sd = sqrt(BARS * self._squares - self._sum**2) / BARS
            self._add(self._last.popleft(), -1)
        delta = self.flow.bars[-1].delta
        self._last.append(delta)
        self._add(delta, 1)

    def _add(self, delta: int, times: int) -> None:
        self._sum += times * delta
        self._squares += times * delta * delta
