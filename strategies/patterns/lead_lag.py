"""`es_nq_lead_lag_mirror`: one index has moved, the other has not yet."""

from typing import Annotated, Any, Literal

from pydantic import Field

from indicators.structure.lead import OTHER, LeadLag, Together
from mia_plugins.features import Market
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Bars, Minutes
from strategies.patterns.pattern import Pattern
from strategies.patterns.setups import UNKNOWN, Condition, Look, at_least, at_most, fact
from strategies.patterns.strategy import PatternSettings, PatternStrategy


class LeadLagMirror(Pattern):
    """The other index moved by 1.5 sd in the last minute, this one by .5 at most: the way of the other.

    The two go together by .6 or more over the last 50 minutes, and it is the other that leads. It is
    traded on the laggard alone: a run that trades both has both, each as the laggard of the other.
    """

    class Settings(Pattern.Settings):
        """What can be set."""

        leader: Annotated[float, Field(gt=0, le=20)] = 1.5
        """Standard deviations that the leader moved at least."""
        laggard: Annotated[float, Field(gt=0, le=20)] = 0.5
        """Standard deviations that the laggard moved at most, either way."""
        correlation: Annotated[float, Field(ge=-1, lt=1)] = 0.6
        """How the two go together at least."""
        who_leads: Literal["measured", "moved"] = "measured"
        """Whether the leader must lead over `span` as well, or is whoever moved."""
        span: Annotated[Minutes, Field(gt=0, le=120)] = Minutes(30)
        """How far back it is looked for who leads."""
        minutes: Annotated[Bars, Field(ge=10, le=1_000)] = Bars(50)
        """Minutes of which changes are compared."""

    names = ("leader_moved", "laggard_waits", "correlated", "other_leads")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        other = OTHER.get(market.product, "")
        self.lead: LeadLag | None = None
        if other in market.tapes:
            self.lead = market.measure(LeadLag, other=other, span=settings.span, minutes=settings.minutes)

    def reset(self) -> None:
        """Forget every bar."""
        super().reset()
        self._both: Together | None = None

    def note(self, bar: Bar) -> None:
        """Compare the two over the minute that ends with the bar."""
        del bar
        self._both = None
        if self.lead is not None:
            found = self.lead.compared()
            self._both = found.together if found and found.minutes > self.settings.minutes else None

    def look(self, side: int, bar: Bar) -> Look:
        """Look whether the other one moved to a side."""
        both = self._both
        if both is None:
            return Look(side, (UNKNOWN,) * len(self.names))
        own, least = self.settings, self.settings.correlation
        conditions = (
            at_least(side * both.other, own.leader),
            at_most(abs(both.own), own.laggard),
            Condition(both.correlation >= least, (both.correlation - least) / (1 - least)),
            fact(own.who_leads == "moved" or self._other_leads()),
        )
        return Look(side, conditions, bar.ts)

    def _other_leads(self) -> bool | None:
        leader = self.lead.leader if self.lead else None
        return None if leader is None else leader == 1

    def ended(self, look: Look, bar: Bar) -> bool:
        """Say whether the laggard has moved."""
        del look, bar
        return self._both is not None and abs(self._both.own) > self.settings.laggard


class EsNqLeadLagMirror(PatternStrategy):
    """Trades the laggard of ES and NQ the way of the leader."""

    class Settings(PatternSettings, LeadLagMirror.Settings):
        """What can be set."""

    pattern = LeadLagMirror
