"""The strikes where gamma is heaped: HVL, call and put walls, the gamma wall of the day."""

from dataclasses import dataclass

import numpy as np

from indicators.options.black import Flags, Floats
from indicators.options.chain import Chain
from indicators.options.exposure import (
    USUAL,
    ByStrike,
    DealerSign,
    by_strike,
    gex,
    gex_by_strike,
    is_covered,
)
from mia_plugins.units import Points

HVL_WITHIN = 0.10
"""HVL is looked for this close to spot, as a share of it."""
LEAST_INTEREST = 500.0
"""Contracts at a strike that make a wall, whatever the expiry holds."""
LEAST_SHARE = 0.01
"""Of the expiry's open interest; the lesser of the two counts."""
SAME = 1e-12
"""Sums that differ by less than this share are equal: they differ by the order of adding only."""


@dataclass(frozen=True, slots=True)
class Walls:
    """Strikes in points; None where no strike has gamma and open interest enough."""

    call: Points | None
    """The most call gamma above spot."""
    put: Points | None
    """The most put gamma below spot."""
    call_0dte: Points | None
    put_0dte: Points | None
    gamma_0dte: Points | None
    """The most gamma of calls and puts together, of the options that expire today."""


UNKNOWN_WALLS = Walls(None, None, None, None, None)


def walls(chain: Chain) -> Walls:
    """Return the walls, by the size of gamma exposure whatever its sign (points)."""
    if chain.spot is None or not is_covered(chain):
        return UNKNOWN_WALLS
    sizes = np.where(_held_enough(chain), np.abs(gex(chain, DealerSign.LONG_ALL)), 0.0)
    above, below = chain.call & (chain.strike > chain.spot), ~chain.call & (chain.strike < chain.spot)
    today = chain.is_0dte
    parts = (above, below, above & today, below & today, today)
    return Walls(*(_peak(by_strike(chain, sizes, part), chain.spot) for part in parts))


def hvl(chain: Chain, sign: DealerSign = USUAL) -> Points | None:
    """Return the strike where GEX cumulated by strike is lowest, within 10 % of spot (points).

    It is cumulated from the side where the options that dealers are short lie out of the money: upward
    when they are short puts. None when its slope turns positive nowhere: it only rises or only falls.
    """
    spot = chain.spot
    if spot is None or not is_covered(chain):
        return None
    strikes, sums = gex_by_strike(chain, sign)
    if sign.of_call < sign.of_put:
        strikes, sums = strikes[::-1], sums[::-1]
    near = np.abs(strikes - spot) <= HVL_WITHIN * spot
    strikes, sums = strikes[near], sums[near]
    if not (sums < 0).any():
        return None
    heights = np.cumsum(sums)
    low = heights <= heights.min() + SAME * np.abs(heights).max()
    last = int(np.flatnonzero(low)[-1])
    falls_before, rises_after = bool((sums[: last + 1] < 0).any()), bool((sums[last + 1 :] > 0).any())
    return middle_of_nearest(strikes[low], spot) if falls_before and rises_after else None


def middle_of_nearest(prices: Floats, spot: float) -> Points:
    """Return the price nearest to spot; of two that lie equally near their middle (points)."""
    away = np.abs(prices - spot)
    return Points(float(prices[away <= away.min() + SAME * abs(spot)].mean()))


def _peak(sums: ByStrike, spot: float) -> Points | None:
    """Return the strike with the largest sum; a tie goes to the nearest to spot, then to the middle."""
    most = sums.value.max(initial=0.0)
    return middle_of_nearest(sums.strike[sums.value >= most * (1 - SAME)], spot) if most > 0 else None


def _held_enough(chain: Chain) -> Flags:
    """Say which options have the open interest that a wall needs: 500, or 1 % of the expiry if less."""
    expiries, at = chain.by_settlement
    interest = np.nan_to_num(chain.open_interest)
    totals = np.bincount(at, interest, len(expiries))
    enough: Flags = interest >= np.minimum(LEAST_INTEREST, LEAST_SHARE * totals)[at]
    return enough & ~np.isnan(chain.greeks.gamma)
