"""Which records of a `.scid` are parts of one order, which the exchange reported in parts.

The first and the last part are marked; what stands between them is of the order, if from record to record
the millisecond is the same or the next. Of an order whose last mark is lost, parts are what follows in its
millisecond.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIRST = np.float32(-1.99900095e37)
"""What open is in the first part of an order that was reported in parts."""
LAST = np.float32(-1.99900197e37)
"""What open is in the last part."""
MILLISECOND = 1_000_000
"""ns."""
MOST_PARTS = 100_000
"""Parts that an order may have: what has more is no order, and memory is bounded."""
Records = NDArray[np.void]
Numbers = NDArray[np.int64]


def is_trade(found: Records) -> NDArray[np.bool_]:
    """Say which records are of trades; others are bars."""
    opened = found["open"]
    return np.asarray((opened == 0) | (opened == FIRST) | (opened == LAST), np.bool_)


@dataclass(frozen=True, slots=True)
class Parts:
    """Records by what tells which of them are of one order."""

    firsts: Numbers
    """Which records are first parts."""
    lasts: Numbers
    millisecond: Numbers
    apart: Numbers
    """How many records up to each cannot be of one order with the record before."""

    @classmethod
    def of(cls, found: Records, ts: Numbers) -> "Parts":
        """Look at records with their times (UTC ns)."""
        millisecond = ts // MILLISECOND
        step = np.diff(millisecond, prepend=millisecond[:1])
        apart = (step < 0) | (step > 1) | ~is_trade(found)
        firsts, lasts = (np.flatnonzero(found["open"] == mark) for mark in (FIRST, LAST))
        return cls(firsts, lasts, millisecond, np.cumsum(apart))

    def head(self) -> int | None:
        """Return how many records the file begins with are of an order that began before it.

        None where that is not known yet: neither a mark nor a gap has come.
        """
        count = len(self.millisecond)
        gap = int(np.searchsorted(self.apart, self.apart[0] + 1)) if count else 0
        first, last = (int(marks[0]) if len(marks) else count for marks in (self.firsts, self.lasts))
        if min(first, last, gap) == count:
            return None
        return last + 1 if last < min(first, gap) else 0

    def orders(self) -> Numbers:
        """Return for each record the number of the first record of its order: its own if it stands alone."""
        number = np.arange(len(self.millisecond))
        if not len(self.firsts):
            return number
        starts, ends = self.firsts, self._ends()
        ends = np.where(ends < 0, self._same_millisecond(), ends)
        owner = np.searchsorted(starts, number, side="right") - 1
        inside = (owner >= 0) & (number <= ends[owner])
        return np.where(inside, starts[owner], number)

    def open_from(self) -> int:
        """Return where an order begins that may go on behind the records; their number if there is none."""
        count = len(self.millisecond)
        if not len(self.firsts) or (len(self.lasts) and self.lasts[-1] > self.firsts[-1]):
            return count
        start = int(self.firsts[-1])
        goes_on = self.apart[-1] == self.apart[start] and count - start < MOST_PARTS
        return start if goes_on else count

    def _ends(self) -> Numbers:
        """Return the last part of each first one; -1 where it is not there."""
        starts, count = self.firsts, len(self.millisecond)
        at = np.searchsorted(self.lasts, starts, side="right")
        last = np.append(self.lasts, count)[at]
        following = np.append(starts[1:], count)
        there = np.minimum(last, count - 1)
        whole = (last < following) & (self.apart[there] == self.apart[starts]) & (last - starts < MOST_PARTS)
        return np.where(whole, last, -1)

    def _same_millisecond(self) -> Numbers:
        """Return how far each first part's millisecond goes on: parts of an order whose last mark is lost."""
        starts, count = self.firsts, len(self.millisecond)
        edges = np.flatnonzero(np.diff(self.millisecond) | np.diff(self.apart)) + 1
        edge = np.append(edges, count)[np.searchsorted(edges, starts, side="right")]
        ends: Numbers = np.minimum(edge, np.append(starts[1:], count)) - 1
        return ends
