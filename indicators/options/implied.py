"""The volatility that a price implies."""

import math

import numpy as np

from indicators.options.black import DENSITY, LEAST, MOST, Floats, Legs, Market, normal_cdf
from mia_plugins.kernels import kernel

ROUNDS = 100
CLOSE = 1e-14
"""A change of the volatility by less than this share of it ends the search."""


def implied_volatility(prices: Floats, legs: Legs, market: Market) -> Floats:
    """Return the volatilities (a year; .2 is 20 %) that prices in points imply; `legs.iv` is not read.

    NaN where there is none: a price at or below what exercise is worth, or at or above what the option
    can be worth at most.
    """
    out = np.empty(len(prices))
    _imply(prices, Legs(*legs), Market(*map(float, market)), out)
    return out


@kernel
def _imply(prices: Floats, legs: Legs, market: Market, out: Floats) -> None:
    for i in range(len(prices)):
        strike, years = legs.strike[i], legs.years[i]
        out[i] = math.nan
        if LEAST < strike < MOST and LEAST < market.spot < MOST and LEAST < years < MOST and prices[i] > 0:
            forward = market.spot * math.exp(market.carry * years)
            paid = prices[i] * math.exp(market.rate * years)
            side = 1.0 if legs.call[i] else -1.0
            # Put-call parity makes of an option in the money the one that is out of it.
            value = paid - max(side * (forward - strike), 0.0)
            if 0 < value < min(forward, strike):
                out[i] = _solve(value, forward, strike) / math.sqrt(years)


@kernel
def _solve(value: float, forward: float, strike: float) -> float:
    """Return volatility times root of time, by Newton's steps on the log of the price inside a bracket."""
    moneyness = math.log(forward / strike)
    side = 1.0 if forward < strike else -1.0
    width = max(math.sqrt(2 * abs(moneyness)), value / (DENSITY * math.sqrt(forward * strike)))
    low, high = 0.0, math.inf
    for _ in range(ROUNDS):
        d1 = moneyness / width + width / 2
        got = side * (forward * normal_cdf(side * d1) - strike * normal_cdf(side * (d1 - width)))
        slope = forward * DENSITY * math.exp(-d1 * d1 / 2)
        if got < value:
            low = width
        else:
            high = width
        following = width - math.log(got / value) * got / slope if got > 0 and slope > 0 else low
        if not low < following < high:
            following = (low + high) / 2 if high < math.inf else 2 * width
        if abs(following - width) <= CLOSE * width:
            return following
        width = following
    return width
