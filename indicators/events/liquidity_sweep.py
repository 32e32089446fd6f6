"""Liquidity sweeps: the price pierces a confirmed swing and closes back inside."""

from collections import deque
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from indicators.structure.swings import Swing, Swings
from mia_plugins.features import BarMeasure, Followed, Market
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Bars, Ticks

KEPT = 64
"""Liquidity sweeps that can be looked back upon."""


class SwingsFollowed(Followed):
    """The confirmed swings of base bars, in ticks."""

    indicator = Swings
    Settings = Swings.Settings


class LiquiditySweep(NamedTuple):
    """A pierce that came to nothing; prices in ticks."""

    side: int
    """1: below a low and back up; -1: above a high and back down."""
    ticks: int
    """The swing that was pierced."""
    far: int
    """How far it went."""
    pierced: int
    """The close of the bar that pierced it: UTC ns."""
    known: int
    """The close that came back: UTC ns."""


class _Pierced(NamedTuple):
    """A swing that was pierced."""

    swing: Swing
    far: int
    ts: int
    bars: int
    """Bars since, the one that pierced it included."""


class LiquiditySweeps(BarMeasure):
    """Confirmed swings pierced by two ticks or more, with a close back inside within three bars.

    The last confirmed high and low are watched, each until it is pierced; the bar that pierces is the first
    of the three. A close at the swing itself is not inside. A swing can be pierced by the bar after the one
    that confirms it, at the earliest.
    """

    class Settings(BaseSettings):
        """What can be set."""

        pierce: Annotated[Ticks, Field(gt=0, le=1000)] = Ticks(2)
        """How far beyond the swing, at least."""
        within: Annotated[Bars, Field(ge=1, le=100)] = Bars(3)
        """How many bars it may take to close back inside."""
        sides: Annotated[Bars, Field(ge=1, le=100)] = Bars(3)
        """How many bars each way make a swing."""

    outputs = ("side",)

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.swings = market.measure(SwingsFollowed, sides=settings.sides)

    def reset(self) -> None:
        """Forget every bar."""
        self.events: deque[LiquiditySweep] = deque(maxlen=KEPT)
        """The youngest last."""
        self._watched: dict[int, Swing] = {}
        self._pierced: dict[int, _Pierced] = {}

    @property
    def side(self) -> int | None:
        """The last one's; `None` before there is one."""
        return self.events[-1].side if self.events else None

    def take_bar(self, bar: Bar) -> None:
        """See what the bar pierced, and what it closed back into."""
        for side in (1, -1):
            self._pierce(side, bar)
            self._come_back(side, bar)
        for swing in self.swings.inner.fresh:
            self._watched[swing.side] = swing

    def _pierce(self, side: int, bar: Bar) -> None:
        """Note how far a bar went beyond a high (1) or a low (-1)."""
        reached = bar.high if side > 0 else bar.low
        going = self._pierced.get(side)
        if going:
            far = side * max(side * reached, side * going.far)
            self._pierced[side] = going._replace(far=far, bars=going.bars + 1)
        watched = self._watched.get(side)
        if watched and side * (reached - watched.price) >= self.settings.pierce:
            # One that is pierced on the way of another takes its place: it is the newer.
            self._pierced[side] = _Pierced(watched, reached, bar.ts, 1)
            del self._watched[side]

    def _come_back(self, side: int, bar: Bar) -> None:
        going = self._pierced.get(side)
        if not going:
            return
        if side * (bar.close - going.swing.price) < 0:
            price = int(going.swing.price)
            self.events.append(LiquiditySweep(-side, price, going.far, going.ts, bar.ts))
        elif going.bars < self.settings.within:
            return
        del self._pierced[side]
