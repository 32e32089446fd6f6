"""`OneScoreStrategy`: a strategy that trades one score by itself, above a threshold on either side."""

from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field

from mia_plugins.decisions import Gate, Proposal
from strategies.decision.base import MethodSettings, MethodStrategy


class OneScoreSettings(MethodSettings):
    """What can be set of them all."""

    threshold: Annotated[float, Field(ge=0, le=1)] = 0.25
    """How large the score must be, on either side."""
    least_confidence: Annotated[float, Field(ge=0, le=1)] = 0.60
    """Below it the signal is refused."""


class Read(NamedTuple):
    """What the score is, and what must hold beside it."""

    score: float | None
    """-1 to 1; `None` is not known."""
    confidence: float | None
    """0 to 1."""
    gates: tuple[Gate, ...] = ()
    """Those of the strategy, in the order of its `own_gates`."""
    tier: str = ""
    extras: tuple[float | None, ...] = ()
    """Those of the strategy, in the order of its `extras`."""
    target: int = 0
    """How far away the target is, in ticks; 0: by the bracket's R."""


class OneScoreStrategy(MethodStrategy):
    """Base of them; a subclass says how the score is read."""

    own_gates: ClassVar[tuple[str, ...]] = ()
    """What must hold beside the threshold and the confidence."""

    def __init_subclass__(cls, **named: Any) -> None:
        """Put the gates in their order."""
        super().__init_subclass__(**named)
        cls.gates = ("threshold", "confidence", *cls.own_gates)

    def read(self, now: int) -> Read:
        """Say what the score is at `now` (UTC ns). Override it."""
        raise NotImplementedError(f"{type(self).__qualname__} reads no score")

    def propose(self, now: int) -> Proposal:
        """Compare the score with the threshold."""
        found, settings = self.read(now), self.settings
        score, sure = found.score, found.confidence
        if score is None:
            asked = (Gate("threshold", None, None), Gate("confidence", None, None))
            return Proposal(reason="unknown", gates=(*asked, *found.gates), extras=self._extras(found))
        strong = bool(score) and abs(score) >= settings.threshold
        there = self.in_regime.row
        least = there.asked(settings.least_confidence)
        gates = (
            Gate("threshold", strong, abs(score)),
            Gate("confidence", sure is not None and sure >= least, sure),
            *found.gates,
        )
        proposal = Proposal(
            side=(score > 0) - (score < 0),
            is_candidate=strong,
            reason="" if strong else "threshold",
            target=found.target,
            score=score,
            confidence=sure,
            tier=found.tier,
            size=there.size,
            gates=gates,
            extras=self._extras(found),
        )
        return self.bracketed(proposal, now, there.stop)

    def _extras(self, found: Read) -> tuple[float | None, ...]:
        return found.extras or (None,) * len(self.extras)
