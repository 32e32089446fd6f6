"""The move that is expected of a day, three ways."""

import math
from typing import NamedTuple

import numpy as np

from indicators.options.chain import Chain
from indicators.options.smile import at_the_money_iv, expiry_at
from indicators.options.walls import SAME
from mia_plugins.units import Points

SESSIONS_A_YEAR = 252
OF_STRADDLE = 0.85
"""The share of a straddle's price that is taken for the move."""


class ExpectedMove(NamedTuple):
    """How far the price is expected to go, up or down."""

    points: Points
    method: str
    """`iv`, `straddle` or `levels`."""


def move_by_iv(chain: Chain) -> Points | None:
    """Return S·iv·sqrt(1/252) in points; iv at the money of the nearest expiry."""
    iv = at_the_money_iv(chain)
    return (
        None if iv is None or chain.spot is None else Points(chain.spot * iv * math.sqrt(1 / SESSIONS_A_YEAR))
    )


def move_by_straddle(chain: Chain) -> Points | None:
    """Return .85 of what call and put of the nearest expiry cost at the strike nearest to spot, in points.

    The mean of two straddles when spot lies in the middle between their strikes.
    """
    day = expiry_at(chain, 0)
    if chain.spot is None or day is None:
        return None
    rows = chain.expiry == day
    away = np.abs(chain.strike - chain.spot)
    nearest = rows & (away <= away[rows].min() + SAME * chain.spot)
    calls, puts = chain.mid[nearest & chain.call], chain.mid[nearest & ~chain.call]
    if not len(calls) or len(calls) != len(puts):
        return None
    straddle = float((calls.sum() + puts.sum()) / len(calls))
    return None if math.isnan(straddle) else Points(OF_STRADDLE * straddle)


def move_by_levels(day_min: Points | None, day_max: Points | None) -> Points | None:
    """Return half the way from 1D Min to 1D Max, in points; None when they are not in order."""
    if day_min is None or day_max is None or not day_max > day_min or math.isinf(day_max - day_min):
        return None
    return Points((day_max - day_min) / 2)


def expected_move(
    chain: Chain | None, day_min: Points | None = None, day_max: Points | None = None
) -> ExpectedMove | None:
    """Return the first that is known: by volatility, by the straddle, by imported levels (points)."""
    if chain is not None and (by_iv := move_by_iv(chain)) is not None:
        return ExpectedMove(by_iv, "iv")
    if chain is not None and (by_straddle := move_by_straddle(chain)) is not None:
        return ExpectedMove(by_straddle, "straddle")
    by_levels = move_by_levels(day_min, day_max)
    return None if by_levels is None else ExpectedMove(by_levels, "levels")
