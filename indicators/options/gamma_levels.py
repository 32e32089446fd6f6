"""The walls and the flip that rules look at, from the chain or from imported levels."""

from dataclasses import dataclass, replace

from indicators.options.chain import Chain
from indicators.options.exposure import USUAL, DealerSign
from indicators.options.flip import GammaFlip, gamma_flip
from indicators.options.levels import LevelSet
from indicators.options.walls import Walls, walls
from mia_plugins.data.basis import Basis
from mia_plugins.data.level_names import LevelKind
from mia_plugins.units import Points


@dataclass(frozen=True, slots=True)
class GammaLevels:
    """Prices in points of one and the same underlying."""

    calls: tuple[Points, ...]
    """Call walls, today's expiry included; empty: not known."""
    puts: tuple[Points, ...]
    """Put walls."""
    flip: Points | None
    """None: there is none, or it is not known. Never spot in its place."""
    method: str
    """What the flip is: `repriced`, or `HVL` where only imported levels are there; empty without one."""

    def on_future(self, basis: Basis) -> "GammaLevels | None":
        """Return the levels of an index where they lie on the future; None when the basis is not known."""
        if not basis.is_known:
            return None
        return replace(
            self,
            calls=tuple(map(basis.on_future, self.calls)),
            puts=tuple(map(basis.on_future, self.puts)),
            flip=None if self.flip is None else basis.on_future(self.flip),
        )


def gamma_levels_of_chain(chain: Chain, sign: DealerSign = USUAL) -> GammaLevels:
    """Return the walls and the repriced flip of a chain (points of its underlying)."""
    return gamma_levels_found(walls(chain), gamma_flip(chain, sign))


def gamma_levels_found(found: Walls, flip: GammaFlip | None) -> GammaLevels:
    """Return walls and flip that were found already (points of their underlying)."""
    nearest = None if flip is None else flip.nearest
    return GammaLevels(
        tuple(wall for wall in (found.call, found.call_0dte) if wall is not None),
        tuple(wall for wall in (found.put, found.put_0dte) if wall is not None),
        nearest,
        "" if flip is None or nearest is None else flip.method,
    )


def gamma_levels_of_set(levels: LevelSet) -> GammaLevels:
    """Return the walls of imported levels; HVL stands in for the flip and is named so (points)."""
    stand_in = levels.one(LevelKind.HVL)
    return GammaLevels(
        levels.of(LevelKind.CALL_WALL),
        levels.of(LevelKind.PUT_WALL),
        stand_in,
        "" if stand_in is None else "HVL",
    )
