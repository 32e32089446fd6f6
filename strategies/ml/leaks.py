"""Columns that know the future: found before anything is trained."""

from dataclasses import dataclass

import numpy as np

from mia_plugins.learning import Floats, ModelError
from strategies.ml.columns import Column
from strategies.ml.dataset import DataSet
from strategies.ml.scores import auc_by_fold

SURE = 3.29
"""Errors of the AUC below which a column is given the benefit of the doubt: 99.9 %."""
FEW = 30


class LeakError(ModelError):
    """A column that was built from what came after."""


@dataclass(frozen=True)
class Alone:
    """How much a column knows by itself."""

    column: str
    auc: float
    """From .5 to 1, whichever way it points."""
    error: float
    """What the AUC errs by where there is no skill."""


def knowledge(data: DataSet, columns: tuple[Column, ...]) -> tuple[Alone, ...]:
    """Return how well each column alone, and whether it is known at all, puts wins above losses."""
    x = data.x(columns)
    found = []
    for column, values in zip(columns, x.T, strict=True):
        known = np.isfinite(values)
        alone = [_alone(column.label, values[known], data.won[known], data.weight[known])]
        if not known.all():
            # Being there at all may tell as much: written only where the trade won.
            alone.append(_alone(column.label, known.astype(np.float64), data.won, data.weight))
        if not column.sided:
            alone.append(
                _alone(column.label, (values * data.side)[known], data.won[known], data.weight[known])
            )
        found.append(max(alone, key=lambda one: one.auc - SURE * one.error))
    return tuple(found)


def refuse_leaks(data: DataSet, columns: tuple[Column, ...], believable: float) -> tuple[Alone, ...]:
    """Return what each column knows; raise when one surely knows more than can be believed."""
    found = knowledge(data, columns)
    leaking = [one for one in found if one.auc - SURE * one.error > believable]
    if leaking:
        told = "; ".join(f"{one.column} (AUC {one.auc:.3f} ± {one.error:.3f})" for one in leaking)
        raise LeakError(
            f"columns that alone know more of the outcome than an AUC of {believable:g} are built from the "
            f"future: {told}",
            "look for what comes after the decision in how they are made; `leave_out:` keeps them out, and "
            "`believable:` is for those who know better",
        )
    return found


def _alone(name: str, values: Floats, won: Floats, weight: Floats) -> Alone:
    wins = won.sum()
    if min(wins, len(won) - wins) < FEW:
        return Alone(name, 0.5, 0.5)
    auc, error = auc_by_fold(values, won, np.zeros(len(won), np.int64))
    # Rows that share their time are fewer pieces of evidence than they are rows.
    return Alone(name, max(auc, 1 - auc), error / float(np.sqrt(weight.mean())))
