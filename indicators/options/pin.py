"""Pin risk: how likely a price is held at the strike where most options expire."""

from typing import NamedTuple

import numpy as np

from indicators.options.chain import Chain
from indicators.options.exposure import USUAL, DealerSign, net_gex
from indicators.options.moves import move_by_iv
from indicators.options.reading import known, proximity, unknown
from indicators.options.walls import SAME, middle_of_nearest
from mia_plugins.features import Reading, quiet
from mia_plugins.units import Points

DAY = 1 / 365
"""Years: an expiry further away does not pin."""
NEAR = 0.25
"""Of the expected move."""
LEAST_SHARE, FULL_SHARE = 0.15, 0.30
"""Of the expiry's open interest, at the strike."""


class Magnet(NamedTuple):
    """The strike with the most open interest of what settles next."""

    strikes: tuple[Points, ...]
    """All that hold as much."""
    strike: Points
    """The nearest of them to the price; the middle of two that lie equally near."""
    away: Points
    """Between it and the price, which is spot in the chain."""
    share: float
    """Of the expiry's open interest, calls and puts."""
    years: float
    """To its settlement, ACT/365."""

    def seen_from(self, price: Points, years: float) -> "Magnet":
        """Return it as it lies to another price (points), at another time before its settlement."""
        away = Points(min(abs(strike - price) for strike in self.strikes))
        return self._replace(strike=middle_of_nearest(np.array(self.strikes), price), away=away, years=years)


def magnet(chain: Chain) -> Magnet | None:
    """Return the strike with the most open interest of what settles next; None without open interest."""
    if chain.spot is None or not len(chain):
        return None
    first = chain.take(chain.by_settlement[1] == 0)
    if np.isnan(first.open_interest).all() or not np.nansum(first.open_interest) > 0:
        return None
    strikes, at = first.by_strike
    held = np.bincount(at, np.nan_to_num(first.open_interest), len(strikes))
    most = strikes[held >= held.max() * (1 - SAME)]
    strike = middle_of_nearest(most, chain.spot)
    away = Points(float(np.abs(most - chain.spot).min()))
    tied = tuple(Points(float(one)) for one in most)
    return Magnet(tied, strike, away, float(held.max() / held.sum()), float(first.years.min()))


def pin_risk(chain: Chain, sign: DealerSign = USUAL, move: Points | None = None) -> Reading:
    """Return p(|S−K*|, .25 EM)·min(1, share/.30), a quality; EM by volatility if none is given (points)."""
    return pin_of(magnet(chain), net_gex(chain, sign), move if move is not None else move_by_iv(chain))


def pin_of(found: Magnet | None, net: float | None, move: Points | None) -> Reading:
    """Return the score of a strike, given net GEX ($ a move of 1 %) and the expected move (points)."""
    reach = known(move)
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
