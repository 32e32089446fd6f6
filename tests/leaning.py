"""A strategy that trades after each bar, and tells how far the last bar went: in some markets that helps."""

from typing import ClassVar

from mia_plugins.decisions import Proposal
from mia_plugins.decisions.strategy import DecidingStrategy

STOP = 10
"""Ticks."""


class Leaning(DecidingStrategy):
    """Buys and sells by turns, its stop and its target 10 t away."""

    extras: ClassVar[tuple[str, ...]] = ("lean", "dull")

    def propose(self, now: int) -> Proposal:
        """Propose, whatever the last bar did."""
        close = self.tape.base.close
        lean, self._before = close - getattr(self, "_before", close), close
        minute = now // 60_000_000_000
        extras = (float(max(-20, min(20, lean))), float(minute % 7))
        if self.account.position:
            return Proposal(reason="held", extras=extras)
        side = 1 if minute % 2 else -1
        return Proposal(side=side, is_candidate=True, stop=STOP, target=STOP, score=0.5 * side, extras=extras)
