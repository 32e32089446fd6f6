"""Where the dealers' gamma changes sign when every option is repriced there."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indicators.options.black import Floats
from indicators.options.chain import Chain
from indicators.options.exposure import MOVE, USUAL, DealerSign, held, is_covered
from mia_plugins.kernels import kernel
from mia_plugins.units import Points

WITHIN = 0.10
"""Roots are looked for this close to spot, as a share of it."""
STEP = 0.0005
"""Distance of the prices between which a change of sign is looked for, as a share of the price."""
REACH = 8.5
"""Further than so many standard deviations from its strike an option's gamma is left out of the search."""
NOISE = 1e-12
"""A net this small a share of the gross is rounding, not a sign."""
ROUNDS = 60
CLOSE = 1e-12


class Bells(NamedTuple):
    """The options' gammas as bells over the log of the price."""

    centre: Floats
    """Log of the price at which d1 is 0."""
    width: Floats
    """Volatility times root of time."""
    weight: Floats
    """Dealers' contracts times what fades, over the width: signed."""


@dataclass(frozen=True, slots=True)
class GammaFlip:
    """The prices at which repriced net GEX is zero."""

    roots: tuple[Points, ...]
    """All that were found, in order; points."""
    nearest: Points | None
    """The one nearest to spot, which rules use; None without roots, or when two lie equally near."""
    method: str = "repriced"


NO_FLIP = GammaFlip((), None)


def gamma_flip(chain: Chain, sign: DealerSign = USUAL, within: float = WITHIN) -> GammaFlip | None:
    """Return where net GEX, every gamma repriced there, is zero; None when the chain does not tell.

    Pairs of roots closer together than .05 % of the price may be missed.
    """
    if chain.spot is None or not is_covered(chain):
        return None
    bells = _bells(chain, sign)
    middle = math.log(chain.market_at(chain.spot).spot)
    steps = math.ceil(-math.log1p(-within) / STEP)
    grid = middle + STEP * np.arange(-steps, steps + 1)
    long, short = np.zeros(len(grid)), np.zeros(len(grid))
    _sample(bells, float(grid[0]), long, short)
    brackets = _brackets(long + short, long - short)
    found = [_priced_at(chain, _refine(bells, grid[low], grid[high])) for low, high in brackets]
    roots = tuple(sorted(root for root in found if abs(root - chain.spot) <= within * chain.spot))
    return GammaFlip(roots, nearest_to(roots, chain.spot)) if roots else NO_FLIP


def net_gex_at(chain: Chain, spot: Points, sign: DealerSign = USUAL) -> float | None:
    """Return net GEX with every gamma repriced at a spot (points): $ a move of 1 %."""
    market = chain.market_at(spot)
    if chain.multiplier is None or not is_covered(chain) or not market.spot > 0:
        return None
    slope = np.zeros(2)
    _net_at(_bells(chain, sign), math.log(market.spot), slope)
    # The bells hold Γ·S² at the price that the legs see, which in a mirror image is another.
    return float(slope[0]) * (spot / market.spot) ** 2 * chain.multiplier * MOVE


def nearest_to(prices: tuple[Points, ...], spot: float) -> Points | None:
    """Return the price nearest to spot (points); None without any, or when two lie equally near."""
    if not prices:
        return None
    ordered = sorted(prices, key=lambda price: abs(price - spot))
    tied = len(ordered) > 1 and abs(ordered[1] - spot) - abs(ordered[0] - spot) <= 1e-9 * abs(spot)
    return None if tied else ordered[0]


def _priced_at(chain: Chain, log_price: float) -> Points:
    seen = math.exp(log_price)
    return Points(seen if chain.reflected_at is None else 2 * chain.reflected_at - seen)


def _bells(chain: Chain, sign: DealerSign) -> Bells:
    """Return a bell for each option that dealers hold and that can be priced."""
    legs, market = chain.legs, chain.market
    contracts = held(chain, sign)
    good = (contracts != 0) & ~np.isnan(contracts) & (legs.iv > 0) & (legs.strike > 0)
    strike, years, iv = legs.strike[good], legs.years[good], legs.iv[good]
    width = iv * np.sqrt(years)
    fade = np.exp((market.carry - market.rate) * years) / math.sqrt(2 * math.pi)
    return Bells(np.log(strike) - market.carry * years - width**2 / 2, width, contracts[good] * fade / width)


def _brackets(net: Floats, gross: Floats) -> list[tuple[int, int]]:
    """Return the pairs of samples between which the net changes sign."""
    signs: NDArray[np.int64] = np.where(np.abs(net) <= NOISE * gross, 0, np.sign(net)).astype(np.int64)
    lows = np.flatnonzero(signs[:-1] * signs[1:] < 0)
    # A sample that lies on the root itself.
    on = np.flatnonzero((signs[1:-1] == 0) & (signs[:-2] * signs[2:] < 0)) + 1
    pairs = [(int(low), int(low) + 1) for low in lows] + [(int(at) - 1, int(at) + 1) for at in on]
    return sorted(pairs)


def _refine(bells: Bells, low: float, high: float) -> float:
    """Return the root between two log prices, by Newton's steps that never leave the bracket."""
    net = np.zeros(2)
    _net_at(bells, low, net)
    sign_low, at = math.copysign(1.0, net[0]), (low + high) / 2
    for _ in range(ROUNDS):
        _net_at(bells, at, net)
        if net[0] == 0:
            return at
        if net[0] * sign_low > 0:
            low = at
        else:
            high = at
        step = at - net[0] / net[1] if net[1] else low
        following = step if low < step < high else (low + high) / 2
        if abs(following - at) <= CLOSE * abs(at):
            return float(following)
        at = following
    return float(at)


@kernel
def _net_at(bells: Bells, at: float, out: Floats) -> None:
    """Write the sum of the bells at a log price, and its slope."""
    net, slope = 0.0, 0.0
    for i in range(len(bells.centre)):
        d1 = (at - bells.centre[i]) / bells.width[i]
        if d1 * d1 < 1400:
            density = bells.weight[i] * math.exp(-d1 * d1 / 2)
            net += density
            slope -= density * d1 / bells.width[i]
    # The 1/S of gamma and the S² of GEX leave an S.
    price = math.exp(at)
    out[0], out[1] = net * price, (slope + net) * price


@kernel
def _sample(bells: Bells, start: float, long: Floats, short: Floats) -> None:
    """Add each bell to the samples it reaches, outward from its centre by ratios of neighbours."""
    last = len(long) - 1
    for i in range(len(bells.centre)):
        sums = long if bells.weight[i] > 0 else short
        width = bells.width[i]
        offset = (bells.centre[i] - start) / STEP
        reach = REACH * width / STEP
        low, high = max(math.ceil(offset - reach), 0), min(math.floor(offset + reach), last)
        if low <= high:
            middle = min(max(round(offset), low), high)
            step = STEP / width
            d1 = (middle - offset) * step
            first, bend = bells.weight[i] * math.exp(-d1 * d1 / 2), math.exp(-step * step)
            up, up_ratio = first, math.exp(-d1 * step - step * step / 2)
            down, down_ratio = first, math.exp(d1 * step - step * step / 2)
            sums[middle] += first
            # Both ways at once: neither waits for the other's products.
            both = min(high - middle, middle - low)
            for away in range(1, both + 1):
                up *= up_ratio
                down *= down_ratio
                up_ratio *= bend
                down_ratio *= bend
                sums[middle + away] += up
                sums[middle - away] += down
            for at in range(middle + both + 1, high + 1):
                up *= up_ratio
                up_ratio *= bend
                sums[at] += up
            for away in range(both + 1, middle - low + 1):
                down *= down_ratio
                down_ratio *= bend
                sums[middle - away] += down
