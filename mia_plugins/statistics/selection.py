"""What is left of the best of many runs: the deflated Sharpe ratio and the probability of overfitting.

Bailey and López de Prado, "The Deflated Sharpe Ratio" (2014); Bailey, Borwein, López de Prado and Zhu,
"The Probability of Backtest Overfitting" (2017). Sharpe ratios in here are daily ones, not annualised.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import NormalDist
from typing import Literal

import numpy as np

from mia_plugins.runs.ledger import Ledger
from mia_plugins.statistics import returns as of_returns
from mia_plugins.statistics.equity import Daily
from mia_plugins.statistics.figures import MIN_DAYS, Floats, ratio

BLOCKS = 16
"""Blocks that the days are cut into; half of them choose, the others judge."""
MIN_BLOCK_DAYS = 2
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Trials:
    """How often something was tried, by the ledger of a folder of runs."""

    attempts: int
    """Runs that were ever started, also those that failed or repeated another."""
    distinct: int
    """Different runs that came to their end: each is a trial."""


@dataclass(frozen=True)
class DeflatedSharpe:
    """How sure it is that a Sharpe ratio is above what the best of so many trials without skill has."""

    sharpe: float
    """The ratio that is judged, a day."""
    expected_best: float
    """What the best of the trials is expected to have without any skill, a day."""
    probability: float
    """That the true ratio is above 0 in spite of the choice: the deflated Sharpe ratio."""
    trials: int
    """How many were tried."""
    variance: float
    """Variance of the trials' ratios, a day."""
    variance_from: Literal["runs", "chance"]
    """Whether it is that of the runs given, or what chance alone makes of so many days: 1 / (days − 1)."""


@dataclass(frozen=True)
class Overfitting:
    """How often the run that was best on half of the days is below the middle on the other half."""

    probability: float
    """Share of the ways to halve the days in which it is at or below the median (PBO, by CSCV)."""
    ways: int
    """Ways to halve the blocks of days."""
    blocks: int
    """Blocks of consecutive days."""
    runs: int
    """Runs that were chosen from."""


@dataclass(frozen=True)
class Selection:
    """What is left of the best of several runs, over the days they have in common."""

    best: int
    """The place of the run with the highest Sharpe ratio."""
    days: int
    """Trading days that all have in common."""
    trials: Trials | None
    """What the ledger counts; None where there is none."""
    deflated: DeflatedSharpe | None
    """Of the best run; None where it cannot be told."""
    overfitting: Overfitting | None
    """Of the choice; None where it cannot be told."""
    note: str
    """Why something cannot be told."""


def trials_of(runs_dir: Path) -> Trials | None:
    """Return how many runs a ledger counts."""
    ledger = Ledger.read(runs_dir)
    if ledger is None:
        return None
    with ledger:
        entries = ledger.entries()
    done = {entry.run_id for entry in entries if entry.status in {"complete", "repeated"}}
    return Trials(len(entries), len(done))


def expected_best(variance: float, trials: int) -> float:
    """Return the expected maximum of so many independent normal ratios with mean 0 and a variance."""
    if trials < 2:
        return 0.0
    gamma = float(np.euler_gamma)
    high, higher = _NORMAL.inv_cdf(1 - 1 / trials), _NORMAL.inv_cdf(1 - 1 / (trials * math.e))
    return math.sqrt(variance) * ((1 - gamma) * high + gamma * higher)


def probabilistic_sharpe(sharpe: float, against: float, days: int, skew: float, kurtosis: float) -> float:
    """Return how sure it is that the true daily ratio is above another: Φ of their distance in errors."""
    variance = 1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe
    return _NORMAL.cdf((sharpe - against) * math.sqrt((days - 1) / variance)) if variance > 0 else math.nan


def deflated_sharpe(returns: Floats, trials: int, ratios: Floats) -> DeflatedSharpe | None:
    """Return the deflated ratio of one run, given the daily ratios of those that are known of the trials."""
    sharpe = float(of_returns.daily_sharpe(returns))
    if len(returns) < MIN_DAYS or not math.isfinite(sharpe):
        return None
    known = ratios[np.isfinite(ratios)]
    from_runs = len(known) > 1
    variance = float(np.var(known, ddof=1)) if from_runs else 1 / (len(returns) - 1)
    best = expected_best(variance, trials)
    skew, kurtosis = float(of_returns.skewness(returns)), float(of_returns.kurtosis(returns))
    probability = probabilistic_sharpe(sharpe, best, len(returns), skew, kurtosis)
    if not math.isfinite(probability):
        return None
    return DeflatedSharpe(sharpe, best, probability, trials, variance, "runs" if from_runs else "chance")


def overfitting(returns: Floats, blocks: int = BLOCKS) -> Overfitting | None:
    """Return the probability of overfitting of daily returns, a row a run (CSCV, by Sharpe ratio)."""
    runs, days = returns.shape
    blocks = min(blocks, days // MIN_BLOCK_DAYS // 2 * 2)
    if runs < 2 or blocks < 4:
        return None
    cuts = np.linspace(0, days, blocks + 1).astype(np.int64)
    count = np.diff(cuts).astype(np.float64)
    sums = np.add.reduceat(returns, cuts[:-1], axis=1).T
    squares = np.add.reduceat(returns**2, cuts[:-1], axis=1).T
    chosen = np.zeros((math.comb(blocks, blocks // 2), blocks))
    for row, places in enumerate(combinations(range(blocks), blocks // 2)):
        chosen[row, list(places)] = 1
    inside = _ratios(chosen, count, sums, squares)
    outside = _ratios(1 - chosen, count, sums, squares)
    best = inside.argmax(axis=1)
    theirs = np.take_along_axis(outside, best[:, None], axis=1)
    below, alike = (outside < theirs).sum(axis=1), (outside == theirs).sum(axis=1)
    rank = (below + (alike + 1) / 2) / (runs + 1)
    return Overfitting(float((rank <= 0.5).mean()), len(chosen), blocks, runs)


def _ratios(chosen: Floats, count: Floats, sums: Floats, squares: Floats) -> Floats:
    """Return the daily ratio of each run over the chosen blocks; 0 where its returns do not vary."""
    days = (chosen @ count)[:, None]
    total, square = chosen @ sums, chosen @ squares
    variance = np.maximum(square / days - (total / days) ** 2, 0) * days / (days - 1)
    return np.nan_to_num(ratio(total / days, np.sqrt(variance)))


def selection_of(runs: Sequence[Daily], trials: Trials | None) -> Selection:
    """Return what is left of the best of some runs; of one run, what the ledger's trials leave of it."""
    shared = sorted(set.intersection(*(set(one.days) for one in runs))) if runs else []
    rows = [[one.returns[one.days.index(day)] for day in shared] for one in runs]
    returns = np.array(rows, np.float64).reshape(len(runs), len(shared))
    if len(shared) < MIN_DAYS or not np.isfinite(returns).all():
        why = f"too few trading days in common: {MIN_DAYS} are needed"
        if len(shared) >= MIN_DAYS:
            why = "the balance of a run fell to 0 or below"
        return Selection(0, len(shared), trials, None, None, why)
    ratios = of_returns.daily_sharpe(returns)
    best = int(np.argmax(np.nan_to_num(ratios)))
    tried = max(len(runs), trials.distinct if trials else 0)
    deflated = deflated_sharpe(returns[best], tried, ratios)
    fit = overfitting(returns)
    note = "" if deflated else "the best run's returns do not vary"
    if fit is None and not note:
        note = "overfitting needs several runs"
    return Selection(best, len(shared), trials, deflated, fit, note)
