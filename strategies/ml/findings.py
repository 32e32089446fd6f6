"""What a training found out about itself, all of it on decisions that its models had not seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mia_plugins.learning import Floats, ModelError
from mia_plugins.statistics.figures import Figure, Ints, figure
from mia_plugins.statistics.intervals import Resamples, interval_of
from mia_plugins.statistics.results import day_sums
from mia_plugins.statistics.returns import daily_sharpe
from mia_plugins.statistics.selection import DeflatedSharpe, deflated_sharpe
from strategies.ml.columns import Column
from strategies.ml.dataset import DataSet, Mask
from strategies.ml.ensemble import combined
from strategies.ml.folds import Fold, combinatorial, paths
from strategies.ml.leaks import Alone
from strategies.ml.profit import Profit, profit
from strategies.ml.registry import NOTHING, SOMETHING
from strategies.ml.scores import (
    Judged,
    auc_by_fold,
    auc_figure,
    brier,
    by_chance,
    chance_of,
    drawn_auc,
    rates,
    rise,
)
from strategies.ml.settings import Chosen, TrainSettings
from strategies.ml.walking import Walked, Weights, combined_by_fold, in_better_half, judged_rows, walk

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Decisions that were said to be about as likely to win."""

    count: int
    said: float
    """The mean of what was said."""
    won: float
    """The share that won."""


@dataclass(frozen=True)
class Shuffled:
    """The same with labels dealt out at random."""

    auc: float
    low: float
    """Between what 99.9 of 100 lie by chance."""
    high: float


@dataclass(frozen=True)
class Paths:
    """The combinatorial folds: several ways through all the days."""

    folds: int
    auc: tuple[float, ...]
    """One a path."""
    rise: tuple[float, ...]
    """R by which the better half is better, one a path."""


@dataclass(frozen=True)
class Importance:
    """What is lost when a column is dealt out at random."""

    column: str
    lost: Figure
    """Of the AUC."""


@dataclass(frozen=True)
class Findings:
    """Figures of a training."""

    rows: int
    """Decisions that were judged."""
    days: int
    base_rate: float
    """The share of them that won."""
    auc: Figure
    chance: tuple[float, float]
    """Between what the AUC lies in 95 of 100 cases without any skill, by as many rows as do not overlap."""
    rates: dict[str, Figure]
    brier: Figure
    brier_of_base: float
    """That of saying the base rate each time."""
    calibration: tuple[Bin, ...]
    profit: Profit
    """Over all decisions, also those that rules kept from being traded."""
    profit_taken: Profit | None
    """Over those that were traded; None of too few."""
    shuffled: Shuffled
    paths: Paths
    importance: tuple[Importance, ...]
    alone: tuple[Alone, ...]
    """What each column knows by itself, over all rows."""
    deflated: DeflatedSharpe | None
    """Of the days' results of the better half; None where it cannot be told."""
    trials: int
    """How many settings were ever tried for these decisions."""
    verdict: str


FEW_TAKEN = 100


def bins(rows: Judged) -> tuple[Bin, ...]:
    """Return the calibration: ten groups of the same size, from the least likely on."""
    order = np.argsort(rows.p, kind="stable")
    return tuple(
        Bin(len(some), float(rows.p[some].mean()), float(rows.won[some].mean()))
        for some in np.array_split(order, BINS)
        if len(some)
    )


def verdict(auc: Figure, chance: tuple[float, float], found: Profit) -> str:
    """Say whether there is anything to filter: the AUC and the better half surely beyond chance."""
    lows = (found.rise_of_half.low or 0.0, (auc.low or 0.0) - 0.5, (auc.value or 0.0) - chance[1])
    return SOMETHING if min(lows) > 0 else NOTHING


def daily(rows: Judged) -> Floats:
    """Return the days' results of the better half, in R."""
    found: Floats = day_sums(np.where(rows.half, rows.r, 0.0)[:, None], rows.day, rows.days)[:, 0]
    return found


def sharpe(rows: Judged) -> float:
    """Return the daily Sharpe ratio of the better half."""
    return float(daily_sharpe(daily(rows)))


def deflated(rows: Judged, trials: int, ratios: Sequence[float]) -> DeflatedSharpe | None:
    """Return how sure it is that the better half earns anything, given how often something was tried."""
    return deflated_sharpe(daily(rows), trials, np.array(ratios))


def shuffled(
    data: DataSet, columns: Sequence[Column], chosen: Sequence[Chosen], folds: Sequence[Fold], seed: int
) -> Shuffled:
    """Return the AUC with labels dealt out at random; one beyond chance is an error of the validation."""
    rng = np.random.default_rng(seed)
    dealt = replace(data, won=rng.permutation(data.won))
    walked = walk(dealt, columns, chosen, folds, seed)
    raw = combined(walked.each, [one.weight for one in chosen])
    auc, error = auc_by_fold(raw, dealt.won[walked.rows], walked.fold)
    low, high = by_chance(error, 0.999)
    if not low <= auc <= high:
        raise ModelError(
            f"with shuffled labels the AUC is {auc:.3f}, and chance lies between {low:.3f} and {high:.3f}: "
            "what is judged was seen before",
            "report it; another `seed` tells whether it was the one time of a thousand",
        )
    return Shuffled(auc, low, high)


def through_paths(
    data: DataSet, columns: Sequence[Column], chosen: Sequence[Chosen], settings: TrainSettings
) -> Paths:
    """Return the figures of each way through the combinatorial folds, by the given weights."""
    folds = combinatorial(data, settings.groups, settings.held_out, settings.embargo_ns)
    walked = walk(data, columns, chosen, folds, settings.seed)
    weights = [[one.weight for one in chosen]] * len(folds)
    raw = combined_by_fold(walked, weights)
    rows = judged_rows(data, walked, raw, in_better_half(walked, raw, weights))
    path = _path_of(walked)
    aucs, rises = [], []
    for number in range(paths(settings.groups, settings.held_out)):
        mine = rows.where(path == number)
        aucs.append(auc_by_fold(mine.p, mine.won, mine.fold)[0])
        rises.append(rise(mine.half, mine, None, 0.95).value or 0.0)
    return Paths(len(folds), tuple(aucs), tuple(rises))


def _path_of(walked: Walked) -> Ints:
    """Return for each judged row how often it had been judged before: that is its path."""
    order = np.lexsort((walked.fold, walked.rows))
    _, first, counts = np.unique(walked.rows[order], return_index=True, return_counts=True)
    found = np.empty(len(order), np.int64)
    found[order] = np.arange(len(order)) - np.repeat(first, counts)
    return found


def importances(
    data: DataSet, columns: Sequence[Column], walked: Walked, weights: Weights, seed: int
) -> tuple[Importance, ...]:
    """Return what the AUC loses when one column after the other is dealt out at random within its fold."""
    raw = combined_by_fold(walked, weights)
    base = judged_rows(data, walked, raw, in_better_half(walked, raw, weights))
    resamples = Resamples.of(base.days)
    before = drawn_auc(base, resamples) if resamples else None
    rng = np.random.default_rng(seed)
    x = data.where(walked.rows).x(columns)
    found = []
    for place, column in enumerate(columns):
        dealt = x.copy()
        p = np.zeros(len(raw))
        for number, models in enumerate(walked.models):
            at = np.flatnonzero(walked.fold == number)
            dealt[at, place] = x[rng.permutation(at), place]
            said = np.column_stack([one.probabilities(dealt[at]) for one in models])
            p[at] = combined(said, weights[number])
        other = replace(base, p=p)
        lost = auc_by_fold(base.p, base.won, base.fold)[0] - auc_by_fold(p, base.won, base.fold)[0]
        drawn = None
        if resamples is not None and before is not None:
            drawn = interval_of(before - drawn_auc(other, resamples))
        found.append(Importance(column.label, figure(lost, drawn, "too few trading days")))
    return tuple(sorted(found, key=lambda one: -(one.lost.value or 0.0)))


def findings(  # noqa: PLR0913, PLR0917 the parts of a validation
    rows: Judged,
    taken: Mask,
    control: Shuffled,
    ways: Paths,
    important: tuple[Importance, ...],
    alone: tuple[Alone, ...],
    trials: tuple[int, Sequence[float]],
) -> Findings:
    """Return all figures of judged rows; `trials` are how many there were, and ratios of those known."""
    resamples = Resamples.of(rows.days)
    auc = auc_figure(rows, resamples)
    chance = chance_of(rows, 0.95)
    base = float(rows.won.mean())
    of_all = profit(rows)
    return Findings(
        rows=len(rows.p),
        days=rows.days,
        base_rate=base,
        auc=auc,
        chance=chance,
        rates=rates(rows, resamples),
        brier=brier(rows, resamples),
        brier_of_base=float(((base - rows.won) ** 2).mean()),
        calibration=bins(rows),
        profit=of_all,
        profit_taken=profit(rows.where(taken)) if taken.sum() >= FEW_TAKEN else None,
        shuffled=control,
        paths=ways,
        importance=important,
        alone=alone,
        deflated=deflated(rows, *trials),
        trials=trials[0],
        verdict=verdict(auc, chance, of_all),
    )
