"""gamma_levels_proximity: which side walls, flip and a crossing of the flip speak for."""

import math

from indicators.options.gamma_levels import GammaLevels
from indicators.options.reading import Terms, known, proximity, sign, unknown
from mia_plugins.data.instruments import TICK_POINTS
from mia_plugins.features import Reading, quiet
from mia_plugins.units import Bars, Points, Ticks

REACH = Ticks(8)
"""A wall further away than this is not felt."""
BOOST = 1.3
OF_WALLS, OF_FLIP, OF_CROSSING = 0.65, 0.25, 0.10
CROSSING_BARS = Bars(5)
TICK = Points(TICK_POINTS)


class FlipCrossing:
    """Whether a bar closed across the flip of late: ±1 at that close and the four after, else 0."""

    def __init__(self) -> None:
        self._close: Points | None = None
        self._side = 0
        self._left = 0

    @property
    def value(self) -> int:
        """The sign of the crossing, up +1; 0 when it is longer ago than 5 bars."""
        return self._side if self._left > 0 else 0

    def advance(self, close: Points, flip: Points | None) -> int | None:
        """Take in a bar's close and the flip as known then (points); None when there is no flip.

        It is the price that must cross: a flip that moves over a price is none. A close on the flip
        itself is not across yet.
        """
        self._left = max(0, self._left - 1)
        if known(close) is None:
            return None
        if known(flip) is None or flip is None:
            self._close = close
            return None
        before = sign(self._close - flip) if self._close is not None else 0
        now = sign(close - flip)
        if now and before == -now:
            self._side, self._left = now, CROSSING_BARS
        if now or self._close is None:
            self._close = close
        return self.value

    def reset(self) -> None:
        """Forget everything."""
        self._close, self._side, self._left = None, 0, 0


def wall_proximity(price: Points, at: tuple[Points, ...], tick: Points = TICK) -> float:
    """Return p' = min(1, 1.3·p(d, 8 t)) of the nearest of some walls; prices and tick in points."""
    away = min(abs(price - wall) for wall in at)
    return min(1.0, BOOST * proximity(away / tick, REACH))


def gamma_levels_proximity(
    price: Points,
    levels: GammaLevels | None,
    move: Points | None,
    crossing: int | None,
    tick: Points = TICK,
) -> Reading:
    """Return .65·(p'(put wall) − p'(call wall)) + .25·tanh((S−flip)/EM) + .10·x, in [−1, 1].

    Price, expected move (`move`) and tick in points, of the underlying of the levels; `crossing` is
    `FlipCrossing`'s. Terms that are not known give their weight to the others; the walls' is known
    when both kinds are.
    """
    if levels is None or known(price) is None:
        return unknown("gamma levels" if levels is None else "price")
    terms, weights = Terms(), []
    for name, weight, term in (
        ("walls", OF_WALLS, _of_walls(price, levels, tick)),
        ("flip", OF_FLIP, _of_flip(price, levels.flip, move)),
        ("crossing", OF_CROSSING, None if levels.flip is None or crossing is None else float(crossing)),
    ):
        if term is not None:
            terms[name] = term
            weights.append(weight)
    if not terms:
        return unknown("walls", "flip")
    if not any(terms.values()):
        return quiet("no wall within reach and no crossing")
    value = terms.mean(weights)
    if levels.method:
        return Reading(value, "{:+.2f} ({})", (terms, levels.method))
    return Reading(value, "{:+.2f}", (terms,))


def _of_walls(price: Points, levels: GammaLevels, tick: Points) -> float | None:
    if not levels.calls or not levels.puts:
        return None
    return wall_proximity(price, levels.puts, tick) - wall_proximity(price, levels.calls, tick)


def _of_flip(price: Points, flip: Points | None, move: Points | None) -> float | None:
    if flip is None or known(move) is None or move is None or move <= 0:
        return None
    return math.tanh((price - flip) / move)
