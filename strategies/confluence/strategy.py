"""The whole decision: features weighed, Battle Navale and MenthorQ fused, the preset's row of gates."""

from typing import Any

from indicators.battle_navale.battle import boosts_of
from mia_plugins.decisions import Proposal
from mia_plugins.features import Market
from strategies.decision.base import MethodSettings, MethodStrategy
from strategies.decision.confluence import Confluence, Weighed, confluence
from strategies.decision.fusion import fused
from strategies.decision.methods import MethodRules, Methods
from strategies.decision.regimes import row_of
from strategies.decision.signal import GATES, SignalSettings, State, signal

TIME_OF_DAY = "session_context"
"""The feature that says what the session's multiplier says."""


class ConfluenceStrategy(MethodStrategy):
    """Weighs the features of the run; the score that decides, the tiers and the gates are the preset's."""

    class Settings(MethodSettings, MethodRules, SignalSettings):
        """What can be set."""

    gates = GATES
    extras = (
        "navale", "navale_quality", "rouge_sous_verte", "menthorq", "activity", "bias", "fused",
        "confluence_score", "coverage", "regime_confidence", "regime", "session_factor", "cycle_factor",
        "threshold_asked",
    )  # fmt: skip
    is_weighing = True

    @classmethod
    def own_measures(cls, market: Market, settings: Any) -> Methods:
        """Return the methods' measures."""
        return Methods(market, settings)

    def begin(self) -> None:
        """Take note of what is weighed."""
        super().begin()
        self._weights = tuple((part.name, feature.kind, part.weight) for part, feature in self.weighed)

    def propose(self, now: int) -> Proposal:
        """Weigh, fuse, and ask the gates."""
        state, extras = self._state(now)
        there = row_of(self.settings.regimes, state.regime)
        settings = self.settings
        if there.least_confidence is not None:
            settings = settings.model_copy(update={"least_confidence": there.least_confidence})
        found = signal(settings, state)
        proposal = Proposal(
            side=found.side,
            is_candidate=found.is_strong,
            reason="" if found.is_strong else next(g.name for g in found.gates if g.passes is False),
            score=found.score,
            confidence=found.confidence,
            tier=found.tier,
            size=found.size * there.size,
            gates=found.gates,
            contributions=state.confluence.contributions,
            extras=(*extras, found.threshold),
        )
        return self.bracketed(proposal, now, there.stop)

    def _without_session(self, features: list[Weighed], all_of_them: Confluence) -> Confluence:
        """Return what features say without the time of day, where they decide; else what all of them say."""
        if self.settings.side_from != "confluence":
            return all_of_them
        return confluence([one for one in features if one.name != TIME_OF_DAY])

    def _state(self, now: int) -> tuple[State, tuple[float | None, ...]]:
        """Return what the signal is made of, and the numbers on the way to it."""
        methods: Methods = self.own
        features = [
            Weighed(name, kind, weight, value)
            for (name, kind, weight), value in zip(self._weights, self.values, strict=True)
        ]
        all_of_them = confluence(features)
        battle, seen = methods.navale, methods.battle.chart.last
        bias = methods.bias(now)
        levels = methods.menthorq(bias)
        navale = battle.score if battle else None
        both = (
            None
            if navale is None
            else fused(navale, levels, bias or 0.0, literal=self.settings.fusion == "literal")
        )
        regime, sure = methods.regime.regime, methods.regime.confidence
        cycle = methods.cycle.factor
        rouge = seen.regime if seen else 0
        state = State(
            features=features,
            confluence=all_of_them,
            without_session=self._without_session(features, all_of_them),
            fused=both,
            navale=navale,
            navale_quality=battle.bn_quality if battle else 0.0,
            regime=regime or "",
            regime_confidence=sure or 0.0,
            rouge=rouge,
            boosts=(boosts_of(1, seen), boosts_of(-1, seen)) if seen else (0.0, 0.0),
            session=methods.session(now),
            cycle=1.0 if cycle is None else cycle,
        )
        told = (
            navale, battle.bn_quality if battle else None, rouge, levels.score, levels.activity, bias, both,
            all_of_them.score, all_of_them.coverage, sure, _number(regime), state.session, cycle,
        )  # fmt: skip
        return state, told


REGIMES = ("volatile", "trend", "range", "low volatility", "transition")
"""Their numbers in the journal are their places here, from 1."""


def _number(regime: str | None) -> float | None:
    return None if regime is None else float(REGIMES.index(regime) + 1)
