"""Pin risk: how likely a price is held at the strike where most options expire."""

from typing import NamedTuple

import numpy as np

from indicators.options.chain import Chain
from indicators.options.exposure import USUAL, DealerSign, net_gex
from indicators.options.moves import move_by_iv
from indicators.options.reading import Reading, known, proximity, quiet, unknown
from indicators.options.walls import SAME, middle_of_nearest
from mia_plugins.units import Points

DAY = 1 / 365
"""Years: an expiry further away does not pin."""
NEAR = 0.25
"""Of the expected move."""
LEAST_SHARE, FULL_SHARE = 0.15, 0.30
"""Of the expiry's open interest, at the strike."""


class Magnet(NamedTuple):
    """The strike with the most open interest of the expiry that comes next."""

    strike: Points
    """The middle of two that hold as much and lie equally near."""
    away: Points
    """Between it and spot."""
    share: float
    """Of the expiry's open interest, calls and puts."""
    years: float


def magnet(chain: Chain) -> Magnet | None:
    """Return the strike of the nearest expiry with the most open interest; None without open interest."""
    if chain.spot is None or not len(chain):
        return None
    first = chain.take(chain.by_expiry[1] == 0)
    if np.isnan(first.open_interest).all() or not np.nansum(first.open_interest) > 0:
        return None
    strikes, at = first.by_strike
    held = np.bincount(at, np.nan_to_num(first.open_interest), len(strikes))
    most = strikes[held >= held.max() * (1 - SAME)]
    strike = middle_of_nearest(most, chain.spot)
    away = Points(float(np.abs(most - chain.spot).min()))
    return Magnet(strike, away, float(held.max() / held.sum()), float(first.years.min()))


def pin_risk(chain: Chain, sign: DealerSign = USUAL, move: Points | None = None) -> Reading:
    """Return p(|S−K*|, .25 EM)·min(1, share/.30), a quality; EM by volatility if none is given (points)."""
    found, net = magnet(chain), net_gex(chain, sign)
    reach = known(move if move is not None else move_by_iv(chain))
    if found is None or net is None or reach is None:
        named = (("open interest", found), ("net gamma", net), ("expected move", reach))
        return unknown(*(name for name, value in named if value is None))
    faults = (
        (found.years > DAY, "no expiry within a day"),
        (net <= 0, "dealers are not long gamma"),
        (found.share < LEAST_SHARE, f"{found.strike:g} holds {found.share:.0%} of the open interest"),
        (found.away > NEAR * reach, f"{found.strike:g} is {found.away:g} points away"),
    )
    why = next((text for is_so, text in faults if is_so), None)
    if why:
        return quiet(why)
    score = proximity(found.away, NEAR * reach) * min(1.0, found.share / FULL_SHARE)
    return Reading(
        score, f"{found.strike:g} holds {found.share:.0%} of the open interest, {found.away:g} points away"
    )
