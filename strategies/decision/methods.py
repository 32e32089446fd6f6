"""What the methods say at an evaluation: Battle Navale, MenthorQ's levels, the dealers, the regime."""

from typing import Any

from indicators.battle_navale.battle import Battle, BattleNavale, BattleRules
from indicators.options.choices import DealerSettings, part
from indicators.options.cycle_followed import Cycle
from indicators.options.features import DealersBias
from indicators.options.levels import LevelSet, beside
from indicators.options.levels_followed import ImportedLevels
from indicators.structure.context import MULTIPLIERS, phase_of
from indicators.structure.regime import MarketRegime
from mia_plugins.data.level_names import LevelKind
from mia_plugins.features import Market
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Points
from strategies.decision.menthorq import MenthorQ, NearLevels, menthorq


class MethodRules(BaseSettings):
    """What can be set of the methods."""

    navale: BattleRules = BattleRules()
    """Of Battle Navale."""
    levels: DealerSettings = DealerSettings()
    """Of levels and dealers."""


class Methods:
    """The measures of the methods, and what they say."""

    def __init__(self, market: Market, settings: Any) -> None:
        """`settings` has what `MethodRules` has."""
        self.market = market
        self.battle = market.measure(BattleNavale, **settings.navale.model_dump())
        self.regime = market.measure(MarketRegime)
        self.levels = market.measure(ImportedLevels, **part(settings.levels, ImportedLevels))
        self.dealers = DealersBias(market, DealersBias.Settings(**settings.levels.model_dump()))
        self.cycle = market.measure(Cycle)

    @property
    def navale(self) -> Battle | None:
        """Battle Navale at the last bar; `None` while it is not known."""
        return self.battle.last

    def bias(self, now: int) -> float | None:
        """Return the dealers' bias, -1 to 1."""
        return self.dealers.read(now).value

    def menthorq(self, bias: float | None) -> MenthorQ:
        """Return what the levels near the last price say."""
        levels = self.levels.levels
        if levels is None:
            return MenthorQ(0.0, 0.0)
        return menthorq(near_levels(levels, self.market.tape.base.close, self.market.tick), bias or 0.0)

    def session(self, now: int) -> float:
        """Return the multiplier of the time of day."""
        session = self.market.tape.session
        return MULTIPLIERS[phase_of(session, now)] if session else 1.0


def near_levels(levels: LevelSet, price: int, tick: float) -> NearLevels:
    """Return how far the nearest level of each kind is from a price in ticks; `tick` is in points.

    The edge of a swing band below the price is the lower one, the edge above it the upper one; one at the
    very price is both.
    """

    def around(kind: LevelKind) -> tuple[float | None, float | None]:
        return beside(levels.ladder(kind, tick=Points(tick)), price)

    swing_low, swing_high = around(LevelKind.SWING)
    return NearLevels(
        put_wall=_nearer(*around(LevelKind.PUT_WALL)),
        call_wall=_nearer(*around(LevelKind.CALL_WALL)),
        swing_low=swing_low,
        swing_high=swing_high,
        blind_spot=_nearer(*around(LevelKind.BLIND_SPOT)),
    )


def _nearer(one: float | None, other: float | None) -> float | None:
    return one if other is None or (one is not None and one <= other) else other
