"""Prices and greeks of European options by Black, Scholes and Merton, with a cost of carry.

`carry` 0 is Black 76 (the underlying is a future), the rate is Black and Scholes, rate less dividends Merton.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mia_plugins.kernels import kernel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DENSITY = 1 / math.sqrt(2 * math.pi)
LEAST, MOST = 1e-12, 1e12
"""Prices, years and volatilities beyond these are faults: nothing is computed with them."""
ROWS = 7
PRICE, DELTA, GAMMA, VEGA, THETA, VANNA, CHARM = range(ROWS)


class Legs(NamedTuple):
    """One row an option."""

    strike: Floats
    """Points."""
    years: Floats
    """To the settlement, ACT/365."""
    iv: Floats
    """Implied volatility a year; .2 is 20 %."""
    call: Flags


class Market(NamedTuple):
    """What all options of a chain share."""

    spot: float
    """Points."""
    rate: float = 0.0
    """Interest a year, continuously compounded."""
    carry: float = 0.0
    """What holding the underlying costs a year; 0 for a future."""


class Greeks(NamedTuple):
    """Of one option each; NaN where spot, strike, time or volatility is not known or not above 0."""

    price: Floats
    """Points."""
    delta: Floats
    """Points a point of the underlying."""
    gamma: Floats
    """Change of delta a point, 1/points."""
    vega: Floats
    """Points for a change of volatility by 1.00 (by 100 %)."""
    theta: Floats
    """Points a year that passes."""
    vanna: Floats
    """Change of delta for a change of volatility by 1.00."""
    charm: Floats
    """Change of delta a year that passes."""


def greeks(legs: Legs, market: Market) -> Greeks:
    """Return price (points) and greeks of options; units as `Greeks` says."""
    out = np.empty((ROWS, len(legs.strike)))
    _fill(Legs(*legs), Market(*map(float, market)), out)
    return Greeks(*out)


@kernel
def normal_cdf(x: float) -> float:
    """Return the standard normal distribution function; exact far into its tails."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@kernel
def _fill(legs: Legs, market: Market, out: Floats) -> None:
    """Write the greeks of each leg, a row a greek."""
    for i in range(len(legs.strike)):
        strike, years, iv = legs.strike[i], legs.years[i], legs.iv[i]
        # NaN compares false: what is not known is left out here too.
        prices = LEAST < strike < MOST and LEAST < market.spot < MOST
        if prices and LEAST < years < MOST and LEAST < iv < MOST:
            _fill_one(market, (strike, years, iv, 1.0 if legs.call[i] else -1.0), out[:, i])
        else:
            out[:, i] = math.nan


@kernel
def _fill_one(market: Market, leg: tuple[float, float, float, float], out: Floats) -> None:
    """Write the greeks of one leg: strike, years, volatility, +1 for a call and -1 for a put."""
    strike, years, iv, side = leg
    root = math.sqrt(years)
    width = iv * root
    d1 = (math.log(market.spot / strike) + market.carry * years) / width + width / 2
    d2 = d1 - width
    fade = math.exp((market.carry - market.rate) * years)
    owed = strike * math.exp(-market.rate * years)
    held = market.spot * fade
    density = fade * DENSITY * math.exp(-d1 * d1 / 2)
    n1, n2 = normal_cdf(side * d1), normal_cdf(side * d2)
    ageing = (market.carry - market.rate) * fade * side * n1
    out[PRICE] = side * (held * n1 - owed * n2)
    out[DELTA] = side * fade * n1
    out[GAMMA] = density / (market.spot * width)
    out[VEGA] = market.spot * density * root
    out[THETA] = -(
        market.spot * density * iv / (2 * root) + ageing * market.spot + side * market.rate * owed * n2
    )
    out[VANNA] = -density * d2 / iv
    out[CHARM] = -(ageing + density * (market.carry / width - d2 / (2 * years)))
