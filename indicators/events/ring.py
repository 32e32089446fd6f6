"""The youngest events of a search, which it keeps in an array of whole numbers."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def youngest_first(events: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of events that are still kept; the last row of the array says how many there were."""
    kept, count = len(events) - 1, int(events[-1, 0])
    for number in range(count - 1, max(-1, count - kept - 1), -1):
        yield events[number % kept]


def told_between(events: NDArray[np.int64], column: int, lo: int, hi: int) -> NDArray[np.int64]:
    """Return the times in a column that lie after `lo` up to `hi` (UTC ns), in order."""
    kept = events[:-1][: int(events[-1, 0]), column]
    return np.sort(kept[(kept > lo) & (kept <= hi)])
