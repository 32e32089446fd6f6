"""Imported levels where a candidate sees them: how many ticks away, and in words."""

from math import inf
from typing import NamedTuple

from indicators.options.choices import SourceSettings
from indicators.options.levels import LevelSet
from indicators.options.levels_followed import ImportedLevels
from mia_plugins.data.level_names import Level, LevelKind
from mia_plugins.features import Market

SAME = 1e-6
"""Ticks: prices nearer than this are the same one, whichever way they were computed."""


class Placed(NamedTuple):
    """A level as seen from a price."""

    level: Level
    away: float
    """Ticks above the price; below 0 under it."""

    @property
    def distance(self) -> float:
        """Ticks, whichever side."""
        return abs(self.away)

    @property
    def told(self) -> str:
        """How far away it is, in words."""
        return told(self.distance)

    def __str__(self) -> str:
        """Return its name and its price in points."""
        return f"{self.level.name} at {self.level.price:.2f}"


def imported_levels(market: Market, settings: SourceSettings) -> ImportedLevels:
    """Return the levels that a rule looks at.

    They are those that hold without `strict_30min`: how fresh levels must be is said by `levels_stale`
    alone, so that asking for fresher ones hides none from another rule.
    """
    chosen = {name: getattr(settings, name) for name in SourceSettings.model_fields}
    return market.measure(ImportedLevels, **chosen)


class LevelsInTicks:
    """The imported levels of a kind, in ticks: worked out once a set of them."""

    def __init__(self, imported: ImportedLevels, kind: LevelKind) -> None:
        self._imported, self._kind = imported, kind
        self._of: LevelSet | None = None
        self._at: tuple[tuple[Level, float], ...] = ()

    def nearest(self, price: int, side: int = 0, most: float = inf) -> Placed | None:
        """Return the nearest as seen from a price in ticks; None while there is none.

        With a `side` (1 above, -1 below) only those on it count, a level at the price among them, and only
        up to `most` ticks away.
        """
        found, least = None, inf
        for level, at in self.levels:
            away = at - price
            ahead = away * side if side else abs(away)
            if 0 <= ahead <= most and ahead < least:
                found, least = (level, away), ahead
        return Placed(*found) if found else None

    @property
    def levels(self) -> tuple[tuple[Level, float], ...]:
        """Each with its price in ticks; none while no levels hold."""
        levels = self._imported.levels
        if levels is not self._of:
            tick = self._imported.market.tick
            of_kind = levels.named(self._kind) if levels else ()
            self._of, self._at = levels, tuple((one, in_ticks(one.price, tick)) for one in of_kind)
        return self._at


def in_ticks(price: float, tick: float) -> float:
    """Return a price in points in ticks; what rounding added is off."""
    at = price / tick
    whole = round(at)
    return float(whole) if abs(at - whole) < SAME else at


def told(ticks: float) -> str:
    """Return a number of ticks as a trader reads it: 4 t, 2.52 t."""
    return f"{round(ticks, 2):g} t"
