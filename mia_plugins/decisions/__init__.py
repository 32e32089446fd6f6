"""What judges a candidate: rules block it or make it smaller, filters refuse it, a sizer says how many.

A strategy proposes a side with its stop and target. Every rule is then asked, in the order of their names,
then the filters, then the sizer. All are plugins with settings of their own, and see the same `Candidate`.
"""

from mia_plugins.decisions.candidate import Candidate
from mia_plugins.decisions.filter import Filter, Surroundings
from mia_plugins.decisions.proposal import Gate, Proposal, Proposer
from mia_plugins.decisions.rule import Force, Rule, Verdict, blocks, not_asked, passes, scales
from mia_plugins.decisions.sizer import Fixed, Sized, Sizer

__all__ = [
    "Candidate",
    "Filter",
    "Fixed",
    "Force",
    "Gate",
    "Proposal",
    "Proposer",
    "Rule",
    "Sized",
    "Sizer",
    "Surroundings",
    "Verdict",
    "blocks",
    "not_asked",
    "passes",
    "scales",
]
