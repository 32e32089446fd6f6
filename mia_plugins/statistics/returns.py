"""Figures of returns: each function takes them along the last axis, so that draws are rows.

A return is a day's profit after costs over the balance that the day began with; rates of interest are
left at 0. What is not defined is nan.
"""

from statistics import NormalDist
from typing import Literal

import numpy as np

from mia_plugins.statistics.figures import Floats, ratio

YEAR = 252
"""Trading days."""
TAIL = 0.05
"""The share of days that value at risk is not about."""


def total_return(returns: Floats) -> Floats:
    """Return Π(1 + r) − 1."""
    found: Floats = np.prod(1 + returns, axis=-1) - 1
    return found


def annual_return(returns: Floats) -> Floats:
    """Return (1 + total return)^(252 / days) − 1; nan when all was lost."""
    grown = 1 + total_return(returns)
    growth = np.abs(grown) ** (YEAR / max(1, returns.shape[-1])) - 1
    found: Floats = np.where(grown > 0, growth, np.nan)
    return found


def volatility(returns: Floats) -> Floats:
    """Return the standard deviation (n − 1) of daily returns; nan of one day."""
    if returns.shape[-1] < 2:
        return np.full(returns.shape[:-1], np.nan)
    found: Floats = np.std(returns, axis=-1, ddof=1)
    return found


def sharpe(returns: Floats) -> Floats:
    """Return mean / standard deviation · √252; nan where returns do not vary."""
    found: Floats = daily_sharpe(returns) * np.sqrt(YEAR)
    return found


def daily_sharpe(returns: Floats) -> Floats:
    """Return mean / standard deviation (n − 1) of daily returns, not annualised."""
    mean, spread = _mean(returns), volatility(returns)
    # Returns that are all alike have a spread of rounding errors.
    return ratio(mean, np.where(spread > 1e-12 * np.abs(mean), spread, 0.0))


def downside_deviation(returns: Floats) -> Floats:
    """Return sqrt(mean(min(r, 0)²)) · √252."""
    found: Floats = np.sqrt(_mean(np.minimum(returns, 0) ** 2)) * np.sqrt(YEAR)
    return found


def sortino(returns: Floats) -> Floats:
    """Return 252 · mean / downside deviation; nan without a losing day."""
    return ratio(_mean(returns) * YEAR, downside_deviation(returns))


def max_drawdown(returns: Floats) -> Floats:
    """Return the deepest fall from a high of the daily balance, as a share of that high: 0 or more."""
    balance = np.cumprod(1 + returns, axis=-1)
    peaks = np.maximum(np.maximum.accumulate(balance, axis=-1), 1.0)
    found: Floats = np.max(1 - balance / peaks, axis=-1, initial=0.0)
    return found


def calmar(returns: Floats) -> Floats:
    """Return annualised return / deepest fall; nan without a fall."""
    return ratio(annual_return(returns), max_drawdown(returns))


def skewness(returns: Floats) -> Floats:
    """Return the third standardised moment; nan where returns do not vary."""
    return _moment(returns, 3)


def kurtosis(returns: Floats) -> Floats:
    """Return the fourth standardised moment, 3 of a normal distribution; nan where returns do not vary."""
    return _moment(returns, 4)


def value_at_risk(returns: Floats, tail: float = TAIL) -> Floats:
    """Return the loss that all but a share of days stay within: − the quantile, linearly interpolated."""
    found: Floats = -np.quantile(returns, tail, axis=-1)
    return found


def expected_shortfall(returns: Floats, tail: float = TAIL) -> Floats:
    """Return the mean loss of the days at or beyond the value at risk."""
    limit = np.quantile(returns, tail, axis=-1, keepdims=True)
    beyond = (returns <= limit).astype(np.float64)
    return -ratio(np.sum(returns * beyond, axis=-1), np.sum(beyond, axis=-1))


def value_at_risk_cf(returns: Floats, tail: float = TAIL) -> Floats:
    """Return −(mean + sd·w(z)): the normal quantile z, bent to the skew and kurtosis (Cornish–Fisher)."""
    z = NormalDist().inv_cdf(tail)
    return _tail_loss(returns, z, z * z, z**3)


def expected_shortfall_cf(returns: Floats, tail: float = TAIL) -> Floats:
    """Return −(mean + sd·E[w(Z) | Z ≤ z]): the mean of the Cornish–Fisher quantiles beyond the tail's."""
    normal = NormalDist()
    z = normal.inv_cdf(tail)
    height = normal.pdf(z) / tail
    return _tail_loss(returns, -height, 1 - z * height, -(z * z + 2) * height)


def _tail_loss(returns: Floats, z: float, z2: float, z3: float) -> Floats:
    """Return −(mean + sd·w), where w is Cornish and Fisher's cubic in the given powers of z."""
    skew, excess = skewness(returns), kurtosis(returns) - 3
    bent = z + (z2 - 1) * skew / 6 + (z3 - 3 * z) * excess / 24 - (2 * z3 - 5 * z) * skew**2 / 36
    return -(_mean(returns) + np.std(returns, axis=-1) * bent)


def _mean(values: Floats) -> Floats:
    """Return the mean; nan of none."""
    if not values.shape[-1]:
        return np.full(values.shape[:-1], np.nan)
    found: Floats = np.mean(values, axis=-1)
    return found


def _moment(returns: Floats, power: Literal[3, 4]) -> Floats:
    if not returns.shape[-1]:
        return np.full(returns.shape[:-1], np.nan)
    mean = np.mean(returns, axis=-1, keepdims=True)
    variance = np.mean((returns - mean) ** 2, axis=-1)
    steady = variance <= (1e-12 * mean[..., 0]) ** 2
    away = returns - mean
    # numpy's general power takes ten times as long.
    raised = away * away * (away if power == 3 else away * away)
    return ratio(np.mean(raised, axis=-1), np.where(steady, 0.0, variance ** (power / 2)))
