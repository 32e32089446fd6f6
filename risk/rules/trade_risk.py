"""What one trade may lose, and what all trades on one side may lose together."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from mia_plugins.decisions import Candidate, Verdict
from mia_plugins.settings.accord import Beside, Conflict
from mia_plugins.settings.model import BaseSettings
from mia_plugins.units import Percent
from risk.accord import trade_risk_conflicts
from risk.outlook import NOTHING, risk_of, share, stakes_of
from risk.rules.limit import Limit


class RiskPerTrade(Limit):
    """Blocks what would lose too much at its stop, costs included."""

    class Settings(BaseSettings):
        """How much."""

        risk: Annotated[Percent, Field(gt=0, le=100)] = Percent(1.0)
        """Of the capital."""

    @classmethod
    def conflicts(cls, settings: Any, beside: Beside) -> Iterable[Conflict]:
        """Return which of its settings contradict others of the run."""
        return trade_risk_conflicts(settings, beside)

    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether the capital can bear it."""
        limit, new = share(self.settings.risk, candidate.account.broker.capital), risk_of(candidate)
        return self.left(limit - new, "{:.2f} $ at the stop with costs, of {:.2f} $", new, limit)


class CorrelatedRisk(Limit):
    """Blocks what would risk too much on one side: ES and NQ move together and count as one trade."""

    class Settings(BaseSettings):
        """How much."""

        risk: Annotated[Percent, Field(gt=0, le=100)] = Percent(2.0)
        """Of the capital, at the stops of all that is on one side of ES, NQ and their micros."""

    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether the capital can bear all of the side."""
        limit, new = share(self.settings.risk, candidate.account.broker.capital), risk_of(candidate)
        stakes = stakes_of(self.market, candidate)
        held = sum((one.risk for one in stakes if one.side == candidate.side), NOTHING)
        side = "long" if candidate.side > 0 else "short"
        why = "{:.2f} $ at risk {} in ES, NQ and micros, {:.2f} $ new, of {:.2f} $"
        return self.left(limit - held - new, why, held, side, new, limit)
