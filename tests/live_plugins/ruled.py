"""A strategy that buys at every bar's close, and a rule that fails once something is held."""

from mia_plugins.decisions import Candidate, Proposal, Rule, Verdict, passes
from mia_plugins.decisions.strategy import DecidingStrategy
from mia_plugins.hookspecs import Register


def mia_register_strategies(register: Register) -> None:
    """Register it."""
    register("buyer", "ruled:Buyer", summary="buys without end")


def mia_register_rules(register: Register) -> None:
    """Register it."""
    register("breaking", "ruled:Breaking", summary="raises once something was bought")


class Buyer(DecidingStrategy):
    """Proposes to buy at each bar, its stop 400 t and its target 400 t away."""

    def propose(self, now: int) -> Proposal:
        """Buy."""
        del now
        return Proposal(side=1, is_candidate=True, stop=400, target=400)


class Breaking(Rule):
    """Lets the first purchase through."""

    def judge(self, candidate: Candidate) -> Verdict:
        """Fail at the second."""
        if candidate.account.position:
            raise ZeroDivisionError("as it was told to")
        return passes(0.0, "nothing is held")
