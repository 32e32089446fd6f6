"""What can only be a mistake: prices that are none, stops as far as a crash, sizes nobody meant."""

from collections.abc import Iterable
from statistics import median
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from mia_plugins.decisions import Candidate, Rule, Verdict, blocks, not_asked, passes
from mia_plugins.settings.accord import Beside, Conflict
from mia_plugins.settings.model import BaseSettings
from mia_plugins.units import Bars, Contracts, Percent, Ticks
from risk.accord import stop_conflicts
from risk.outlook import candidate_contracts
from risk.rules.limit import Limit

FROM_MEDIAN = "{} ticks, {:.2f} % from the median of {} closes, {:g}"


class PriceSanity(Rule):
    """Blocks at a price far from those just before: a bad print, or a feed that has lost its way."""

    unit = "% from the median"

    class Settings(BaseSettings):
        """How far."""

        jump: Annotated[Percent, Field(gt=0, le=50)] = Percent(3.0)
        """From the median close of the bars before."""
        bars: Annotated[Bars, Field(ge=3, le=500)] = Bars(20)
        """Bars the median is of."""

    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether the price is one of this market."""
        if candidate.price <= 0:
            return blocks(None, "the price is {} ticks", candidate.price)
        closes = [bar.close for bar in self.market.tape.base.youngest(int(self.settings.bars))]
        if len(closes) < 3:
            return not_asked("fewer than three bars have closed")
        middle = float(median(closes))
        away = 100 * abs(candidate.price - middle) / middle
        judged = blocks if away > self.settings.jump else passes
        return judged(away, FROM_MEDIAN, candidate.price, away, len(closes), middle)


class StopSanity(Rule):
    """Blocks a stop that is too near to mean anything, or so far away that it protects nothing."""

    unit = "ticks"

    class Settings(BaseSettings):
        """How near and how far."""

        nearest: Annotated[Ticks, Field(ge=1, le=1000, multiple_of=1)] = Ticks(2)
        """At least."""
        farthest: Annotated[Ticks, Field(ge=1, le=10_000, multiple_of=1)] = Ticks(200)
        """At most."""

        @model_validator(mode="after")
        def _in_order(self) -> Self:
            if self.nearest > self.farthest:
                raise ValueError(
                    f"nearest ({self.nearest:g} ticks) is beyond farthest ({self.farthest:g} ticks): "
                    "no stop would pass"
                )
            return self

    @classmethod
    def conflicts(cls, settings: Any, beside: Beside) -> Iterable[Conflict]:
        """Return which of its settings contradict others of the run."""
        return stop_conflicts(settings, beside)

    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether the stop is one."""
        settings = self.settings
        stop, nearest, farthest = candidate.stop, settings.nearest, settings.farthest
        judged = passes if nearest <= stop <= farthest else blocks
        return judged(stop, "{} ticks away; {:g} to {:g} are allowed", stop, nearest, farthest)


class SizeSanity(Limit):
    """Blocks a size that nobody can have meant, whatever sizer it comes from."""

    unit = "contracts left"

    class Settings(BaseSettings):
        """How many."""

        maximum: Annotated[Contracts, Field(ge=1, le=10_000)] = Contracts(10)
        """Full contracts an order may have; ten micros make one."""

    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether the size is one."""
        new = candidate_contracts(candidate)
        most = self.settings.maximum
        return self.left(most - new, "{:f} contracts, of {}", new, most)
