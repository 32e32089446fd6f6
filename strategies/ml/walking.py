"""Models fitted fold by fold, and what they said of rows that they had not seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mia_plugins.learning import Fitted, Floats, Rows
from mia_plugins.statistics.figures import Ints
from strategies.ml.calibration import calibration
from strategies.ml.columns import Column
from strategies.ml.dataset import DataSet, Mask
from strategies.ml.ensemble import HALF, combined, share_for, stacked
from strategies.ml.even import Even
from strategies.ml.folds import Fold
from strategies.ml.scores import Judged
from strategies.ml.settings import Chosen, TrainSettings

type Weights = Sequence[Sequence[float]]
"""Of each member, a row a fold."""


@dataclass(frozen=True)
class Walked:
    """What the members said of the judged rows, fold after fold."""

    rows: Ints
    """Places in the data set."""
    fold: Ints
    each: Floats
    """A column a member."""
    known: tuple[Floats, ...]
    """What the members of each fold said of the rows that they learned from."""
    models: tuple[tuple[Fitted, ...], ...]
    """Those of each fold."""


def rows_of(data: DataSet, columns: Sequence[Column], at: Ints | None = None) -> Rows:
    """Return what is learned from; weights are around 1."""
    some = data if at is None else data.where(at)
    unique = float(some.weight.mean())
    return Rows(some.x(columns), some.won, some.weight / unique, unique)


def walk(
    data: DataSet, columns: Sequence[Column], chosen: Sequence[Chosen], folds: Sequence[Fold], seed: int
) -> Walked:
    """Fit the members on each fold and ask them about the rest of it."""
    asked, learned, models = [], [], []
    for fold in folds:
        known = rows_of(data, columns, fold.train)
        fitted = tuple(one.fit(known, seed) for one in chosen)
        asked.append(_each(fitted, data.where(fold.test).x(columns)))
        learned.append(_each(fitted, known.x))
        models.append(fitted)
    return Walked(
        rows=np.concatenate([fold.test for fold in folds]),
        fold=np.concatenate([np.full(len(one.test), n, np.int64) for n, one in enumerate(folds)]),
        each=np.concatenate(asked),
        known=tuple(learned),
        models=tuple(models),
    )


def judged(data: DataSet, walked: Walked, chosen: Sequence[Chosen], settings: TrainSettings) -> Judged:
    """Return the rows as judged: weights and calibration of each fold are those of the folds before it."""
    p, votes, asked = np.zeros((3, len(walked.rows)))
    weights = fold_weights(data, walked, chosen, settings)
    raw = combined_by_fold(walked, weights)
    won, weight = data.won[walked.rows], data.weight[walked.rows]
    for number, own in enumerate(weights):
        now, before = walked.fold == number, known_before(data, walked, number, settings.embargo_ns)
        curve = calibration(
            combined(walked.each[before], own), won[before], weight[before], settings.calibration
        )
        p[now], asked[now] = curve.many(raw[now]), _asked(data, walked.rows[now], settings)
        votes[now] = share_for(curve.many(walked.each[now]), own, asked[now])
    rows = judged_rows(data, walked, p, in_better_half(walked, raw, weights))
    return replace(rows, kept=p >= asked, voted=votes > HALF)


def _asked(data: DataSet, rows: Ints, settings: TrainSettings) -> Floats:
    """Return how likely to win each of a fold's rows must be, by what was known before the fold."""
    if settings.gate != "break_even":
        return np.full(len(rows), settings.gate)
    known = data.end < data.ts[rows].min() - settings.embargo_ns
    return Even.of(data.where(known)).needed(data.target_r[rows])


def fold_weights(data: DataSet, walked: Walked, chosen: Sequence[Chosen], settings: TrainSettings) -> Weights:
    """Return the members' weights in each fold, of what was known before it."""
    given = [one.weight for one in chosen]
    won, weight = data.won[walked.rows], data.weight[walked.rows]
    found = []
    for number in range(len(walked.models)):
        before = known_before(data, walked, number, settings.embargo_ns)
        found.append(weights_of(walked.each[before], won[before], weight[before], given, settings))
    return found


def known_before(data: DataSet, walked: Walked, number: int, embargo: int) -> Mask:
    """Say of which judged rows the outcome was known `embargo` ns before a fold began."""
    begin = data.ts[walked.rows[walked.fold == number]].min()
    known: Mask = (walked.fold < number) & (data.end[walked.rows] < begin - embargo)
    return known


def combined_by_fold(walked: Walked, weights: Weights) -> Floats:
    """Return the weighted mean of the members for each judged row, with the weights of its fold."""
    found: Floats = (walked.each * np.array(weights)[walked.fold]).sum(axis=1)
    return found


def in_better_half(walked: Walked, raw: Floats, weights: Weights) -> Mask:
    """Say which rows lie above the middle of what their fold's models say of the rows they learned from."""
    middles = [np.median(combined(known, own)) for known, own in zip(walked.known, weights, strict=True)]
    found: Mask = raw > np.array(middles)[walked.fold]
    return found


def judged_rows(data: DataSet, walked: Walked, p: Floats, half: Mask) -> Judged:
    """Return rows as they were judged, without a gate: none is kept."""
    some = data.where(walked.rows)
    first = int(some.day.min())
    return Judged(
        p=p,
        won=some.won,
        fold=walked.fold,
        day=some.day - first,
        days=int(some.day.max()) - first + 1,
        kept=np.zeros(len(p), np.bool_),
        voted=np.zeros(len(p), np.bool_),
        half=half,
        r=some.r,
        weight=some.weight,
    )


def weights_of(
    each: Floats, won: Floats, weight: Floats, given: Sequence[float], settings: TrainSettings
) -> tuple[float, ...]:
    """Return the members' weights, learned from rows that they had not seen where that is asked for."""
    if settings.weights == "given" or not len(each):
        return tuple(given)
    return stacked(each, won, weight, given)


def _each(fitted: Sequence[Fitted], x: Floats) -> Floats:
    return np.column_stack([one.probabilities(x) for one in fitted])
