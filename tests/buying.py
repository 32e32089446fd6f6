"""A strategy that buys at every bar's close, so that a test can see what rules make of it."""

from mia_plugins.decisions import Proposal
from mia_plugins.decisions.strategy import DecidingStrategy


class Buying(DecidingStrategy):
    """Proposes to buy whenever nothing is held, its stop 40 t and its target 80 t away."""

    def propose(self, now: int) -> Proposal:
        """Buy."""
        del now
        if self.account.position:
            return Proposal(reason="held")
        return Proposal(side=1, is_candidate=True, stop=40, target=80)
