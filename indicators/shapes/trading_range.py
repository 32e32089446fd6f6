"""Trading ranges with tested edges, and what pierces them in vain: springs and upthrusts."""

from collections import deque
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import Field

from indicators.measured import AtrTicks
from indicators.norms import BARS
from indicators.structure.regime import SwingTicks
from mia_plugins.features import BarMeasure, Market
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Bars, Multiple, Ticks

KEPT = 64
"""Springs and upthrusts that can be looked back upon."""
QUIET_VOLUME = 0.8
"""The quantile of the last 50 bars' volume that a spring's volume may not pass."""


class Range(NamedTuple):
    """A trading range; prices in ticks."""

    support: int
    resistance: int
    since: int
    """Its first bar, counted from 0."""
    known: int
    """The bar at whose close it was known."""

    def edge(self, side: int) -> int:
        """Return the resistance (1) or the support (-1)."""
        return self.resistance if side > 0 else self.support


class Spring(NamedTuple):
    """An edge that was pierced in vain on little volume."""

    side: int
    """1 a spring below the support, -1 an upthrust above the resistance."""
    far: int
    """The furthest price, in ticks."""
    pierced: int
    """The bar that pierced it, counted from 0."""
    known: int
    """The bar that closed back inside."""


class _Pierce(NamedTuple):
    far: int
    bar: int
    on_little_volume: bool


class TradingRanges(BarMeasure):
    """The trading range the market is in, and its springs and upthrusts.

    A range is there when in the last 20 bars at least two confirmed swings each came within half an ATR of
    the highest high and the lowest low: these are its edges. They stay until three bars on end have closed
    beyond one. A spring goes more than two ticks below the support on a volume of at most the 80th
    percentile of the 50 bars before, and a close within three bars, the piercing one included, is above the
    support again. An upthrust is its mirror image.
    """

    class Settings(BaseSettings):
        """What can be set."""

        bars: Annotated[Bars, Field(ge=8, le=60)] = Bars(20)
        """How long a range has lasted, at least."""
        tests: Annotated[int, Field(ge=1, le=8)] = 2
        """How many swings come to each edge, at least."""
        reach: Annotated[Multiple, Field(gt=0, le=5)] = Multiple(0.5)
        """How near to an edge they come, in ATR."""
        pierce: Annotated[Ticks, Field(ge=0, le=1000)] = Ticks(2)
        """How far beyond the edge a spring goes: more than this."""
        within: Annotated[Bars, Field(ge=1, le=100)] = Bars(3)
        """Bars in which it closes back inside; as many closes beyond on end are a range's end."""
        sides: Annotated[Bars, Field(ge=3, le=50)] = Bars(3)
        """How many bars each way make a swing."""

    outputs = ("support", "resistance")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self._atr = market.measure(AtrTicks)
        self._swings = market.measure(SwingTicks, sides=settings.sides)

    def reset(self) -> None:
        """Forget every bar."""
        self.range: Range | None = None
        """The one that is on; `None` without one."""
        self.known = False
        """Whether there were bars enough to tell."""
        self.count = 0
        """Bars taken in."""
        self.springs: deque[Spring] = deque(maxlen=KEPT)
        """Springs and upthrusts, the youngest last."""
        self.fresh: tuple[Spring, ...] = ()
        """What the last bar made known; an upthrust before a spring."""
        self._highs: deque[int] = deque(maxlen=self.settings.bars)
        self._lows: deque[int] = deque(maxlen=self.settings.bars)
        self._lots: deque[int] = deque(maxlen=BARS)
        self._pierced: dict[int, _Pierce] = {}
        self._outside = 0

    def take_bar(self, bar: Bar) -> None:
        """See whether the range goes on, or whether there is one now."""
        self.count += 1
        self._highs.append(bar.high)
        self._lows.append(bar.low)
        self.fresh = ()
        if self.range:
            self._go_on(self.range, bar)
        else:
            self._look_for_one()
        self._lots.append(bar.lots)
        self.known = len(self._lots) == BARS

    @property
    def support(self) -> int | None:
        """The lower edge, in ticks; `None` outside a range."""
        return self.range.support if self.range else None

    @property
    def resistance(self) -> int | None:
        """The upper edge, in ticks; `None` outside a range."""
        return self.range.resistance if self.range else None

    def _look_for_one(self) -> None:
        atr = self._atr.value
        if not self.known or not atr:
            return
        first, reach = self.count - self.settings.bars, self.settings.reach * atr
        support, resistance = min(self._lows), max(self._highs)
        found = self._swings.inner
        tops = sum(one.bar >= first and resistance - one.price <= reach for one in found.highs)
        bottoms = sum(one.bar >= first and one.price - support <= reach for one in found.lows)
        if min(tops, bottoms) >= self.settings.tests and resistance - support > reach:
            self.range = Range(support, resistance, first, self.count - 1)
            self._pierced, self._outside = {}, 0

    def _go_on(self, there: Range, bar: Bar) -> None:
        found = [self._spring(there, bar, side) for side in (1, -1)]
        self.fresh = tuple(one for one in found if one)
        self.springs.extend(self.fresh)
        beyond = (bar.close > there.resistance) - (bar.close < there.support)
        # Counted with the side's sign: a close beyond the other edge begins anew.
        self._outside = beyond + (self._outside if beyond * self._outside > 0 else 0)
        if abs(self._outside) >= self.settings.within:
            self.range = None

    def _spring(self, there: Range, bar: Bar, side: int) -> Spring | None:
        """Follow a pierce of the upper (1) or lower (-1) edge; return what came back."""
        reached, edge = (bar.high if side > 0 else bar.low), there.edge(side)
        going, now = self._pierced.pop(side, None), self.count - 1
        if going:
            going = going._replace(far=side * max(side * going.far, side * reached))
        elif side * (reached - edge) > self.settings.pierce:
            going = _Pierce(reached, now, bool(bar.lots <= np.quantile(self._lots, QUIET_VOLUME)))
        if going is None:
            return None
        if side * (bar.close - edge) < 0:
            return Spring(-side, going.far, going.bar, now) if going.on_little_volume else None
        if now - going.bar + 1 < self.settings.within:
            self._pierced[side] = going
        return None
