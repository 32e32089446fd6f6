"""Blind spots, where the vendor sees no liquidity: no entry at one, and a smaller one near it."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from indicators.options.choices import SourceSettings
from indicators.options.vix import VixRegime
from indicators.options.vix_followed import Vix
from mia_plugins.data.level_names import LevelKind
from mia_plugins.decisions import Candidate, Force, Rule, Verdict, blocks, not_asked, passes, scales
from mia_plugins.features import Market
from mia_plugins.units import Multiple, Ticks
from strategies.menthorq.placed import LevelsInTicks, Placed, imported_levels, told

AWAY = "blind spot {0} is {0.told} away"
type Reach = Annotated[Ticks, Field(ge=0, le=400)]


class _OfBlindSpots(Rule):
    """A rule that looks at the nearest blind spot, whichever side it lies on."""

    unit = "t"

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.imported = imported_levels(market, settings)
        self._spots = LevelsInTicks(self.imported, LevelKind.BLIND_SPOT)

    def judge(self, candidate: Candidate) -> Verdict:
        """Look at the nearest one."""
        spot = self._spots.nearest(candidate.price)
        if spot is None:
            return not_asked(self.imported.reason or "no blind spots are imported")
        return self.judge_spot(spot)

    def judge_spot(self, spot: Placed) -> Verdict:
        """Say what the nearest one means."""
        raise NotImplementedError


class BlindSpot(_OfBlindSpots):
    """Blocks at most 5 t from a blind spot, and at most 7.5 t while the VIX is HIGH."""

    class Settings(SourceSettings):
        """What can be set."""

        reach: Reach = Ticks(5)
        """At most so far from a blind spot nothing is entered."""
        reach_high: Reach = Ticks(7.5)
        """The same while the VIX is HIGH; not below `reach`."""

        @model_validator(mode="after")
        def _high_is_no_nearer(self) -> Self:
            if self.reach_high < self.reach:
                raise ValueError(
                    f"reach_high should be at least reach, {self.reach:g} t; got {self.reach_high:g} t"
                )
            return self

    force = Force.HARD

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.vix = market.measure(Vix)

    def judge_spot(self, spot: Placed) -> Verdict:
        """Block where it is too near."""
        regime = self.vix.regime
        reach = self.settings.reach_high if regime is VixRegime.HIGH else self.settings.reach
        if spot.distance > reach:
            return passes(spot.distance, AWAY, spot)
        why = ", the VIX is HIGH" if regime is VixRegime.HIGH else ""
        return blocks(spot.distance, AWAY + "; it should be more than {1}{2}", spot, told(reach), why)


class BlindSpotNear(_OfBlindSpots):
    """Makes the size smaller at most 10 t from a blind spot; nearer than 5 t `blind_spot` blocks."""

    class Settings(SourceSettings):
        """What can be set."""

        reach: Reach = Ticks(10)
        """At most so far from a blind spot the size is smaller."""
        factor: Annotated[Multiple, Field(gt=0, le=1)] = Multiple(0.7)
        """What it is multiplied by."""

    force = Force.SOFT

    def judge_spot(self, spot: Placed) -> Verdict:
        """Make the size smaller where it is near."""
        if spot.distance > self.settings.reach:
            return passes(spot.distance, AWAY, spot)
        reach = told(self.settings.reach)
        return scales(self.settings.factor, spot.distance, AWAY + ", at most {1}", spot, reach)
