"""Intervals: Wilson's for rates, and by bootstrap over blocks of trading days for everything else."""

from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mia_plugins.statistics.figures import LEVEL, MIN_DAYS, Floats

SEED = 20_250_701
DRAWS = 2000
MAX_UNDEFINED = 0.05
"""Share of draws in which a figure may be undefined and still have an interval."""


def wilson(successes: float, trials: float, level: float = LEVEL) -> tuple[float, float]:
    """Return Wilson's score interval of a rate: where |p − k/n| ≤ z·sqrt(p(1 − p)/n); (0, 1) of no trials."""
    if trials <= 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + level / 2)
    rate, spread = successes / trials, z * z / trials
    middle = (rate + spread / 2) / (1 + spread)
    half = z * float(np.sqrt(rate * (1 - rate) / trials + spread / (4 * trials))) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def mean_block(days: int) -> int:
    """Return the mean length of a block: the cube root of the number of days, rounded, 1 at least."""
    return max(1, round(float(np.cbrt(days))))


@dataclass(frozen=True)
class Resamples:
    """Trading days drawn again and again in blocks (Politis and Romano's stationary bootstrap).

    Blocks have a geometric length with a given mean, and the last day is followed by the first.
    """

    index: NDArray[np.intp]
    """A row a draw: the places of the days that were drawn."""

    @classmethod
    def of(cls, days: int, *, draws: int = DRAWS, block: int | None = None, seed: int = SEED) -> Self | None:
        """Draw so many times from a number of days; None when there are too few days."""
        return None if days < MIN_DAYS else cls(stationary(days, draws, block or mean_block(days), seed))

    @cached_property
    def weights(self) -> Floats:
        """How often each day was drawn: a row a draw, a column a day."""
        draws, days = self.index.shape
        places = self.index + np.arange(draws)[:, None] * days
        return np.bincount(places.ravel(), minlength=draws * days).reshape(draws, days).astype(np.float64)

    def sums(self, by_day: Floats) -> Floats:
        """Return, for each draw, the sums of columns that hold each day's sums."""
        found: Floats = self.weights @ by_day
        return found


def stationary(days: int, draws: int, block: int, seed: int) -> NDArray[np.intp]:
    """Return the places of days drawn in blocks of a geometric length with the mean `block`."""
    rng = np.random.default_rng(seed)
    begins = rng.random((draws, days)) < 1 / block
    begins[:, 0] = True
    places = np.arange(days)
    began = np.maximum.accumulate(np.where(begins, places, 0), axis=1)
    first = np.take_along_axis(rng.integers(days, size=(draws, days)), began, axis=1)
    return (first + places - began) % days


def interval_of(values: Floats, level: float = LEVEL) -> tuple[float, float] | None:
    """Return the percentile interval of a figure over draws; None where it is too often undefined."""
    defined = values[np.isfinite(values)]
    if len(defined) < (1 - MAX_UNDEFINED) * len(values) or not len(defined):
        return None
    low, high = np.quantile(defined, [0.5 - level / 2, 0.5 + level / 2])
    return float(low), float(high)
