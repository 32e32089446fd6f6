"""Models fitted fold by fold, and what they said of rows that they had not seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mia_plugins.learning import Fitted, Floats, Rows
from mia_plugins.statistics.figures import Ints
from strategies.ml.calibration import calibration
from strategies.ml.columns import Column
from strategies.ml.dataset import DataSet, Mask
from strategies.ml.ensemble import combined, stacked
from strategies.ml.folds import Fold
from strategies.ml.scores import Judged
from strategies.ml.settings import Chosen, Gate, TrainSettings


@dataclass(frozen=True)
class Walked:
    """What the members said of the judged rows, fold after fold."""

    rows: Ints
    """Places in the data set."""
    fold: Ints
    each: Floats
    """A column a member."""
    half: Floats
    """The middle of what the given weights made of the rows that the fold's models learned from."""
    models: tuple[tuple[Fitted, ...], ...]
    """Those of each fold."""


def rows_of(data: DataSet, columns: Sequence[Column], at: Ints | None = None) -> Rows:
    """Return what is learned from; weights are around 1."""
    some = data if at is None else data.where(at)
    return Rows(some.x(columns), some.won, some.weight / some.weight.mean())


def walk(
    data: DataSet, columns: Sequence[Column], chosen: Sequence[Chosen], folds: Sequence[Fold], seed: int
) -> Walked:
    """Fit the members on each fold and ask them about the rest of it."""
    weights = [one.weight for one in chosen]
    asked, halves, models = [], [], []
    for fold in folds:
        known = rows_of(data, columns, fold.train)
        fitted = tuple(one.fit(known, seed) for one in chosen)
        asked.append(_each(fitted, data.where(fold.test).x(columns)))
        middle = float(np.median(combined(_each(fitted, known.x), weights)))
        halves.append(np.full(len(fold.test), middle))
        models.append(fitted)
    return Walked(
        rows=np.concatenate([fold.test for fold in folds]),
        fold=np.concatenate([np.full(len(one.test), n, np.int64) for n, one in enumerate(folds)]),
        each=np.concatenate(asked),
        half=np.concatenate(halves),
        models=tuple(models),
    )


def judged(data: DataSet, walked: Walked, chosen: Sequence[Chosen], settings: TrainSettings) -> Judged:
    """Return the rows as judged: weights and calibration of each fold are those of the folds before it."""
    p = np.zeros(len(walked.rows))
    given = [one.weight for one in chosen]
    won, weight = data.won[walked.rows], data.weight[walked.rows]
    for number in np.unique(walked.fold):
        now, before = walked.fold == number, walked.fold < number
        weights = weights_of(walked.each[before], won[before], weight[before], given, settings)
        curve = calibration(
            combined(walked.each[before], weights), won[before], weight[before], settings.calibration
        )
        p[now] = curve.many(combined(walked.each[now], weights))
    return judged_rows(data, walked, p, combined(walked.each, given), settings.gate)


def judged_rows(data: DataSet, walked: Walked, p: Floats, raw: Floats, gate: Gate) -> Judged:
    """Return rows with the gate's verdict on each."""
    some = data.where(walked.rows)
    first = int(some.day.min())
    return Judged(
        p=p,
        won=some.won,
        fold=walked.fold,
        day=some.day - first,
        days=int(some.day.max()) - first + 1,
        kept=passes(p, some.break_even, gate),
        half=raw > walked.half,
        r=some.r,
        weight=some.weight,
    )


def passes(p: Floats, break_even: Floats, gate: Gate) -> Mask:
    """Say which probabilities reach the gate."""
    found: Mask = p >= (break_even if gate == "break_even" else gate)
    return found


def weights_of(
    each: Floats, won: Floats, weight: Floats, given: Sequence[float], settings: TrainSettings
) -> tuple[float, ...]:
    """Return the members' weights, learned from rows that they had not seen where that is asked for."""
    if settings.weights == "given" or not len(each):
        return tuple(given)
    return stacked(each, won, weight, given)


def _each(fitted: Sequence[Fitted], x: Floats) -> Floats:
    return np.column_stack([one.probabilities(x) for one in fitted])
