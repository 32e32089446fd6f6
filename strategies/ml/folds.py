"""How rows are divided into what is learned from and what is judged, so that neither knows of the other.

A decision's label is known only at its `end`: what was still open when the judged rows begin is *purged*
from what is learned, and so is what ended within an *embargo* before them or began within one after.
"""

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np

from mia_plugins.learning import ModelError
from mia_plugins.statistics.figures import Ints
from strategies.ml.dataset import DataSet, Mask


class Fold(NamedTuple):
    """One division of the rows, by their places."""

    train: Ints
    test: Ints


def walk_forward(data: DataSet, folds: int, first: float, embargo: int) -> list[Fold]:
    """Return folds in order of time: each is judged by what was known before it, `embargo` ns earlier.

    The first share `first` of the days is only learned from; days are never cut.
    """
    begin = data.ts.min() if len(data) else 0
    edges = _edges(data, folds, first)
    found = []
    for lo, hi in pairwise(edges.tolist()):
        test = np.flatnonzero((data.day >= lo) & (data.day < hi))
        if not len(test):
            continue
        until = int(data.ts[test[0]]) - embargo
        train = np.flatnonzero((data.end < until) & (data.ts >= begin) & (data.day < lo))
        found.append(Fold(train, test))
    return [_checked(data, one) for one in found]


def combinatorial(data: DataSet, groups: int, held_out: int, embargo: int) -> list[Fold]:
    """Return a fold for each way to hold out so many of the groups of consecutive days; `embargo` in ns."""
    edges = _edges(data, groups, 0.0)
    group = np.searchsorted(edges, data.day, side="right") - 1
    return [
        _checked(data, _held_out(data, group, chosen, embargo))
        for chosen in combinations(range(groups), held_out)
    ]


def paths(groups: int, held_out: int) -> int:
    """Return in how many of the folds each group is held out: so many ways lead through all the days."""
    return len(list(combinations(range(groups - 1), held_out - 1)))


def _held_out(data: DataSet, group: Ints, chosen: tuple[int, ...], embargo: int) -> Fold:
    judged = np.isin(group, chosen)
    learned = ~judged
    for lo, hi in _spans(data, judged):
        learned &= ~((data.ts <= hi + embargo) & (data.end >= lo - embargo))
    return Fold(np.flatnonzero(learned), np.flatnonzero(judged))


def _spans(data: DataSet, judged: Mask) -> Iterator[tuple[int, int]]:
    """Yield when each stretch of judged rows begins and when its last outcome is known."""
    places = np.flatnonzero(judged)
    for stretch in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
        if len(stretch):
            yield int(data.ts[stretch[0]]), int(data.end[stretch].max())


def _edges(data: DataSet, parts: int, first: float) -> Ints:
    """Return the days at which parts begin that hold about the same number of rows."""
    if len(data) < parts:
        raise ModelError(f"{len(data)} decisions cannot be divided into {parts}", "train on more runs")
    shares = first + (1 - first) * np.arange(parts + 1) / parts
    rows = np.minimum((shares * len(data)).astype(np.int64), len(data) - 1)
    edges: Ints = data.day[rows].copy()
    edges[-1] = data.day[-1] + 1
    if first == 0.0:
        edges[0] = data.day[0]
    if len(np.unique(edges)) < len(edges):
        raise ModelError(
            f"{len(np.unique(data.day))} days with decisions are too few for {parts} folds",
            "train on more days, or write fewer folds",
        )
    return edges


def _checked(data: DataSet, fold: Fold) -> Fold:
    """Refuse a fold that nothing can be learned from."""
    if len(set(data.won[fold.train].tolist())) < 2:
        raise ModelError(
            f"a fold learns from {len(fold.train)} decisions of one label",
            "train on more days, or write fewer folds",
        )
    return fold
