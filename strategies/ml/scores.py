"""How good probabilities are: AUC within folds, and rates, each with an interval."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import sqrt
from statistics import NormalDist

import numpy as np

from mia_plugins.learning import Floats
from mia_plugins.statistics.figures import Figure, Ints, figure, ratio
from mia_plugins.statistics.intervals import Resamples, interval_of
from mia_plugins.statistics.judgement import ranks
from mia_plugins.statistics.results import day_sums, mean_figure
from strategies.ml.dataset import Mask


@dataclass(frozen=True)
class Judged:
    """Rows that were judged by models that had not seen them."""

    p: Floats
    """How likely each was said to win, calibrated on earlier folds alone."""
    won: Floats
    fold: Ints
    day: Ints
    days: int
    kept: Mask
    """Whether the gate lets it pass, by the members' mean."""
    voted: Mask
    """Whether it does where the members vote."""
    half: Mask
    """Whether it lies in the better half, as its model had it before."""
    r: Floats
    """Results after costs, in R."""
    weight: Floats
    """Uniqueness, 0 to 1."""

    def where(self, rows: Mask) -> "Judged":
        """Return some of the rows."""
        names = ("p", "won", "fold", "day", "kept", "voted", "half", "r", "weight")
        some = {name: getattr(self, name)[rows] for name in names}
        return Judged(days=self.days, **some)

    def alone(self, rows: Mask) -> "Judged":
        """Return some of the rows with no other days than theirs: from their first to their last."""
        some = self.where(rows)
        first = int(some.day.min())
        return replace(some, day=some.day - first, days=int(some.day.max()) - first + 1)


def auc_by_fold(p: Floats, won: Floats, fold: Ints) -> tuple[float, float]:
    """Return the chance that a win is put above a loss of the same fold, and its error without any skill.

    Of the Mann–Whitney statistic: over folds, since models of different folds are not comparable.
    """
    wins_above = pairs = variance = 0.0
    for one in np.unique(fold):
        at = fold == one
        above, ours = _mann_whitney(p[at], won[at])
        wins_above, pairs = wins_above + above, pairs + ours
        variance += ours * (int(at.sum()) + 1) / 12
    if not pairs:
        return float("nan"), float("nan")
    return wins_above / pairs, sqrt(variance) / pairs


def _mann_whitney(p: Floats, won: Floats) -> tuple[float, float]:
    """Return how many pairs of a win and a loss are in order, ties half, and how many there are."""
    wins = float(won.sum())
    losses = len(won) - wins
    return float(ranks(p)[won > 0].sum()) - wins * (wins + 1) / 2, wins * losses


def by_chance(error: float, level: float) -> tuple[float, float]:
    """Return between what an AUC without skill lies, given its error."""
    half = NormalDist().inv_cdf(0.5 + level / 2) * error
    return 0.5 - half, 0.5 + half


def chance_of(rows: Judged, level: float) -> tuple[float, float]:
    """Return between what the AUC of rows without skill lies: those that share their time are fewer."""
    _, error = auc_by_fold(rows.p, rows.won, rows.fold)
    return by_chance(error / sqrt(float(rows.weight.mean())), level)


def auc_figure(rows: Judged, resamples: Resamples | None) -> Figure:
    """Return the AUC with an interval by drawing days."""
    value, _ = auc_by_fold(rows.p, rows.won, rows.fold)
    drawn = interval_of(drawn_auc(rows, resamples)) if resamples else None
    return figure(value, drawn, "too few trading days" if resamples is None else "", "all have one label")


def drawn_auc(rows: Judged, resamples: Resamples) -> Floats:
    """Return the AUC of each draw of days."""
    above, pairs = _day_pairs(rows)
    counts = resamples.weights
    top, bottom = (((counts @ table) * counts).sum(axis=1) for table in (above, pairs))
    return ratio(top, bottom)


def _day_pairs(rows: Judged) -> tuple[Floats, Floats]:
    """Return for each two days how many pairs of a win on one and a loss on the other are in order."""
    above, pairs = np.zeros((rows.days, rows.days)), np.zeros((rows.days, rows.days))
    for one in np.unique(rows.fold):
        at = rows.fold == one
        p, day, won = rows.p[at], rows.day[at], rows.won[at] > 0
        wins = {int(d): p[(day == d) & won] for d in np.unique(day[won])}
        losses = {int(d): np.sort(p[(day == d) & ~won]) for d in np.unique(day[~won])}
        for winner, mine in wins.items():
            for other, theirs in losses.items():
                below = theirs.searchsorted(mine, "left") + theirs.searchsorted(mine, "right")
                above[winner, other] += below.sum() / 2
                pairs[winner, other] += len(mine) * len(theirs)
    return above, pairs


_RATES: Mapping[str, Callable[[Floats], Floats]] = {
    "accuracy": lambda s: ratio(s[..., 0] + s[..., 3], s.sum(axis=-1)),
    "precision": lambda s: ratio(s[..., 0], s[..., 0] + s[..., 1]),
    "recall": lambda s: ratio(s[..., 0], s[..., 0] + s[..., 2]),
    "f1": lambda s: ratio(2 * s[..., 0], 2 * s[..., 0] + s[..., 1] + s[..., 2]),
}


def rates(rows: Judged, resamples: Resamples | None) -> dict[str, Figure]:
    """Return accuracy, precision, recall and F1 of what the gate lets pass."""
    won = rows.won > 0
    table = np.column_stack([rows.kept & won, rows.kept & ~won, ~rows.kept & won, ~rows.kept & ~won])
    by_day = day_sums(table.astype(np.float64), rows.day, rows.days)
    drawn = resamples.sums(by_day) if resamples else None
    return {
        name: figure(
            float(rate(by_day.sum(axis=0))),
            interval_of(rate(drawn)) if drawn is not None else None,
            "too few trading days, or too seldom",
            "the gate lets nothing pass" if name != "recall" else "nothing won",
        )
        for name, rate in _RATES.items()
    }


def brier(rows: Judged, resamples: Resamples | None) -> Figure:
    """Return the mean squared error of the probabilities."""
    return mean_figure((rows.p - rows.won) ** 2, rows.day, rows.days, resamples, "nothing was judged")


def rise(kept: Mask, rows: Judged, resamples: Resamples | None, level: float) -> Figure:
    """Return by how many R the mean result of what is kept lies above that of all, with its interval."""
    known = np.column_stack([kept, np.where(kept, rows.r, 0.0), np.ones(len(kept)), rows.r])
    by_day = day_sums(known.astype(np.float64), rows.day, rows.days)
    value = _difference(by_day.sum(axis=0))
    drawn = interval_of(_difference(resamples.sums(by_day)), level) if resamples else None
    return figure(float(value), drawn, "too few trading days, or too seldom", "nothing is kept")


def _difference(sums: Floats) -> Floats:
    found: Floats = ratio(sums[..., 1], sums[..., 0]) - ratio(sums[..., 3], sums[..., 2])
    return found
