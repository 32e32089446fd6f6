"""One kind of data of one instrument, in order of time, with a hand that only moves forward."""

from collections.abc import Callable
from typing import Any

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
        self._room: Room[T] | None = None
        """What the rows lie in, with place behind them, where they came in more than one piece."""
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
        self._rows = self._after_those_that_are_there(rows)
        self._end -= min(self._first, len(self._ts))
        self._first = 0
        self._ts = self._rows.ts
        self._stretch = None

    def _after_those_that_are_there(self, rows: T) -> T:
        """Return the rows that may still be read, and others after them."""
        if self._first == len(self._ts):
            self._room = None
            return rows
        self._room = self._room or Room(self._rows)
        return self._room.with_more(rows, forgotten=self._first)

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


class Room[T: Trades | Depth | Quotes]:
    """Columns with place for more behind them: live, a minute of the book comes in hundreds of pieces.

    What was given out is never written over.
    """

    def __init__(self, rows: T) -> None:
        self._columns = [getattr(rows, name) for name in rows.__slots__]
        self._types = [column.dtype for column in self._columns]
        self._start, self._end = 0, len(rows)

    def with_more(self, more: T, *, forgotten: int) -> T:
        """Return the rows without so many of the first, and more of them behind."""
        self._start += forgotten
        end, added = self._end + len(more), [getattr(more, name) for name in more.__slots__]
        types = [
            np.promote_types(*both) for both in zip(self._types, (one.dtype for one in added), strict=True)
        ]
        if end > len(self._columns[0]) or types != self._types:
            self._move(2 * (end - self._start), types)
            end = self._end + len(more)
        for column, one in zip(self._columns, added, strict=True):
            column[self._end : end] = one
        self._end = end
        return type(more)(*(column[self._start : end] for column in self._columns))

    def _move(self, size: int, types: "list[np.dtype[Any]]") -> None:
        """Have place for so many rows; sizes of the book may become wider numbers."""
        kept, count = slice(self._start, self._end), self._end - self._start
        former, self._types = self._columns, types
        self._columns = [
            np.empty((size, *column.shape[1:]), type_) for column, type_ in zip(former, types, strict=True)
        ]
        for column, before in zip(self._columns, former, strict=True):
            column[:count] = before[kept]
        self._start, self._end = 0, count
