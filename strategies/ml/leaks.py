"""Columns that know the future: found before anything is trained."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mia_plugins.learning import Floats, ModelError
from strategies.ml.columns import Column
from strategies.ml.dataset import DataSet
from strategies.ml.scores import Judged, auc_by_fold

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
    """What such an AUC errs by, of as many rows as do not overlap."""

    @property
    def surely(self) -> float:
        """What the AUC lies above in 999 of 1000 cases."""
        return self.auc - SURE * self.error


def knowledge(data: DataSet, columns: tuple[Column, ...]) -> tuple[Alone, ...]:
    """Return how well each column alone, and whether it is known at all, puts wins above losses.

    As it is, times the side, and by its size alone: whichever way it is learned from, a model may turn it.
    """
    found = []
    for column in columns:
        values = data.values[:, data.names.index(column.name)]
        known = np.isfinite(values)
        won, weight = data.won[known], data.weight[known]
        ways = (values, values * data.side, np.abs(values))
        alone = [_alone(column.label, way[known], won, weight) for way in ways]
        if not known.all():
            # Being there at all may tell as much: written only where the trade won.
            alone.append(_alone(column.label, known.astype(np.float64), data.won, data.weight))
        found.append(max(alone, key=lambda one: one.surely))
    return tuple(found)


def refuse_leaks(data: DataSet, columns: tuple[Column, ...], believable: float) -> tuple[Alone, ...]:
    """Return what each column knows; raise when one surely knows more than can be believed."""
    found = knowledge(data, columns)
    leaking = [one for one in found if one.surely > believable]
    if leaking:
        told = "; ".join(f"{one.column} (AUC {one.auc:.3f} ± {one.error:.3f})" for one in leaking)
        raise LeakError(
            f"columns that alone know more of the outcome than an AUC of {believable:g} are built from the "
            f"future: {told}",
            "look for what comes after the decision in how they are made; `leave_out:` keeps them out, and "
            "`believable:` is for those who know better",
        )
    return found


def refuse_too_good(rows: Judged, believable: float, most_important: Callable[[], str]) -> None:
    """Raise where all columns together surely know more of unseen decisions than can be believed."""
    auc, _ = auc_by_fold(rows.p, rows.won, rows.fold)
    wins = float(rows.weight[rows.won > 0].sum())
    error = error_at(auc, wins, float(rows.weight.sum()) - wins)
    if auc - SURE * error > believable:
        raise LeakError(
            f"all columns together have an AUC of {auc:.3f} ± {error:.3f} on decisions that were not learned "
            f"from, and more than {believable:g} is of the future; '{most_important()}' tells most",
            "look for what comes after the decision in how it is made; `leave_out:` keeps it out, and "
            "`believable_together:` is for those who know better",
        )


def _alone(name: str, values: Floats, won: Floats, weight: Floats) -> Alone:
    wins = won.sum()
    if min(wins, len(won) - wins) < FEW:
        return Alone(name, 0.5, 0.5)
    auc, _ = auc_by_fold(values, won, np.zeros(len(won), np.int64))
    auc, own = max(auc, 1 - auc), float(weight.mean())
    return Alone(name, auc, error_at(auc, float(wins) * own, float(len(won) - wins) * own))


def error_at(auc: float, wins: float, losses: float) -> float:
    """Return the standard error of an AUC of so many wins and losses that are evidence of their own.

    Hanley and McNeil (1982): it is least where all pairs are in order, unlike that without any skill. One
    more pair, as often in order as not, keeps it above 0.
    """
    pairs = max(wins, 1.0) * max(losses, 1.0)
    a = (auc * pairs + 0.5) / (pairs + 1)
    by_win, by_loss = a / (2 - a) - a * a, 2 * a * a / (1 + a) - a * a
    spread = a * (1 - a) + max(wins - 1, 0.0) * by_win + max(losses - 1, 0.0) * by_loss
    return float(np.sqrt(spread / pairs))
