"""How far the account may fall from the highest it has been, in a day and since it began."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from mia_plugins.decisions import Candidate, Verdict
from mia_plugins.settings.model import BaseSettings
from mia_plugins.units import Percent
from risk.outlook import risk_of, share, stakes_of, total
from risk.rules.limit import Limit


class Drawdown(Limit):
    """Blocks what could take the account too far below its highest, open gains included."""

    class Settings(BaseSettings):
        """How far."""

        day: Annotated[Percent, Field(gt=0, le=100)] = Percent(5.0)
        """Of the day's highest."""
        peak: Annotated[Percent, Field(gt=0, le=100)] = Percent(15.0)
        """Of the highest since it began."""

        @model_validator(mode="after")
        def _in_order(self) -> Self:
            if self.day > self.peak:
                raise ValueError(f"day ({self.day:g} %) is beyond peak ({self.peak:g} %) and would never act")
            return self

    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether the account can bear it."""
        broker = candidate.account.broker
        worst = broker.balance + total(stakes_of(self.market, candidate), lambda one: one.worst)
        worst -= risk_of(candidate)
        return min(
            (
                self._under(worst, high, percent, since)
                for high, percent, since in (
                    (broker.day_peak, self.settings.day, "the day's highest"),
                    (broker.peak, self.settings.peak, "the highest"),
                )
            ),
            key=lambda verdict: verdict.number or 0.0,
        )

    def _under(self, worst: Decimal, high: Decimal, percent: float, since: str) -> Verdict:
        """Return what is left of one of the two."""
        why = "{:.2f} $ at worst, after {:.2f} $, {}; {:g} % may be lost of it"
        return self.left(worst - high + share(percent, high), why, worst, high, since, percent)
