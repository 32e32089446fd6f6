"""Confluence zones: prices at which several levels lie together."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import prod
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from indicators.structure.key_levels import SAME, KeyLevels, Level
from mia_plugins.features import BarMeasure, Market
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Ticks

HIGH = 0.75
"""From this score on a zone is a high one."""


class Zone(NamedTuple):
    """Levels that lie together."""

    centre: float
    """Their average price by strength, in ticks."""
    score: float
    """1 less the product of 1 - strength/2, 0 to 1."""
    members: tuple[Level, ...]
    """From below."""

    @property
    def is_high(self) -> bool:
        """Whether many or strong levels make it."""
        return self.score >= HIGH

    @property
    def sources(self) -> frozenset[str]:
        """What its levels come of."""
        return frozenset(level.source for level in self.members)

    def bias(self, price: float) -> float:
        """Return the strength below a price (ticks) less that above it, as a share of both; -1 to 1."""
        below = sum(level.strength for level in self.members if level.price < price - SAME)
        above = sum(level.strength for level in self.members if level.price > price + SAME)
        return (below - above) / (below + above) if below + above else 0.0


class ConfluenceZones(BarMeasure):
    """Zones of two levels or more at the last base bar's close.

    From each level, and from all between any two, the centre moves to the average, by strength, of the
    levels within its reach until it stays: so both ways are alike, and all of a zone's levels are within
    reach of its centre. A level between two centres may be of both.
    """

    class Settings(KeyLevels.Settings):
        """What can be set."""

        width: Annotated[Ticks, Field(gt=0, le=40)] = Ticks(4.0)
        """How far a level may lie from the centre."""

    outputs = ("below", "above")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.levels = market.measure(KeyLevels, **settings.model_dump(exclude={"width"}))

    def reset(self) -> None:
        """Forget every bar."""
        self._zones: tuple[Zone, ...] | None = ()

    def take_bar(self, bar: Bar) -> None:
        """Leave it until somebody asks: few look at each bar."""
        del bar
        self._zones = None

    @property
    def zones(self) -> tuple[Zone, ...]:
        """The zones of the levels that are known now, from below."""
        if self._zones is None:
            self._zones = zones_of(self.levels.levels, self.settings.width)
        return self._zones

    @property
    def below(self) -> float | None:
        """The centre of the nearest zone at or below the close, in ticks."""
        return self._nearest(-1)

    @property
    def above(self) -> float | None:
        """The centre of the nearest zone at or above the close, in ticks."""
        return self._nearest(1)

    def _nearest(self, side: int) -> float | None:
        close = self.levels.close
        if close is None:
            return None
        found = (zone.centre for zone in self.zones if side * (zone.centre - close) >= -SAME)
        return min(found, key=lambda centre: abs(centre - close), default=None)


def zones_of(levels: Sequence[Level], width: float) -> tuple[Zone, ...]:
    """Return the zones that levels make, from below; levels come from below, `width` is in ticks."""
    prices = [level.price for level in levels]
    found: dict[tuple[int, int], Zone] = {}
    for first in range(len(levels)):
        # Two at the ends of a zone are within reach of its centre, and not of one another.
        for end in range(first + 1, bisect_right(prices, prices[first] + 2 * width + SAME) + 1):
            inside = _settled(levels, prices, (first, end), width)
            if inside[1] - inside[0] > 1 and inside not in found:
                members = tuple(levels[slice(*inside)])
                score = 1 - prod(1 - one.strength / 2 for one in members)
                found[inside] = Zone(_centre(members), score, members)
    return tuple(sorted(found.values(), key=lambda zone: zone.centre))


def _settled(
    levels: Sequence[Level], prices: list[float], inside: tuple[int, int], width: float
) -> tuple[int, int]:
    """Return which levels, the first and the end, are within reach of their centre once it moves no more."""
    while True:
        centre = _centre(levels[slice(*inside)])
        around = bisect_left(prices, centre - width - SAME), bisect_right(prices, centre + width + SAME)
        # What is near a mean weighs more at each step, so this ends.
        if around == inside:
            return around
        inside = around


def _centre(levels: Sequence[Level]) -> float:
    weight = sum(level.strength for level in levels)
    return sum(level.strength * level.price for level in levels) / weight
