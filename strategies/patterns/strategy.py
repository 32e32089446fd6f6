"""`PatternStrategy`: a pattern's setups as proposals; rules, sizing and execution are those of the run."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from indicators.measured import AtrTicks
from mia_plugins.decisions import Gate, Proposal
from mia_plugins.features import Market, Scout
from mia_plugins.journal.decision import Decision, Outcome
from mia_plugins.runtime.settings import StrategySettings
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Multiple
from strategies.decision.base import MethodSettings, MethodStrategy, bracketed
from strategies.decision.exits import Bracket
from strategies.decision.regimes import InRegimes
from strategies.patterns.pattern import Pattern, own_settings
from strategies.patterns.setups import Setup

GATE = "pattern_confidence"
AGE = "setup_age"
"""Bars since the setup: beside the margins in the journal."""
TAKEN = "taken"
"""Why a setup that was entered is not proposed again."""


class PatternBracket(Bracket):
    """Where stop and target lie: by default a stop of 1 ATR."""

    stop_by: Literal["ticks", "atr"] = "atr"
    """Whether the stop is a number of ticks away, or a multiple of the ATR of base bars."""
    stop_atr: Annotated[Multiple, Field(gt=0, le=20)] = Multiple(1.0)
    """How far away the stop is, by ATR."""


class Confidence(BaseSettings):
    """How clear a setup must be."""

    least_confidence: Annotated[float, Field(ge=0.5, le=1)] = 0.70
    """The pattern_confidence below which a setup is refused."""
    preferred_confidence: Annotated[float, Field(ge=0.5, le=1)] | None = None
    """From it on the setup is of the tier `preferred`."""


class PatternSettings(MethodSettings, Confidence):
    """What every strategy of a pattern can be told, beside what its pattern can."""

    bracket: PatternBracket = PatternBracket()
    """Where stop and target lie, and how long a trade may take."""
    least_target_r: Annotated[Multiple, Field(gt=0, le=20)] = Multiple(1.0)
    """How far away a price it aims at is at least, in stops; where none is, the target is in stops."""


class PatternProposer:
    """Proposes what its pattern has set up."""

    def __init__(self, market: Market, kind: type[Pattern], settings: Any) -> None:
        """`settings` are a strategy's: they have what the pattern's have."""
        self._market, self._settings = market, settings
        self._atr = market.measure(AtrTicks)
        self._in_regime = InRegimes(market, settings.regimes)
        self.pattern = market.measure(kind, **own_settings(kind, settings))

    @property
    def setup(self) -> Setup | None:
        """The setup that may be entered."""
        return self.pattern.setup

    def propose(self, now: int) -> Proposal:
        """Propose the setup that is valid at `now` (UTC ns)."""
        setup, settings = self.setup, self._settings
        if setup is None:
            return self.nothing(self.pattern.reason)
        look, confidence, there = setup.look, setup.look.confidence, self._in_regime.row
        passes = confidence >= there.asked(settings.least_confidence)
        if setup.seen != now and not passes:  # it was refused when it was looked at
            return self.nothing(GATE)
        preferred = settings.preferred_confidence
        proposal = Proposal(
            side=look.side,
            is_candidate=True,
            confidence=confidence,
            tier="preferred" if preferred is not None and confidence >= preferred else "",
            size=there.size,
            gates=(Gate(GATE, passes, confidence),),
            extras=self.told(),
        )
        bracketed(proposal, now, settings.bracket, self._atr.value, there.stop)
        return aimed(proposal, self._market.tape.price, look.targets, settings.least_target_r)

    def nothing(self, reason: str) -> Proposal:
        """Return that there is nothing to propose, with the margins as they are."""
        return Proposal(reason=reason, gates=(Gate(GATE, None, None),), extras=self.told())

    def told(self) -> tuple[float | None, ...]:
        """Return the margins of the conditions, of the setup or else of the side nearer to one."""
        setup, pattern = self.setup, self.pattern
        look = setup.look if setup else pattern.seen
        numbers = look.numbers if look else (None,) * len(pattern.names + pattern.more)
        return (*numbers, None if setup is None else float(setup.age))


def aimed(proposal: Proposal, price: int, targets: Sequence[float], least_r: float) -> Proposal:
    """Aim at the nearest of some prices that is far enough away, in stops; prices are ticks."""
    away = [proposal.side * (target - price) for target in targets]
    enough = [one for one in away if one >= least_r * proposal.stop]
    if enough and proposal.stop:
        proposal.least_target_r, proposal.otherwise_r = least_r, proposal.target_r
        proposal.target, proposal.target_r = max(round(min(enough)), 1), 0.0
    return proposal


class PatternStrategy(MethodStrategy):
    """Base of the strategies of one pattern each."""

    Settings: ClassVar[type[StrategySettings]] = PatternSettings
    pattern: ClassVar[type[Pattern]]
    gates = (GATE,)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Journal the pattern's conditions."""
        super().__init_subclass__(**kwargs)
        cls.extras = (*cls.pattern.names, *cls.pattern.more, AGE)

    @classmethod
    def proposer(cls, market: Market, settings: Any) -> PatternProposer:
        """Return what proposes."""
        return PatternProposer(market, cls.pattern, settings)

    @classmethod
    def own_measures(cls, market: Market, settings: Any) -> PatternProposer:
        """Return what proposes."""
        return cls.proposer(market, settings)

    @classmethod
    def wakes(cls, settings: Any) -> tuple[Scout, ...]:
        """Return what finds the events of its pattern, where it has events of its own."""
        own = cls.pattern.own_events(
            cls.pattern.Settings(**own_settings(cls.pattern, settings)), settings.bar
        )
        return (Scout(own.kind, own.settings),) if own else ()

    def begin(self) -> None:
        """Begin without a setup that was entered."""
        super().begin()
        self._entered = -1

    def propose(self, now: int) -> Proposal:
        """Propose a setup until it is entered."""
        proposer: PatternProposer = self.own
        if proposer.setup and proposer.setup.ts == self._entered:
            return proposer.nothing(TAKEN)
        return proposer.propose(now)

    def evaluate(self, now: int) -> Decision:
        """Decide, and remember the setup that is entered."""
        decision = super().evaluate(now)
        if decision.outcome is Outcome.TAKEN and not self.desk.refusal(now):
            self._entered = self.own.setup.ts
        return decision
