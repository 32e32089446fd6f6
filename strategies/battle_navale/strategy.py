"""Vikings against Defenders, traded alone: with the side that wins, while the golden rule is respected."""

from typing import Annotated, Any

from pydantic import Field

from indicators.battle_navale.battle import BattleNavale, BattleRules
from mia_plugins.decisions import Gate
from mia_plugins.features import Market
from mia_plugins.units import Ticks
from strategies.decision.exits import Bracket
from strategies.decision.one_score import OneScoreSettings, OneScoreStrategy, Read


class BattleNavaleStrategy(OneScoreStrategy):
    """Buys and sells with the score of Battle Navale; ±.25 are thresholds for both sides."""

    class Settings(OneScoreSettings):
        """What can be set."""

        navale: BattleRules = BattleRules()
        """Of the method."""
        least_confidence: Annotated[float, Field(ge=0, le=1)] = 0.65
        """Below it the signal is refused."""
        least_base: Annotated[float, Field(ge=0, le=1)] = 0.60
        """The base's quality must be above; 0 asks for no base."""
        needs_rouge: bool = True
        """Whether rouge_sous_verte must be on the side."""
        bracket: Bracket = Bracket(stop=Ticks(8))
        """Where stop and target lie, and how long a trade may take."""

    own_gates = ("base_quality", "rouge_sous_verte")
    extras = ("outcome", "continuation", "bn_quality")

    @classmethod
    def own_measures(cls, market: Market, settings: Any) -> BattleNavale:
        """Return the measure of the method."""
        return market.measure(BattleNavale, **settings.navale.model_dump())

    def read(self, now: int) -> Read:
        """Look at the fight at the last bar."""
        del now
        battle, settings = self.own.last, self.settings
        if battle is None:
            return Read(None, None, tuple(Gate(name, None, None) for name in self.own_gates))
        seen = battle.seen
        base = seen.reference.quality if seen.reference else 0.0
        on_side = battle.score * seen.regime > 0
        gates = (
            Gate("base_quality", base > settings.least_base if settings.least_base else None, base),
            Gate("rouge_sous_verte", on_side if settings.needs_rouge else None, seen.regime),
        )
        told = (battle.outcome, battle.continuation, battle.bn_quality)
        return Read(battle.score, battle.confidence, gates, str(battle.bn_class), told)
