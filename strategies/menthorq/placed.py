"""Imported levels where a candidate sees them: how many ticks away, and in words."""

from typing import NamedTuple

from indicators.options.choices import SourceSettings
from indicators.options.level_names import Level, LevelKind
from indicators.options.levels import LevelSet
from indicators.options.levels_followed import ImportedLevels
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


def placed(levels: LevelSet, kind: LevelKind, price: int, tick: float) -> list[Placed]:
    """Return the levels of a kind as seen from a price in ticks; `tick` in points."""
    return [Placed(level, ticks_above(level.price, price, tick)) for level in levels.named(kind)]


def ticks_above(at: float, price: int, tick: float) -> float:
    """Return how many ticks a level in points lies above a price in ticks; what rounding added is off."""
    away = at / tick - price
    whole = round(away)
    return float(whole) if abs(away - whole) < SAME else away


def told(ticks: float) -> str:
    """Return a number of ticks as a trader reads it: 4 t, 2.52 t."""
    return f"{round(ticks, 2):g} t"
