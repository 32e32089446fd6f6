"""The balance: after each closed trade, to the cent, and at the end of each trading day; its falls."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from mia_plugins.data.sessions import NS
from mia_plugins.statistics import returns as of_returns
from mia_plugins.statistics.figures import MIN_DAYS, TOO_FEW_DAYS, Figure, Floats, Ints, dollars, figure
from mia_plugins.statistics.intervals import Resamples, interval_of

_DAY = 86_400 * NS


@dataclass(frozen=True)
class Equity:
    """The balance after each closed trade."""

    ts: Ints
    """When each trade was closed: UTC ns."""
    balance: Ints
    """The balance after it, in cents."""


@dataclass(frozen=True)
class Daily:
    """What each trading day came to, also those without a trade; trades belong to the day they end on."""

    days: tuple[dt.date, ...]
    """The trading days, by the dates on which they end in New York."""
    net: Ints
    """Profit or loss after costs of each, in cents."""
    trades: Ints
    """Trades closed on each."""
    balance: Ints
    """The balance at the end of each, in cents."""
    returns: Floats
    """net / the balance the day began with; nan once that is 0 or less."""


@dataclass(frozen=True)
class Drawdown:
    """The deepest fall of the balance from a high, of closed trades; the capital is the first high."""

    amount: Decimal
    """The fall, in $."""
    share: float
    """The deepest fall as a share of its high; it may be another fall than the one in $."""
    ts_peak: int | None
    """When the high was reached that the fall in $ begins at: UTC ns; None without a fall."""
    ts_bottom: int | None
    """When its lowest balance was reached: UTC ns."""
    ts_recovered: int | None
    """When the high was reached again: UTC ns; None when it never was."""
    fall_days: float | None
    """From the high to the lowest balance, in calendar days."""
    recovery_days: float | None
    """From the lowest balance until the high was reached again, in calendar days; None when it never was."""
    longest_days: float
    """The longest time below a high, in calendar days; of the last one, up to the last trade."""


@dataclass(frozen=True)
class ReturnFigures:
    """Figures of daily returns."""

    days: int
    """Trading days, also those without a trade."""
    total: Figure
    """Balance at the end / capital − 1."""
    annual: Figure
    """(1 + total)^(252 / days) − 1."""
    volatility: Figure
    """Standard deviation (n − 1) of daily returns · √252."""
    sharpe: Figure
    """Mean / standard deviation (n − 1) of daily returns · √252, with no rate of interest."""
    sortino: Figure
    """252 · mean of daily returns / downside deviation."""
    calmar: Figure
    """Annualised return / deepest fall of the daily balance."""
    max_drawdown: Figure
    """Deepest fall of the daily balance from a high, as a share of that high."""
    downside_deviation: Figure
    """sqrt(mean(min(r, 0)²)) · √252."""
    value_at_risk: Figure
    """Loss of a day, as a share of the balance, that 95 % of days stay within: − the 5 % quantile."""
    expected_shortfall: Figure
    """Mean loss of the days at or beyond the value at risk."""
    value_at_risk_cf: Figure
    """The same from mean, deviation, skew and kurtosis, by Cornish and Fisher's expansion."""
    expected_shortfall_cf: Figure
    """Mean of the Cornish–Fisher quantiles beyond the 5 % one."""


_FIGURES: dict[str, Callable[[Floats], Floats]] = {
    "total": of_returns.total_return,
    "annual": of_returns.annual_return,
    "volatility": lambda returns: of_returns.volatility(returns) * np.sqrt(of_returns.YEAR),
    "sharpe": of_returns.sharpe,
    "sortino": of_returns.sortino,
    "calmar": of_returns.calmar,
    "max_drawdown": of_returns.max_drawdown,
    "downside_deviation": of_returns.downside_deviation,
    "value_at_risk": of_returns.value_at_risk,
    "expected_shortfall": of_returns.expected_shortfall,
    "value_at_risk_cf": of_returns.value_at_risk_cf,
    "expected_shortfall_cf": of_returns.expected_shortfall_cf,
}
_OF_ANY_LENGTH = ("total", "max_drawdown")
"""Figures that mean something of few days too."""


def equity_of(ts: Ints, net: Ints, capital: int) -> Equity:
    """Return the balance after each trade; money in cents, trades in the order they were closed."""
    return Equity(ts, capital + np.cumsum(net))


def daily_of(net: Ints, day: Ints, days: tuple[dt.date, ...], capital: int) -> Daily:
    """Return what each day came to, given the places of the trades' days; money in cents."""
    by_day = np.zeros(len(days), np.int64)
    np.add.at(by_day, day, net)
    balance = capital + np.cumsum(by_day)
    before = (balance - by_day).astype(np.float64)
    alive = np.minimum.accumulate(before) > 0
    returns = np.divide(by_day, before, out=np.full(len(days), np.nan), where=alive)
    return Daily(days, by_day, np.bincount(day, minlength=len(days)).astype(np.int64), balance, returns)


def drawdown_of(equity: Equity, capital: int, start: int) -> Drawdown:
    """Return the deepest fall; `start` (UTC ns) is when the run began, with its capital in cents."""
    balance = np.concatenate(([capital], equity.balance))
    ts = np.concatenate(([start], equity.ts))
    peaks = np.maximum.accumulate(balance)
    falls = peaks - balance
    bottom = int(falls.argmax())
    shares = np.divide(falls, peaks, out=np.zeros(len(peaks)), where=peaks > 0)
    longest = float(_times_below(balance, peaks, ts).max(initial=0)) / _DAY
    if not falls[bottom]:
        return Drawdown(dollars(0), 0.0, None, None, None, None, None, longest)
    peak = int((balance[: bottom + 1] == peaks[bottom]).nonzero()[0][-1])
    again = (balance[bottom:] >= peaks[bottom]).nonzero()[0]
    at = int(ts[bottom + again[0]]) if len(again) else None
    return Drawdown(
        amount=dollars(int(falls[bottom])),
        share=float(shares.max()),
        ts_peak=int(ts[peak]),
        ts_bottom=int(ts[bottom]),
        ts_recovered=at,
        fall_days=float(ts[bottom] - ts[peak]) / _DAY,
        recovery_days=None if at is None else float(at - ts[bottom]) / _DAY,
        longest_days=longest,
    )


def _times_below(balance: Ints, peaks: Ints, ts: Ints) -> Ints:
    """Return how long each high lasted until it was reached again, in ns; 0 where nothing fell."""
    at_high = (balance == peaks).nonzero()[0]
    until = np.append(at_high[1:], len(ts) - 1)
    fell = until - at_high > (at_high != at_high[-1])  # the last high may be followed by the end alone
    found: Ints = np.where(fell, ts[until] - ts[at_high], 0)
    return found


def return_figures(returns: Floats, resamples: Resamples | None) -> ReturnFigures:
    """Return the figures of daily returns, each with an interval where there are enough days."""
    if np.isnan(returns).any():
        lost = Figure(note="the balance fell to 0 or below")
        return ReturnFigures(len(returns), **dict.fromkeys(_FIGURES, lost))
    drawn = returns[resamples.index] if resamples else None
    enough = len(returns) >= MIN_DAYS
    found = {}
    for name, function in _FIGURES.items():
        if not len(returns):
            found[name] = Figure(note="no trading day")
        elif not enough and name not in _OF_ANY_LENGTH:
            found[name] = Figure(note=TOO_FEW_DAYS)
        else:
            interval = None if drawn is None else interval_of(function(drawn))
            found[name] = figure(float(function(returns)), interval, TOO_FEW_DAYS, "nothing varies")
    return ReturnFigures(len(returns), **found)
