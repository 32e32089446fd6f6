"""`level_proximity` and `support_resistance`: how near the levels are, and on which side."""

from typing import Any

from indicators.structure.key_levels import SAME, KeyLevels, Level, Reach, proximity
from mia_plugins.features import EVEN, ODD, Feature, Market, Reading, Score, known, quiet, unknown


class _OfLevels(Feature):
    """Looks at the levels around the last close."""

    Settings = Reach
    inputs = frozenset({"trades"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.levels = market.measure(KeyLevels, **settings.of_levels())


class LevelProximity(_OfLevels):
    """The largest of strength times nearness, over all levels within reach; nearness is 1 - d/8 t."""

    kind = Score.QUALITY
    mirror = EVEN

    def read(self, now: int) -> Reading:
        """Find the level that is felt most."""
        del now
        if self.levels.close is None:
            return unknown("no bar yet")
        reach = self.settings.reach
        found = self.levels.near(reach)
        if not found:
            return quiet("no level within {:g} t", reach)
        away, level = max(found, key=lambda one: one[1].strength * proximity(one[0], reach))
        return known(level.strength * proximity(away, reach), "{:.1f} t from the {}", away, level.name)


class SupportResistance(_OfLevels):
    """Strength times nearness of the nearest level below, less that of the nearest one above.

    A level at the very close is both. Of several at one price the strongest counts.
    """

    kind = Score.DIRECTIONAL
    mirror = ODD

    def read(self, now: int) -> Reading:
        """Weigh what is below against what is above."""
        del now
        close = self.levels.close
        if close is None:
            return unknown("no bar yet")
        found = self.levels.near(self.settings.reach)
        sides = [
            _nearest([one for one in found if side * (one[1].price - close) <= SAME]) for side in (1, -1)
        ]
        if not any(sides):
            return quiet("no level within {:g} t", self.settings.reach)
        worth = [one[1].strength * proximity(one[0], self.settings.reach) if one else 0.0 for one in sides]
        told = [
            f"{one[0]:.1f} t {word} the {one[1].name}"
            for one, word in zip(sides, ("above", "below"), strict=True)
            if one
        ]
        return known(worth[0] - worth[1], ", ".join(told))


def _nearest(found: list[tuple[float, Level]]) -> tuple[float, Level] | None:
    """Return the nearest level; of those at its price the strongest."""
    if not found:
        return None
    least = min(away for away, _ in found)
    return max((one for one in found if one[0] <= least + SAME), key=lambda one: one[1].strength)
