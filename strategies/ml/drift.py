"""Whether the world is still the one that a model was trained on: what it sees, and what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from statistics import NormalDist
from typing import Any, Self

import numpy as np

from mia_plugins.learning import Floats
from mia_plugins.statistics.figures import Ints

PARTS = 10
LEAST_SHARE = 1e-3
"""Shares below it, and below that of half a value, count as it: their logarithm would say too much."""


@dataclass(frozen=True)
class Usual:
    """How a column was spread when the model was trained: the share in each of some parts."""

    edges: tuple[float, ...]
    """Where a part ends and the next begins."""
    shares: tuple[float, ...]
    """One a part, and last that of what was not known."""

    @classmethod
    def of(cls, values: Floats) -> Self:
        """Return the spread of a column, in ten parts of about the same size."""
        known = values[np.isfinite(values)]
        inner = np.quantile(known, np.arange(1, PARTS) / PARTS) if len(known) else np.zeros(0)
        edges = tuple(float(one) for one in np.unique(inner))
        counts = counted(values, edges)
        return cls(edges, tuple(float(one) for one in counts / max(len(values), 1)))

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return what a card tells."""
        return cls(tuple(map(float, data["edges"])), tuple(map(float, data["shares"])))


def counted(values: Floats, edges: Sequence[float]) -> Ints:
    """Return how many values lie in each part, and last how many are not known."""
    known = np.isfinite(values)
    inside = np.bincount(np.searchsorted(edges, values[known], side="left"), minlength=len(edges) + 1)
    return np.append(inside, (~known).sum()).astype(np.int64)


def stability(usual: Usual, values: Floats) -> float:
    """Return the population stability index: Σ (now − then) · ln(now / then); .1 is some, .25 much."""
    count = max(len(values), 1)
    now = counted(values, usual.edges) / count
    least = max(LEAST_SHARE, 0.5 / count)
    pairs = zip(now.tolist(), usual.shares, strict=True)
    floored = ((max(a, least), max(b, LEAST_SHARE)) for a, b in pairs)
    return float(sum((a - b) * log(a / b) for a, b in floored))


def by_chance(usual: Usual, count: int) -> float:
    """Return what the index of so many values reaches in 1 of 1000 cases in which nothing has shifted.

    Times their number it is a χ² of one degree of freedom less than there are parts; Wilson and Hilferty
    (1931) tell its quantiles.
    """
    freedom = max(sum(share > 0 for share in usual.shares) - 1, 1)
    spread = 2 / (9 * freedom)
    sure = NormalDist().inv_cdf(0.999)
    return float(freedom * (1 - spread + sure * sqrt(spread)) ** 3 / max(count, 1))


@dataclass(frozen=True)
class Kept:
    """Whether probabilities kept their promise."""

    trades: int
    promised: float
    """Wins that were to be expected: the mean probability."""
    came: float
    """The share that won."""
    distance: float
    """Their difference in standard errors; below 0: fewer won."""
    chance: float
    """How likely so few, or so many, are to win if the probabilities are right: the smaller of the two."""


def promise(said: Sequence[float], won: Sequence[bool]) -> Kept:
    """Return whether as many won as was said."""
    p = np.asarray(said, np.float64)
    error = sqrt(max(float((p * (1 - p)).sum()), 1e-12))
    wins = sum(won)
    likely = wins_of(p)
    chance = min(float(likely[: wins + 1].sum()), float(likely[wins:].sum()))
    return Kept(len(p), float(p.mean()), wins / len(p), (wins - float(p.sum())) / error, chance)


def wins_of(p: Floats) -> Floats:
    """Return how likely each number of wins is, from none to all, of trades with such probabilities.

    Exactly: where all are said to win nearly always, the normal curve makes a few losses impossible.
    """
    found = np.zeros(len(p) + 1)
    found[0] = 1.0
    for count, one in enumerate(p.tolist(), 1):
        found[1 : count + 1] = found[1 : count + 1] * (1 - one) + found[:count] * one
        found[0] *= 1 - one
    return found


def is_broken(kept: Kept, sure: float) -> bool:
    """Say whether the difference is more than chance makes of it, that sure (such as .99)."""
    return kept.chance < (1 - sure) / 2
