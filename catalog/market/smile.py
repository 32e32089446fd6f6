"""An index option's price and greeks under a smile with skew; rates and dividends are left out."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SKEW = -0.13
"""Slope of the implied volatility in standard deviations of log moneyness, as a share of the level."""
CURVE = 0.025
"""Its curvature."""
TERM = 0.12
"""How the short end of the term structure answers a volatility off its usual level."""
USUAL = 0.16
"""Implied volatility of a usual day."""
LOWEST_VOLATILITY = 0.04
DAYS_A_YEAR = 365.25
SHORTEST = 1 / 24
"""Days left at which an expiring option stops ageing."""


def smile(level: float, spot: float, strikes: Floats, days: float) -> Floats:
    """Return one expiry's implied volatilities, as a share of 1; `level`: at the money in 30 days."""
    years = max(days, SHORTEST) / DAYS_A_YEAR
    front = level * (level / USUAL) ** (TERM * (1 - min(days / 30, 2)))
    moneyness = np.log(strikes / spot) / (front * math.sqrt(years))
    shape = 1 + SKEW * moneyness.clip(-6, 6) + CURVE * moneyness.clip(-6, 6) ** 2
    volatilities: Floats = np.maximum(front * shape, LOWEST_VOLATILITY)
    return volatilities


def normal_cdf(values: Floats) -> Floats:
    """Return the standard normal distribution function (Abramowitz and Stegun 26.2.17, to 1e-7)."""
    t = 1 / (1 + 0.2316419 * np.abs(values))
    powers = (0.319381530, -0.356563782, 1.781477937, -1.821255978, 1.330274429)
    tail = sum(weight * t ** (i + 1) for i, weight in enumerate(powers)) * normal_density(values)
    return np.where(values > 0, 1 - tail, tail)


def normal_density(values: Floats) -> Floats:
    """Return the standard normal density."""
    density: Floats = np.exp(-(values**2) / 2) / math.sqrt(2 * math.pi)
    return density


def d_one(spot: float | Floats, strikes: Floats, volatility: Floats, years: Floats) -> Floats:
    """Return Black and Scholes' d1."""
    spread = volatility * np.sqrt(years)
    return np.log(spot / strikes) / spread + spread / 2


def gamma(spot: float | Floats, strikes: Floats, volatility: Floats, years: Floats) -> Floats:
    """Return the change of delta for one index point."""
    return normal_density(d_one(spot, strikes, volatility, years)) / (spot * volatility * np.sqrt(years))


def price(spot: float, strikes: Floats, volatility: Floats, years: Floats) -> tuple[Floats, Floats]:
    """Return the prices of calls and puts in index points."""
    first = d_one(spot, strikes, volatility, years)
    second = first - volatility * np.sqrt(years)
    calls = spot * normal_cdf(first) - strikes * normal_cdf(second)
    return calls, calls - spot + strikes


def vix(level: float, spot: float) -> float:
    """Return the square root of the 30-day variance that a strip of options replicates, in per cent."""
    strikes = np.exp(np.linspace(-0.6, 0.4, 201)) * spot
    years = 30 / DAYS_A_YEAR
    calls, puts = price(spot, strikes, smile(level, spot, strikes, 30), np.full_like(strikes, years))
    paid = np.where(strikes < spot, puts, calls) / strikes**2
    return 100 * math.sqrt(2 / years * float(np.sum(paid * np.gradient(strikes))))
