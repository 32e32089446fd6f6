"""`Proposal`: what a strategy would do before anything has judged it."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Gate(NamedTuple):
    """One thing that a signal must have."""

    name: str
    passes: bool | None
    """`None`: it was not asked."""
    number: float | None
    """What it judged by."""


@dataclass(slots=True)
class Proposal:
    """A side, how far away its stop and target are, and what speaks for it.

    Without a side, a stop or a target nothing is judged. One that is no candidate is judged so that it can
    be explained, and comes to nothing.
    """

    side: int = 0
    """1 buy, -1 sell, 0 none."""
    is_candidate: bool = False
    """Whether it is strong enough to be thought of."""
    reason: str = ""
    """Why it is none."""
    stop: int = 0
    """How far away the stop is, in ticks."""
    target: int = 0
    """How far away the target is, in ticks."""
    target_r: float = 0.0
    """The target as a multiple of the stop: it moves with one that a rule widens; 0 where it stands."""
    least_target_r: float = 0.0
    """How far away a target that stands must be, in stops; where a rule widens the stop beyond that, it gives
    way to one of `otherwise_r` stops."""
    otherwise_r: float = 0.0
    score: float | None = None
    confidence: float | None = None
    tier: str = ""
    size: float = 1.0
    """What the tier and the regime multiply the size by."""
    gates: tuple[Gate, ...] = ()
    """One a gate of the strategy, in their order."""
    contributions: tuple[float | None, ...] = ()
    """One a feature of the run, or none at all."""
    extras: tuple[float | None, ...] = ()
    """One an extra number of the strategy's, in their order."""
    until: int | None = None
    """When the position is left at the latest: UTC ns."""

    @property
    def refused_by(self) -> str:
        """The first gate that was not passed; empty when all were."""
        return next((gate.name for gate in self.gates if gate.passes is False), "")


class Proposer(Protocol):
    """What proposes from a market alone: the part of a strategy that needs no account and no engine."""

    def propose(self, now: int) -> Proposal:
        """Say what it would do at `now` (UTC ns), to which the market has been brought."""
