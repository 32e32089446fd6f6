"""How two products went together, minute by minute."""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mia_plugins.kernels import kernel


class Together(NamedTuple):
    """How two products went together, and where each went last."""

    correlation: float
    """-1 to 1."""
    own: float
    """This one's last change, in standard deviations of those before."""
    other: float
    """The other one's."""


type Moments = tuple[int, int, int, int, int]
"""Sums of x, y, x², y² and x·y."""


class Compared(NamedTuple):
    """Pairs of changes, this one's and the other one's, over minutes that both have."""

    minutes: int
    """How many; only from two on there is something to compare."""
    last: tuple[int, int]
    """The youngest: ticks."""
    young: Moments
    """Of all but the oldest."""
    before: Moments
    """Of all but the youngest."""

    @property
    def together(self) -> Together | None:
        """How the two went together, and the youngest beside those before; `None` where one stays.

        The correlation is that of all but the oldest.
        """
        n = self.minutes - 1
        x, y, xx, yy, _ = self.before
        own, other = sqrt(n * xx - x**2) / n, sqrt(n * yy - y**2) / n
        rho = correlation(n, self.young)
        if rho is None or not own or not other:
            return None
        return Together(rho, self.last[0] / own, self.last[1] / other)


def correlation(n: int, sums: Moments) -> float | None:
    """Return the correlation of `n` pairs of changes; `None` where one of the two does not change."""
    # Whole numbers up to the root: the mirror image has the same.
    x, y, xx, yy, xy = sums
    squares = (n * xx - x**2) * (n * yy - y**2)
    return max(-1.0, min(1.0, (n * xy - x * y) / sqrt(squares))) if squares else None


@kernel
def compare(
    own: NDArray[np.int64], other: NDArray[np.int64], pairs: NDArray[np.int64], counts: tuple[int, int]
) -> tuple[int, tuple[int, int], Moments, Moments]:
    """Find changes of the same minutes, and return what `Compared` says of them; none count as zeros."""
    found = pair(own, other, pairs, counts)
    last = (pairs[0, 0], pairs[0, 1])
    return found, last, moments(pairs, 0, found - 1), moments(pairs, 1, found)


@kernel
def pair(
    own: NDArray[np.int64], other: NDArray[np.int64], pairs: NDArray[np.int64], counts: tuple[int, int]
) -> int:
    """Find changes of the same minutes, the youngest first, until `pairs` is full; return how many."""
    one, another, found = counts[0] - 1, counts[1] - 1, 0
    last = max(0, counts[0] - len(own)), max(0, counts[1] - len(other))
    while one >= last[0] and another >= last[1] and found < len(pairs):
        row, beside = own[one % len(own)], other[another % len(other)]
        if row[0] == beside[0]:
            pairs[found, 0], pairs[found, 1] = row[1], beside[1]
            found += 1
        if row[0] >= beside[0]:
            one -= 1
        if row[0] <= beside[0]:
            another -= 1
    return found


@kernel
def moments(pairs: NDArray[np.int64], first: int, end: int) -> tuple[int, int, int, int, int]:
    """Return the sums of x, y, x², y² and x·y of some pairs."""
    x, y, xx, yy, xy = 0, 0, 0, 0, 0
    for row in range(first, end):
        one, other = pairs[row, 0], pairs[row, 1]
        x += one
        y += other
        xx += one * one
        yy += other * other
        xy += one * other
    return x, y, xx, yy, xy
