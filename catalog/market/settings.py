"""What can be chosen of the synthetic market, and the three presets."""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mia_plugins.settings import BaseSettings
from mia_plugins.units import Multiple, Percent, Points, Ticks

ScenarioName = Literal[
    "failed_opening_drive",
    "gap",
    "halt",
    "disconnect",
    "stale_levels",
    "crossed",
    "out_of_order",
    "zero_open_interest",
    "spring",
    "upthrust",
]
MOVING: frozenset[ScenarioName] = frozenset({"failed_opening_drive", "spring", "upthrust"})
"""Scenarios that push the price along a path, which can be foretold once it has begun."""
EARLIEST = dt.date(2016, 1, 1)
"""Before this day ES and NQ were too far below the market's opening prices to be believed."""
EdgeEvent = Literal["iceberg", "absorption", "sweep"]
GammaRegime = Literal["chain", "positive", "negative", "off"]


class Scenario(BaseSettings):
    """Something out of the ordinary, on one day or on all."""

    name: ScenarioName
    """What happens."""
    day: dt.date | None = None
    """The trading day it happens on; without it, every day."""


class Edge(BaseSettings):
    """A drift of the order flow that follows each event of a kind: something that can be found."""

    event: EdgeEvent = "iceberg"
    """The kind of event that is followed by the drift, to the side of whoever caused it."""
    worth: Ticks = Ticks(4.0)
    """How far the price is carried, on average."""
    minutes: Annotated[float, Field(gt=0)] = 2.0
    """How long the drift takes to do most of its work."""


class MarketSettings(BaseSettings):
    """The synthetic market: one seed gives the same bytes on every machine and in every order of days."""

    seed: Annotated[int, Field(ge=0)] = 1
    """Two markets of one seed are equal; of two seeds, independent."""
    form: Literal["full", "light"] = "full"
    """`light` keeps an update only when the best price or size changed."""
    density: Annotated[Multiple, Field(ge=0.02, le=1)] = Multiple(1.0)
    """Events as a share of a real session's half million trades; fewer events make larger steps."""
    first_day: Annotated[dt.date, Field(ge=EARLIEST)] = dt.date(2026, 1, 5)
    """The trading day the market begins on, at the opening prices below."""
    es_open: Annotated[Points, Field(gt=0)] = Points(6000.0)
    """Where ES opens on the first day."""
    nq_open: Annotated[Points, Field(gt=0)] = Points(21500.0)
    """Where NQ opens on the first day."""
    daily_volatility: Annotated[Percent, Field(gt=0, le=5)] = Percent(0.9)
    """Standard deviation of a day's return of ES in a typical volatility regime."""
    null: bool = False
    """True takes out all that could be traded on: lead and lag, gamma, agents, the pull of the queues."""
    gamma: GammaRegime = "chain"
    """Whose gamma the dealers hedge: the option chain's, a fixed sign's, or nobody's."""
    scenarios: tuple[Scenario, ...] = ()
    """What happens out of the ordinary."""
    edge: Edge | None = None
    """The planted edge."""

    @model_validator(mode="after")
    def _null_is_null(self) -> Self:
        """Refuse a null market with something to find in it."""
        moving = sorted({s.name for s in self.scenarios} & MOVING)
        if self.null and (self.edge or moving):
            what = "a planted edge" if self.edge else f"the scenario {moving[0]}"
            raise ValueError(f"a null market cannot have {what}: there would be something to find")
        return self

    def scenario_names(self, day: dt.date) -> frozenset[ScenarioName]:
        """Return the scenarios of one day."""
        return frozenset(s.name for s in self.scenarios if s.day in (None, day))


PRESETS: dict[str, tuple[MarketSettings, int]] = {
    "demo": (MarketSettings(density=Multiple(0.12)), 1),
    "week": (MarketSettings(), 5),
    "year": (MarketSettings(form="light", density=Multiple(0.1)), 252),
}
"""Settings and number of trading days by name."""
