"""`adverse_swing`: a smaller size and a wider stop when a swing level lies before the target."""

from math import ceil
from typing import Annotated, Any

from pydantic import Field

from indicators.options.choices import SourceSettings
from mia_plugins.data.level_names import LevelKind
from mia_plugins.decisions import Candidate, Force, Rule, Verdict, not_asked, passes, scales
from mia_plugins.features import Market
from mia_plugins.units import Multiple, Ticks
from strategies.menthorq.placed import SAME, LevelsInTicks, Placed, imported_levels

AHEAD = "{0} is {0.told} ahead, the target {1} t"


class AdverseSwing(Rule):
    """Less size and a wider stop with an imported swing level at most 4 t ahead, and not beyond the target.

    A level at the very entry or at the very target lies between them. The stop is at least 8 t away, and
    1.5 times as far as the level.
    """

    class Settings(SourceSettings):
        """What can be set."""

        reach: Annotated[Ticks, Field(ge=0, le=400)] = Ticks(4)
        """A level counts at most so far ahead."""
        factor: Annotated[Multiple, Field(gt=0, le=1)] = Multiple(0.7)
        """What the size is multiplied by."""
        least_stop: Annotated[Ticks, Field(ge=0, le=400)] = Ticks(8)
        """How far away the stop is at least."""
        stop_distances: Annotated[Multiple, Field(ge=0, le=20)] = Multiple(1.5)
        """How many times as far as the level it is at least."""

    force = Force.SOFT
    unit = "t"

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.imported = imported_levels(market, settings)
        self._swings = LevelsInTicks(self.imported, LevelKind.SWING)

    def judge(self, candidate: Candidate) -> Verdict:
        """Look at the nearest level between entry and target."""
        if not self._swings.levels:
            return not_asked(self.imported.reason or "no swing levels are imported")
        swing = self._swings.nearest(candidate.price, candidate.side, candidate.target)
        if swing is None:
            return passes(None, "no swing level between entry and target")
        if swing.distance > self.settings.reach:
            return passes(swing.distance, AHEAD, swing, candidate.target)
        return self._adverse(swing, candidate.target)

    def _adverse(self, swing: Placed, target: int) -> Verdict:
        least = max(self.settings.least_stop, self.settings.stop_distances * swing.distance)
        stop = ceil(least - SAME)
        reason = AHEAD + "; the stop should be at least {2} t away"
        return scales(self.settings.factor, swing.distance, reason, swing, target, stop, stop=stop)
