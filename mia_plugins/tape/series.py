"""One kind of data of one instrument, in order of time, with a hand that only moves forward."""

from collections.abc import Callable

import numpy as np

from mia_plugins.data.columns import Depth, Quotes, Trades, rows_of
from mia_plugins.tape.errors import LookAheadError, TapeError


class Series[T: Trades | Depth | Quotes]:
    """Rows that were loaded, of which those up to now can be read once.

    `advance(now)` opens the stretch of rows after the last `now` up to this one. Rows before it are
    gone: which are still in memory depends on how the data were cut, and nothing may depend on that.
    """

    def __init__(self, name: str, empty: Callable[[], T]) -> None:
        """`name` is for messages; `empty` makes columns without rows."""
        self._name = name
        self._rows = empty()
        self._ts = self._rows.ts
        self._first = 0
        self._end = 0
        self._floor = -1
        self._now = -1
        self.count = 0
        """Rows that were opened."""
        self._stretch: T | None = None
        """All rows that are open, once somebody has asked for them: most who ask want just these."""

    def load(self, rows: T) -> None:
        """Add rows after those that are there; they may lie in the future."""
        if not len(rows):
            return
        last = int(self._ts[-1]) if len(self._ts) else self._now
        if int(rows.ts[0]) < last or (np.diff(rows.ts) < 0).any():
            raise TapeError(
                f"{self._name} come out of order: after {last} comes {int(rows.ts.min())} (UTC ns)",
                "`mia catalog check` lists all such rows",
            )
        if int(rows.ts[0]) <= self._now:
            raise TapeError(f"{self._name} of {int(rows.ts[0])} come late: it is {self._now} (UTC ns)")
        keep = slice(self._first, None)
        self._rows = _joined(rows_of(self._rows, keep), rows) if self._first < len(self._ts) else rows
        self._end -= min(self._first, len(self._ts))
        self._first = 0
        self._ts = self._rows.ts
        self._stretch = None

    def advance(self, now: int) -> None:
        """Open the rows after the last `now` up to this one (UTC ns)."""
        self._floor, self._now = self._now, now
        self._first = self._end
        self._stretch = None
        if self._end < len(self._ts):
            self._end += int(self._ts[self._end :].searchsorted(now, "right"))
            self.count += self._end - self._first

    def rows(self, lo: int, hi: int) -> T:
        """Return the rows with lo < ts <= hi (UTC ns), which must lie in the stretch that is open."""
        if hi > self._now:
            raise LookAheadError(
                f"{self._name} up to {hi} (UTC ns) were asked for when it was {self._now}",
                "read no further than `now`",
            )
        if lo < self._floor:
            raise TapeError(
                f"{self._name} from {lo} (UTC ns) were asked for; those up to {self._floor} are gone",
                "keep in the feature what it needs of the past",
            )
        if self._stretch is None:
            self._stretch = rows_of(self._rows, slice(self._first, self._end))
        if lo == self._floor and hi == self._now:
            return self._stretch
        first, end = np.searchsorted(self._stretch.ts, (lo, hi), side="right").tolist()
        return rows_of(self._stretch, slice(first, end))


def _joined[T: Trades | Depth | Quotes](one: T, other: T) -> T:
    """Return columns one after the other."""
    names = type(one).__slots__
    return type(one)(*(np.concatenate((getattr(one, name), getattr(other, name))) for name in names))
