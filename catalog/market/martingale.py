"""Tests that a price cannot be foretold: variance ratios, and regressions of returns on past flow."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HORIZONS = (2, 5, 15, 60, 300, 900, 1800)
"""Seconds whose variance is compared with that of one second."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A variance ratio pooled over days, with its standard error across them."""

    seconds: int
    value: float
    error: float

    @property
    def z(self) -> float:
        """Return how many standard errors the ratio lies from 1."""
        return (self.value - 1) / self.error


def variance_ratios(paths: Sequence[Floats], horizons: Sequence[int] = HORIZONS) -> list[Ratio]:
    """Compare the variance of overlapping changes with that of one second; `paths` has a mid a second.

    The changes are not centred: under the hypothesis their mean is 0. The error comes from leaving out
    one day at a time, which holds whatever the volatility does.
    """
    ones = np.array([np.mean(np.diff(path) ** 2) for path in paths])
    ratios = []
    for seconds in horizons:
        longs = np.array([np.mean((path[seconds:] - path[:-seconds]) ** 2) / seconds for path in paths])
        without = (longs.sum() - longs) / (ones.sum() - ones)
        error = float(np.sqrt((len(paths) - 1) * np.var(without)))
        ratios.append(Ratio(seconds, float(longs.sum() / ones.sum()), error))
    return ratios


def foretold(paths: Sequence[Floats], flows: Sequence[Floats], seconds: int) -> float:
    """Return the t value of the regression of a change on the signed flow of as many seconds before.

    Changes and flows are scaled by day; products of one day are added up, and days taken as independent.
    """
    sums = []
    for path, flow in zip(paths, flows, strict=True):
        count = len(flow) // seconds
        flow_sums = flow[: count * seconds].reshape(count, seconds).sum(1)
        changes = np.diff(path[: count * seconds + 1 : seconds])
        sums.append(float(np.mean(changes[1:] * flow_sums[:-1]) / (changes.std() * flow_sums.std())))
    return float(np.mean(sums) / (np.std(sums, ddof=1) / np.sqrt(len(sums))))
