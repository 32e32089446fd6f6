"""`gamma_wall_ahead`: a smaller size when a gamma wall stands in the trade's way."""

from typing import Annotated, Any

from pydantic import Field

from indicators.options.choices import DealerSettings
from indicators.options.dealers import GammaLevelsOnFuture
from indicators.options.level_names import Level, LevelKind
from mia_plugins.decisions import Candidate, Force, Rule, Verdict, not_asked, passes, scales
from mia_plugins.features import Market
from mia_plugins.units import Multiple, Ticks
from strategies.menthorq.placed import Placed, placed, ticks_above, told


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

    def judge(self, candidate: Candidate) -> Verdict:
        """Look at the nearest wall ahead."""
        kind = LevelKind.CALL_WALL if candidate.side > 0 else LevelKind.PUT_WALL
        of_kind, sideless = self._walls(kind, candidate), self._sideless(candidate)
        if self.gamma.levels is None and not sideless:
            return not_asked(self.gamma.reason)
        ahead = [wall for wall in (*of_kind, *sideless) if wall.away * candidate.side >= 0]
        what = f"{'call' if candidate.side > 0 else 'put'} wall {'above' if candidate.side > 0 else 'below'}"
        if not ahead:
            return passes(None, f"no {what} the price")
        wall = min(ahead, key=lambda wall: wall.distance)
        said = f"{wall} ({self.gamma.source or 'levels'}) is {told(wall.distance)} ahead"
        if wall.distance > self.settings.reach:
            return passes(wall.distance, said)
        return scales(self.settings.factor, wall.distance, f"{said}, at most {told(self.settings.reach)}")

    def _walls(self, kind: LevelKind, candidate: Candidate) -> list[Placed]:
        """Return the walls of a kind, of whoever speaks: the chain or the levels."""
        levels = self.gamma.levels
        if levels is None:
            return []
        prices = levels.calls if kind is LevelKind.CALL_WALL else levels.puts
        plain = "call wall" if kind is LevelKind.CALL_WALL else "put wall"
        return [
            Placed(
                Level(kind, price, self._named(kind, price) or plain),
                ticks_above(price, candidate.price, self.market.tick),
            )
            for price in prices
        ]

    def _named(self, kind: LevelKind, price: float) -> str:
        """Return what the source calls a wall; empty when it is the chain's."""
        imported = self.gamma.imported.levels
        if self.gamma.source != "levels" or imported is None:
            return ""
        return next((level.name for level in imported.named(kind) if level.price == price), "")

    def _sideless(self, candidate: Candidate) -> list[Placed]:
        imported = self.gamma.imported.levels
        if imported is None:
            return []
        return placed(imported, LevelKind.GAMMA_WALL, candidate.price, self.market.tick)
