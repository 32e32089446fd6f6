"""The same share of the balance each time, at the stop; alone, or as long as the heat allows."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from mia_plugins.decisions import Candidate
from mia_plugins.units import Percent
from risk.outlook import stakes_of, total
from risk.sizers.budget import Budget, BudgetSettings, BudgetSizer, share_of_balance

NO_BALANCE = "no_balance"
"""The reason of a size of 0: the account holds nothing."""
HEAT = "portfolio_heat"
"""The reason of a size of 0: what is held risks all that may be at risk at once."""


class FixedRisk(BudgetSizer):
    """So much of the balance is lost at the stop, costs included, before tier and soft factors."""

    class Settings(BudgetSettings):
        """How much."""

        risk: Annotated[Percent, Field(gt=0, le=100)] = Percent(0.5)
        """Of the balance, what a trade may lose."""

    def budget(self, candidate: Candidate) -> Budget:
        """Return a share of the balance."""
        dollars = share_of_balance(candidate, self.settings.risk)
        return Budget(dollars, (self.settings.risk,), "" if dollars else NO_BALANCE)


class PortfolioHeat(BudgetSizer):
    """The same, but all positions together never risk more than their heat."""

    class Settings(FixedRisk.Settings):
        """How much."""

        heat: Annotated[Percent, Field(gt=0, le=100)] = Percent(2.0)
        """Of the balance, what all positions may lose at their stops together."""

        @model_validator(mode="after")
        def _in_order(self) -> Self:
            if self.risk > self.heat:
                raise ValueError(
                    f"a trade risks more ({self.risk:g} %) than all together may ({self.heat:g} %)"
                )
            return self

    own_steps = ("percent", "heat")
    steps = (*own_steps, "affordable", "asked", "maximum", "rounding")

    def budget(self, candidate: Candidate) -> Budget:
        """Return a share of the balance, or what is left of the heat."""
        at_risk = total(stakes_of(self.market, candidate), lambda stake: stake.risk)
        rest = max(Decimal(0), share_of_balance(candidate, self.settings.heat) - at_risk)
        own = share_of_balance(candidate, self.settings.risk)
        balance = candidate.account.broker.balance
        left = float(100 * rest / balance) if balance > 0 else 0.0
        reason = "" if own and rest else HEAT if own else NO_BALANCE
        return Budget(min(own, rest), (self.settings.risk, left), reason)
