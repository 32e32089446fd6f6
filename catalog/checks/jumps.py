"""Prices far from the one before: a single print at twice its level, or an hour of them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from catalog.checks.problem import Tally, new_york
from mia_plugins.data.sessions import NS

FAR = 1.1
"""A tenth: the exchange halts ES and NQ before they get as far between two rows."""
FAR_ELSEWHERE = 1.9
"""About twice, for instruments of which we know no limits."""
MEMORY = 4 * 86_400 * NS
"""ns between two rows from which on the later is not held against the earlier: a long weekend."""


class Jumps:
    """Counts the prices of a series that lie far from the one before, in the same column."""

    def __init__(self, *, has_limits: bool) -> None:
        """`has_limits` says that the exchange lets the price move by a few percent only."""
        self._far = float(np.log(FAR if has_limits else FAR_ELSEWHERE))
        self._last: dict[int, tuple[int, float]] = {}
        self._tally = Tally()
        self._example = ""

    def add(self, column: int, times: NDArray[np.int64], prices: NDArray[np.float64]) -> None:
        """Look at the next prices (points, above zero) of a column, at their times (UTC ns)."""
        if not len(prices):
            return
        if column in self._last:
            time, price = self._last[column]
            times, prices = np.append(time, times), np.append(price, prices)
        self._last[column] = int(times[-1]), float(prices[-1])
        far = np.abs(np.diff(np.log(prices))) > self._far
        far &= np.abs(np.diff(times)) <= MEMORY
        if far.any() and not self._tally.count:
            row = int(np.argmax(far))
            self._example = f"{prices[row + 1]:.10g} after {prices[row]:.10g}"
        self._tally.add(times[1:], far)

    def told(self) -> Iterator[tuple[str, int]]:
        """Yield a sentence and how many prices it is about, and begin to count anew."""
        tally, self._tally = self._tally, Tally()
        if tally.count:
            what = f"{tally.count} prices are far from the one before, first {self._example}"
            yield f"{what} at {new_york(tally.first)} New York", tally.count
