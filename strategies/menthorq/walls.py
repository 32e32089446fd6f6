"""`gamma_wall_ahead`: a smaller size when a gamma wall stands in the trade's way."""

from typing import Annotated, Any

from pydantic import Field

from indicators.options.choices import DealerSettings
from indicators.options.dealers import GammaLevelsOnFuture
from mia_plugins.data.level_names import Level, LevelKind
from mia_plugins.decisions import Candidate, Force, Rule, Verdict, not_asked, passes, scales
from mia_plugins.features import Market
from mia_plugins.units import Multiple, Points, Ticks
from strategies.menthorq.placed import LevelsInTicks, Placed, in_ticks, told


class GammaWallAhead(Rule):
    """Half the size with a wall at most 3 t ahead: a call wall above a buy, a put wall below a sell.

    A gamma wall that is imported without a side stands in the way of both. A wall behind the trade counts
    for nothing: selling a call wall and buying a put wall trade away from it.
    """

    class Settings(DealerSettings):
        """What can be set."""

        reach: Annotated[Ticks, Field(ge=0, le=400)] = Ticks(3)
        """A wall counts at most so far ahead."""
        factor: Annotated[Multiple, Field(gt=0, le=1)] = Multiple(0.5)
        """What the size is multiplied by."""

    force = Force.SOFT
    unit = "t"

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        chosen = {name: getattr(settings, name) for name in DealerSettings.model_fields}
        self.gamma = market.measure(GammaLevelsOnFuture, **chosen)
        self._sideless = LevelsInTicks(self.gamma.imported, LevelKind.GAMMA_WALL)

    def judge(self, candidate: Candidate) -> Verdict:
        """Look at the nearest wall ahead."""
        if self.gamma.levels is None and not self._sideless.levels:
            return not_asked(self.gamma.reason)
        wall = self._ahead(candidate.side, candidate.price)
        if wall is None:
            return passes(
                None, "no {} the price", "call wall above" if candidate.side > 0 else "put wall below"
            )
        source, said = self.gamma.source or "levels", "{0} ({1}) is {0.told} ahead"
        if wall.distance > self.settings.reach:
            return passes(wall.distance, said, wall, source)
        reach = told(self.settings.reach)
        return scales(self.settings.factor, wall.distance, said + ", at most {2}", wall, source, reach)

    def _ahead(self, side: int, price: int) -> Placed | None:
        """Return the nearest wall that stands in the way; of two at one price the one that has a side."""
        sideless = self._sideless.nearest(price, side)
        levels, tick = self.gamma.levels, self.market.tick
        prices = () if levels is None else levels.calls if side > 0 else levels.puts
        placed = [(in_ticks(at, tick) - price, at) for at in prices]
        found = min(((away, at) for away, at in placed if away * side >= 0), key=_distance, default=None)
        if found is None or (sideless is not None and sideless.distance < abs(found[0])):
            return sideless
        return Placed(self._level(side, found[1]), found[0])

    def _level(self, side: int, at: Points) -> Level:
        """Return a wall as its source calls it, the chain's as what it is."""
        kind, plain = (LevelKind.CALL_WALL, "call wall") if side > 0 else (LevelKind.PUT_WALL, "put wall")
        imported = self.gamma.imported.levels if self.gamma.source == "levels" else None
        named = imported.named(kind) if imported else ()
        return next((level for level in named if level.price == at), Level(kind, at, plain))


def _distance(found: tuple[float, Points]) -> float:
    return abs(found[0])
