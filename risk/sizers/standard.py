"""The standard sizer: the order of steps that every preset follows."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from mia_plugins.decisions import Candidate, Sized, Sizer
from mia_plugins.settings.accord import Beside, Conflict
from mia_plugins.settings.model import BaseSettings
from mia_plugins.units import Percent
from risk.accord import sizer_conflicts
from risk.outlook import exact, share
from risk.sizers.micros import FULL, HAIR, Rounding, micros_for, micros_of
from risk.sizers.rounding import LESS_THAN_ONE, rounded


class StandardSizer(Sizer):
    """Base times tier times soft factors; then the most there may be, the risk a trade, and rounding.

    Sizes are full contracts of ES or NQ; where MES or MNQ is traded a tenth of one is a contract.
    """

    class Settings(BaseSettings):
        """How much."""

        base: Annotated[float, Field(gt=0, le=100)] = 1.0
        """Full contracts that a candidate is worth before its tier and the soft factors."""
        maximum: Annotated[float, Field(gt=0, le=100)] = 2.0
        """Full contracts at most."""
        risk: Annotated[Percent, Field(gt=0, le=100)] = Percent(1.0)
        """Of the capital, what a trade may lose at its stop, costs included."""
        rounding: Annotated[Rounding, Field(strict=False)] = Rounding.MICRO
        """`micro`, `floor` or `at_least_one`: what becomes of parts of a contract."""

    @classmethod
    def conflicts(cls, settings: Any, beside: Beside) -> Iterable[Conflict]:
        """Return which of its settings contradict others of the run."""
        return sizer_conflicts(settings, beside)

    steps = ("base", "tier", "soft", "maximum", "risk", "rounding")

    def size(self, candidate: Candidate, tier: float, soft: float) -> Sized:
        """Say how many contracts; `tier` and `soft` are what its tier and the soft rules multiply by."""
        settings = self.settings
        by_tier = settings.base * tier
        asked = by_tier * soft
        capped = min(asked, settings.maximum)
        dollars = share(settings.risk, exact(candidate.capital))
        allowed = micros_for(dollars, candidate)
        steps = (settings.base, by_tier, asked, capped, min(capped, allowed / FULL))
        if asked <= HAIR:
            return Sized(0, (*steps, 0.0), LESS_THAN_ONE)
        return rounded(candidate, micros_of(capped), allowed, settings.rounding, steps)
