"""Sizers that begin with what may be lost, in $, and ask how many contracts that is."""

from abc import abstractmethod
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field

from mia_plugins.decisions import Candidate, Sized, Sizer
from mia_plugins.settings.accord import Beside, Conflict
from mia_plugins.settings.model import BaseSettings
from risk.accord import sizer_conflicts
from risk.outlook import exact
from risk.sizers.micros import FULL, Rounding, micros_of, risk_of_micro
from risk.sizers.rounding import rounded


class BudgetSettings(BaseSettings):
    """What such sizers have in common."""

    maximum: Annotated[float, Field(gt=0, le=100)] = 2.0
    """Full contracts at most; a tenth is a micro."""
    rounding: Annotated[Rounding, Field(strict=False)] = Rounding.MICRO
    """`micro`, `floor` or `at_least_one`: what becomes of parts of a contract."""


class Budget(NamedTuple):
    """What may be lost, and how it came to that."""

    dollars: Decimal
    """$: 0 or more."""
    steps: tuple[float, ...]
    """One a step of the sizer's own."""
    reason: str = ""
    """Why it is 0, where it is: a name."""


class BudgetSizer(Sizer):
    """Base: a budget in $, over what a contract loses; then tier and soft factors, the most, and rounding."""

    Settings = BudgetSettings
    own_steps: ClassVar[tuple[str, ...]] = ("percent",)
    """Those of its budget."""
    steps = (*own_steps, "affordable", "asked", "maximum", "rounding")

    @classmethod
    def conflicts(cls, settings: Any, beside: Beside) -> Iterable[Conflict]:
        """Return which of its settings contradict others of the run."""
        return sizer_conflicts(settings, beside)

    @abstractmethod
    def budget(self, candidate: Candidate) -> Budget:
        """Return what a candidate may lose."""

    def loss(self, candidate: Candidate) -> Decimal:
        """Return $ a micro is taken to lose: at its stop, unless a sizer reckons otherwise."""
        return risk_of_micro(candidate)

    def size(self, candidate: Candidate, tier: float, soft: float) -> Sized:
        """Say how many contracts; `tier` and `soft` are what its tier and the soft rules multiply by."""
        budget = self.budget(candidate)
        if budget.dollars <= 0:
            return Sized(0, (*budget.steps, 0.0, 0.0, 0.0, 0.0), budget.reason)
        allowed = int(budget.dollars / self.loss(candidate))
        asked = allowed / FULL * tier * soft
        capped = min(asked, self.settings.maximum)
        steps = (*budget.steps, allowed / FULL, asked, capped)
        # A tier may ask for more than the budget: what it affords is the most there may be.
        return rounded(candidate, micros_of(capped), allowed, self.settings.rounding, steps)


def share_of_balance(candidate: Candidate, percent: float) -> Decimal:
    """Return so many per cent of what the account holds, in $; 0 where it holds nothing."""
    return max(Decimal(0), candidate.account.broker.balance) * exact(percent) / 100
