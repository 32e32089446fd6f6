"""`smart_money_strength`: what large orders and those who hide theirs have done in the last hour."""

from typing import Annotated, Any

from pydantic import Field

from indicators.events.icebergs import Icebergs
from indicators.events.large import LargeOrders
from indicators.events.stealth import StealthFlow
from indicators.events.sweeps import Sweeps
from indicators.norms import LotsMode, Typical, Usual
from indicators.structure.trend import TrendStructure
from mia_plugins.data.sessions import Session
from mia_plugins.features import (
    ODD,
    BarMeasure,
    Feature,
    Followed,
    Market,
    Reading,
    Score,
    known,
    quiet,
    unknown,
)
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Contracts

MINUTE = 60_000_000_000
"""ns."""
FLOW, HOUR = 15 * MINUTE, 60 * MINUTE
FLOW_WEIGHT, VOLUME_WEIGHT, EVENTS_WEIGHT, STRUCTURE_WEIGHT = 0.4, 0.3, 0.2, 0.1
BLOCK_COUNTS = 2


class StructureFollowed(Followed):
    """What confirmed swings of base bars say about the trend, -1 to 1."""

    indicator = TrendStructure
    Settings = TrendStructure.Settings


class LargeVolume(BarMeasure):
    """Contracts of large orders in the hour before a base bar's close, and their median at the 50 before."""

    class Settings(LargeOrders.Settings, Usual):
        """What can be set."""

    outputs = ("last", "usual")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        own = set(LargeOrders.Settings.model_fields)
        self.large = market.measure(LargeOrders, **settings.model_dump(include=own))

    def reset(self) -> None:
        """Forget every bar."""
        self._typical = Typical(self.settings.norm)
        self.last: int | None = None
        """At the last close."""

    def begin_contract(self) -> None:
        """Go on: what volume is usual does not change with the contract."""
        self.follow_anew()

    def begin_session(self, session: Session) -> None:
        """Start a trading day."""
        self._typical.begin_session(session)

    def take_bar(self, bar: Bar) -> None:
        """Add up the hour."""
        if self.large.large is None:
            return
        self.last = sum(order.lots for order in self.large.since(bar.ts - HOUR))
        self._typical.add(bar.ts, self.last)

    @property
    def usual(self) -> float | None:
        """The median; `None` until there are 50 bars before the last."""
        return self._typical.value


class SmartMoneyStrength(Feature):
    """.4·F + .3·sign(F)·min(1, v60/(2·median)) + .2·X + .1·sign(F)·A, within [-1, 1].

    F is (bought − sold)/(bought + sold) of large orders over 15 min, v60 their contracts in 60 min, X the
    mean side of icebergs, sweeps, blocks (twice) and beginnings of stealth in 60 min. A = sign(F)·market
    structure says whether the structure agrees, whatever the side; so it enters with the sign of F, or
    buying and selling would not be mirror images. Large orders, icebergs, sweeps and beginnings of stealth
    are the events that are counted; where lots are relative 1000 lots are ten large orders.
    """

    class Settings(BaseSettings):
        """What can be set."""

        lots: LotsMode = "auto"
        """Contracts as they stand, or by the sizes of the last 20 sessions."""
        events: Annotated[int, Field(ge=0, le=1000)] = 3
        """Events in 60 min, at least."""
        contracts: Annotated[Contracts, Field(ge=0)] = Contracts(1000)
        """Contracts of large orders in 60 min, at least, for a large order of 100."""

    kind = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"trades", "depth"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.volume = market.measure(LargeVolume, lots=settings.lots)
        self.large = self.volume.large
        self.sweeps = market.measure(Sweeps, lots=settings.lots)
        self.stealth = market.measure(StealthFlow, lots=settings.lots)
        self.icebergs = market.measure(Icebergs)
        self.structure = market.measure(StructureFollowed)

    def read(self, now: int) -> Reading:
        """Add up the hour."""
        large, usual, structure = self.large.large, self.volume.usual, self.structure.value
        if large is None:
            return unknown("what is large is not known before there are sessions")
        if not self.icebergs.seen:
            return unknown("no book yet")
        if usual is None or structure is None:
            return unknown("no usual volume of large orders or no structure yet")
        orders = list(self.large.since(now - HOUR))
        sides = self._sides(now)
        lots, count = sum(order.lots for order in orders), len(orders) + len(sides)
        if count < self.settings.events or lots < self._least(large):
            return quiet("{} events and {} lots of large orders in 60 min", count, lots)
        sides += [order.side for order in orders if order.block for _ in range(BLOCK_COUNTS)]
        sides = [side for side in sides if side]
        mean = sum(sides) / len(sides) if sides else 0.0
        return self._scored(now, lots, mean, structure)

    def _sides(self, now: int) -> list[int]:
        """Return the sides of what happened in 60 min beside large orders."""
        since = now - HOUR
        stealth = [one.side for one in self.stealth.events if one.known > since]
        found = [one.side for measure in (self.icebergs, self.sweeps) for one in measure.since(since)]
        return stealth + found

    def _least(self, large: int) -> float:
        fixed = self.large.settings.large
        return float(self.settings.contracts * large / fixed)

    def _scored(self, now: int, lots: int, mean: float, structure: float) -> Reading:
        recent = [order for order in self.large.since(now - FLOW) if order.side]
        total = sum(order.lots for order in recent)
        flow = sum(order.side * order.lots for order in recent) / total if total else 0.0
        sign, usual = (flow > 0) - (flow < 0), self.volume.usual
        much = min(1.0, lots / (2 * usual)) if usual else 1.0
        value = FLOW_WEIGHT * flow + VOLUME_WEIGHT * sign * much + EVENTS_WEIGHT * mean
        value += STRUCTURE_WEIGHT * sign * sign * structure
        reason = "large orders {:+.2f} in 15 min, {} lots in 60 min, other events {:+.2f}"
        return known(max(-1.0, min(1.0, value)), reason, flow, lots, mean)
