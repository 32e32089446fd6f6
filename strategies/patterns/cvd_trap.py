"""`cvd_divergence_trap`: a swing at a level that those who came to the market did not follow."""

from typing import Annotated, Any

from pydantic import Field

from indicators.flow.delta_divergence import DeltaDivergences
from indicators.structure.key_levels import KeyLevels
from mia_plugins.features import Market
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Ticks
from strategies.patterns.fair import Fair, FairPrices
from strategies.patterns.pattern import Pattern
from strategies.patterns.setups import NOT_THERE, UNKNOWN, Condition, Look, at_most
from strategies.patterns.strategy import PatternSettings, PatternStrategy


class CvdTrap(Pattern):
    """A divergence of swings and CVD, just confirmed, whose swing is near a strong level: away from it.

    A higher high on a lower CVD is sold, a lower low on a higher CVD bought.
    """

    class Settings(Pattern.Settings):
        """What can be set."""

        reach: Annotated[Ticks, Field(gt=0, le=100)] = Ticks(8)
        """How far from the level the swing may be."""
        least_strength: Annotated[float, Field(ge=0, le=1)] = 0.8
        """How strong the level is at least."""
        targets: Fair = "nearer"
        """What it aims at: VWAP, the point of control, or the nearer one that is far enough."""
        divergence: DeltaDivergences.Settings = DeltaDivergences.Settings()
        """What a divergence is."""
        levels: KeyLevels.Settings = KeyLevels.Settings()
        """Which levels there are, and how strong."""

    names = ("divergence", "strong_level")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.found = market.measure(DeltaDivergences, **settings.divergence.model_dump())
        self.levels = market.measure(KeyLevels, **settings.levels.model_dump())
        self.fair = FairPrices(market, settings.targets)

    def look(self, side: int, bar: Bar) -> Look:
        """Look for a divergence that was confirmed at this close."""
        found = self.found
        fresh = found.last if found.age == 0 else ()
        of_side = next((one for one in fresh if side * one.value > 0), None)
        if of_side is None:
            missing = UNKNOWN if found.value is None else NOT_THERE
            return Look(side, (missing, self._level(bar.close)))
        diverges = Condition(holds=True, margin=abs(of_side.value))
        return Look(side, (diverges, self._level(of_side.at)), bar.ts, self.fair.prices, about=of_side.at)

    def _level(self, price: float) -> Condition:
        """Say how near the nearest strong level is to a price, in ticks."""
        strong = self.settings.least_strength
        away = [abs(one.price - price) for one in self.levels.levels if one.strength >= strong]
        return at_most(min(away), self.settings.reach) if away else UNKNOWN

    def ended(self, look: Look, bar: Bar) -> bool:
        """Say whether the price closed beyond the swing."""
        return bool(look.side * (bar.close - look.about) < 0)


class CvdDivergenceTrap(PatternStrategy):
    """Trades against a swing at a level that CVD did not follow."""

    class Settings(PatternSettings, CvdTrap.Settings):
        """What can be set."""

    pattern = CvdTrap
