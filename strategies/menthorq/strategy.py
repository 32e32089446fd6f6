"""Imported levels traded alone: put walls hold, call walls stop, blind spots keep away."""

from typing import Annotated, Any, Literal

from pydantic import Field

from mia_plugins.data.level_names import LevelKind
from mia_plugins.decisions import Gate
from mia_plugins.features import Market
from mia_plugins.units import Ticks
from strategies.decision.exits import Bracket
from strategies.decision.methods import MethodRules, Methods
from strategies.decision.one_score import OneScoreSettings, OneScoreStrategy, Read

AHEAD = (LevelKind.CALL_WALL, LevelKind.PUT_WALL, LevelKind.GAMMA_WALL, LevelKind.HVL, LevelKind.SWING)
"""Levels that a trade may aim at."""


class MenthorQStrategy(OneScoreStrategy):
    """Buys at put walls and lower swing edges, sells at call walls and upper ones."""

    class Settings(OneScoreSettings, MethodRules):
        """What can be set."""

        least_confidence: Annotated[float, Field(ge=0, le=1)] = 0.25
        """How near the nearest level must be: 1 at it, 0 from 8 ticks on."""
        target_by: Literal["r", "level"] = "r"
        """Whether the target is a multiple of the stop, or the next level ahead."""
        least_target: Annotated[Ticks, Field(ge=1, le=400)] = Ticks(8)
        """A level that is nearer is passed over as a target."""
        bracket: Bracket = Bracket(stop=Ticks(6))
        """Where stop and target lie, and how long a trade may take."""

    own_gates = ("levels_known",)
    extras = ("bias",)

    @classmethod
    def own_measures(cls, market: Market, settings: Any) -> Methods:
        """Return the methods' measures."""
        return Methods(market, settings)

    def read(self, now: int) -> Read:
        """Look at the levels near the price."""
        methods: Methods = self.own
        levels = methods.levels.levels
        known = Gate("levels_known", levels is not None, methods.levels.age)
        if levels is None:
            return Read(None, None, (known,))
        bias = methods.bias(now)
        found = methods.menthorq(bias)
        side = (found.score > 0) - (found.score < 0)
        target = self._ahead(side) if self.settings.target_by == "level" else 0
        return Read(found.score, found.activity, (known,), extras=(bias,), target=target)

    def _ahead(self, side: int) -> int:
        """Return how far the next level ahead is, in ticks; 0 without one."""
        levels = self.own.levels.levels
        price, tick = self.tape.price, self.market.tick
        away = [round((at / tick - price) * side) for kind in AHEAD for at in levels.of(kind)]
        return min((one for one in away if one >= self.settings.least_target), default=0)
