"""The wider the bars, the smaller the size, wherever the stop lies."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from indicators.measured import AtrTicks
from mia_plugins.decisions import Candidate
from mia_plugins.features import Market
from mia_plugins.units import Bars, Multiple, Percent
from risk.sizers.budget import Budget, BudgetSettings, BudgetSizer, share_of_balance
from risk.sizers.fixed_risk import NO_BALANCE
from risk.sizers.micros import lot, risk_of_micro

ATR_UNKNOWN = "atr_unknown"
"""The reason of a size of 0: fewer bars have closed than the ATR takes."""


class Volatility(BudgetSizer):
    """So much of the balance is lost by a move of some ATR, or at the stop where that is farther."""

    class Settings(BudgetSettings):
        """How much."""

        risk: Annotated[Percent, Field(gt=0, le=100)] = Percent(0.5)
        """Of the balance, what such a move may take."""
        multiple: Annotated[Multiple, Field(gt=0, le=100)] = Multiple(2.0)
        """Of the ATR."""
        period: Annotated[Bars, Field(ge=2, le=200)] = Bars(14)
        """Of the ATR, in base bars."""

    own_steps = ("percent", "atr")
    steps = (*own_steps, "affordable", "asked", "maximum", "rounding")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self._atr = market.measure(AtrTicks, period=settings.period)

    def budget(self, candidate: Candidate) -> Budget:
        """Return a share of the balance, where the ATR is known."""
        atr = self._atr.value
        if atr is None:
            return Budget(Decimal(0), (self.settings.risk, 0.0), ATR_UNKNOWN)
        dollars = share_of_balance(candidate, self.settings.risk)
        return Budget(dollars, (self.settings.risk, atr), "" if dollars else NO_BALANCE)

    def loss(self, candidate: Candidate) -> Decimal:
        """Return $ that a micro loses by such a move, costs included."""
        account, atr = candidate.account, self._atr.value or 0.0
        move = Decimal(str(atr * self.settings.multiple)) * account.tick_value
        by_move = (move + account.costs.round_turn(account.tick_value)) / lot(candidate.contract)
        return max(by_move, risk_of_micro(candidate))
