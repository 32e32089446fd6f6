"""`gamma_pin_reversion`: dealers who are long gamma hold the price at a wall."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, model_validator

from indicators.events.absorption import Absorbed, Absorption
from indicators.options.choices import DealerSettings
from mia_plugins.features import Market
from mia_plugins.tape.bars import MINUTE, Bar
from mia_plugins.units import Bars, Ticks
from strategies.patterns.dealers import CLEAR, DealersGamma
from strategies.patterns.fair import Fair, FairPrices
from strategies.patterns.pattern import OwnEvents, Pattern
from strategies.patterns.setups import NOT_THERE, UNKNOWN, Condition, Look, at_least, on_side
from strategies.patterns.strategy import PatternSettings, PatternStrategy


class GammaPin(Pattern):
    """Net gamma above 0, the price near a wall, absorption at the wall: away from it.

    A call wall is sold when offers absorbed there, a put wall bought when bids did.
    """

    class Settings(Pattern.Settings):
        """What can be set."""

        reach: Annotated[Ticks, Field(gt=0, le=100)] = Ticks(8)
        """How far from the wall the price may be."""
        pin: Annotated[Ticks, Field(ge=0, le=100)] = Ticks(3)
        """How near it is pinned: nothing is clearer."""
        pinned_only: bool = False
        """Whether the price must be pinned."""
        at_wall: Annotated[Ticks, Field(ge=0, le=40)] = Ticks(2)
        """How far from the wall absorption may be."""
        absorbed_within: Annotated[Bars, Field(ge=1, le=60)] = Bars(3)
        """In how many last bars absorption must have been told."""
        targets: Fair = "nearer"
        """What it aims at: VWAP, the point of control, or the nearer one that is far enough."""
        absorption: Absorption.Settings = Absorption.Settings()
        """What absorption is."""
        levels: DealerSettings = DealerSettings()
        """Of walls and dealers."""

        @model_validator(mode="after")
        def _a_pin_is_near(self) -> "GammaPin.Settings":
            if self.pin > self.reach:
                raise ValueError(f"pin ({self.pin:g} t) is farther than reach ({self.reach:g} t)")
            return self

    names = ("net_gamma", "near_wall", "absorbed")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.dealers = DealersGamma(market, settings.levels)
        self.absorption = market.measure(Absorption, **settings.absorption.model_dump())
        self.fair = FairPrices(market, settings.targets)

    @classmethod
    def own_events(cls, settings: Any, minutes: int) -> OwnEvents:
        """Return absorption, as it is told."""
        del minutes
        return OwnEvents(Absorption, settings.absorption.model_dump())

    def look(self, side: int, bar: Bar) -> Look:
        """Look at each wall of a side."""
        gamma = on_side(self.dealers.balance(bar.close), CLEAR)
        walls = self.dealers.walls(side)
        if not walls:
            return Look(side, (gamma, UNKNOWN, UNKNOWN))
        return self.clearest([look for wall in walls for look in self._at(side, wall, gamma, bar)])

    def _at(self, side: int, wall: float, gamma: Condition, bar: Bar) -> Iterator[Look]:
        near = self._near(abs(bar.close - wall))
        there = sorted(self._absorbed(side, wall, bar), key=_times, reverse=True)
        for found in there:
            absorbed = at_least(_times(found), self.settings.absorption.times)
            yield Look(side, (gamma, near, absorbed), found.start, self.fair.prices, (wall, found))
        if not there:
            known = self.absorption.usual is not None
            yield Look(side, (gamma, near, NOT_THERE if known else UNKNOWN))

    def _near(self, away: float) -> Condition:
        pin = self.settings.pin
        reach = pin if self.settings.pinned_only else self.settings.reach
        if away <= pin:
            return Condition(holds=True, margin=1.0)
        return Condition(away <= reach, 1 - (away - pin) / (self.settings.reach - pin or 1))

    def _absorbed(self, side: int, wall: float, bar: Bar) -> Iterator[Absorbed]:
        since = bar.ts - self.settings.absorbed_within * self.market.tape.base.minutes * MINUTE
        for one in self.absorption.since(since):
            if one.side == side and not one.void and abs(one.ticks - wall) <= self.settings.at_wall:
                yield one

    def ended(self, look: Look, bar: Bar) -> bool:
        """Say whether the price went through the wall."""
        wall, found = look.about
        through = look.side * (bar.close - wall) < -self.settings.at_wall
        return through or any(
            one.void and (one.ticks, one.start) == (found.ticks, found.start)
            for one in self.absorption.since(found.known - 1)
        )


def _times(found: Absorbed) -> float:
    return found.lots / max(found.shown, 1)


class GammaPinReversion(PatternStrategy):
    """Sells a call wall and buys a put wall that held."""

    class Settings(PatternSettings, GammaPin.Settings):
        """What can be set."""

        preferred_confidence: Annotated[float, Field(ge=0.5, le=1)] | None = 0.80
        """From it on the setup is of the tier `preferred`."""

    pattern = GammaPin
