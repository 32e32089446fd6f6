"""A quarter of Kelly, from the lower end of the win rate's interval over the last 200 round trips."""

from decimal import Decimal
from typing import Annotated

import numpy as np
from pydantic import Field

from mia_plugins.decisions import Candidate
from mia_plugins.statistics.kelly import kelly_of
from mia_plugins.units import Percent
from risk.sizers.budget import Budget, BudgetSettings, BudgetSizer, share_of_balance
from risk.sizers.fixed_risk import NO_BALANCE


class KellySizer(BudgetSizer):
    """Risks f/4 of the balance, .5 % below 50 round trips, nothing where there is no edge.

    Where it risks nothing, what the trades that were not taken would have come to is counted as if they
    had been: so it may find an edge again.
    """

    class Settings(BudgetSettings):
        """How much."""

        most: Annotated[Percent, Field(gt=0, le=100)] = Percent(2.0)
        """Of the balance: what is risked at most, whatever Kelly says."""

    own_steps = ("kelly", "percent")
    steps = (*own_steps, "affordable", "asked", "maximum", "rounding")

    def budget(self, candidate: Candidate) -> Budget:
        """Return the share of the balance that Kelly allows."""
        kelly = kelly_of(np.array(candidate.account.broker.outcomes, np.float64))
        percent = min(100 * kelly.risk, self.settings.most)
        steps = (100 * kelly.risk, percent)
        if not percent:
            return Budget(Decimal(0), steps, kelly.reason)
        dollars = share_of_balance(candidate, percent)
        return Budget(dollars, steps, "" if dollars else NO_BALANCE)
