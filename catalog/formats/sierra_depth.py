"""Sierra Chart's `.depth`: changes of the book, from which its ten best levels are rebuilt.

A CLEAR begins a snapshot. A book is told only where a batch ends, and only when its ten best levels are
others than before; until the first CLEAR nothing is known.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from catalog.books.ladder import (
    ABSENT,
    CLEAR,
    DELETE,
    ENDS,
    KNOWN,
    LOST,
    LOTS,
    NOTHING,
    ORDERS,
    SET,
    SIDE,
    TICKS,
    WHAT,
    follow,
    new_ladder,
)
from catalog.formats.sierra import is_in_days, read_header, records, times
from catalog.imports.sifting import NO_TIME
from mia_plugins.data.columns import LEVELS, Depth
from mia_plugins.importing import NO_PRICE, Importer, MarketRows, Part, Rejected, Source
from mia_plugins.importing.moments import EARLIEST, LATEST

MAGIC = b"SCDD"
"""0x44444353, little-endian."""
HEADER, RECORD = 64, 24
"""Bytes, usually; the magic is followed by their sizes."""
FIELDS = [
    *(("time", "<i8"), ("command", "u1"), ("flags", "u1"), ("orders", "<u2")),
    *(("price", "<f4"), ("lots", "<u4"), ("reserved", "<u4")),
]
END_OF_BATCH = 1
_WHAT = np.array([NOTHING, CLEAR, SET, SET, SET, SET, DELETE, DELETE])
_SIDE = np.array([0, 0, 0, 1, 0, 1, 0, 1])
"""Of each command: none, clear, add bid, add ask, modify bid, modify ask, delete bid, delete ask."""
_REJECTED = -1
"""What a change does that is not followed."""
_MOST = 2**31 - 1
CUT_SHORT = "the last record is cut short"
EARLY = "a change before the first snapshot of the book"
PART = 1 << 15
"""Changes that are followed at a time: each may tell a book of sixty numbers."""


class DepthImporter(Importer):
    """Reads `.depth`."""

    @property
    def feed(self) -> str:
        """Who tells of the rows."""
        return "Sierra Chart"

    def parts(self, source: Source) -> Iterator[Part]:
        """Yield books of ten levels."""
        symbol = source.symbol()
        with source.open() as opened:
            header, size = read_header(opened, source, MAGIC, (HEADER, RECORD))
            reader = None
            first = 0
            for found, rest in records(opened, header, size, FIELDS):
                reader = reader or _Books(source, symbol, (header, size), found)
                for start in range(0, len(found), PART):
                    piece = found[start : start + PART]
                    yield reader.part(piece, first)
                    first += len(piece)
                if rest:
                    done = header + first * size
                    cut = Rejected(1, f"byte {done}")
                    yield Part(read=1, done=done + len(rest), rejected={CUT_SHORT: cut})


class _Books:
    """The book as it is followed through a file."""

    def __init__(self, source: Source, symbol: str, sizes: tuple[int, int], found: NDArray[np.void]) -> None:
        self._symbol = symbol
        self._grid = source.grid(symbol)
        self._header, self._size = sizes
        self._in_days = bool(len(found)) and is_in_days(int(found["time"][0]))
        self._book = new_ladder()
        self._told = np.empty((PART, 6 * LEVELS), np.int32)
        self._ends = np.empty(PART, np.int64)

    def part(self, found: NDArray[np.void], first: int) -> Part:
        """Return the books of some changes, of which the first has the number `first` in the file."""
        ts = times(np.ascontiguousarray(found["time"]), in_days=self._in_days)
        changes, rejected = self._changes(found, ts, first)
        odd = self._book.counts[[ABSENT, LOST]].copy()
        out = changes[:, WHAT] == _REJECTED
        # A record that is rejected may be the last of its batch all the same.
        changes[out, WHAT] = NOTHING
        is_early = self._early(changes)
        rows = follow(self._book, changes, self._told, self._ends)
        if (is_early & ~out).any():
            place = int(np.argmax(is_early & ~out))
            rejected[EARLY] = Rejected(int((is_early & ~out).sum()), self._byte(first + place))
        ended = self._ends[:rows].copy()
        columns = Depth(ts[ended], *self._levels(rows))
        absent, lost = (self._book.counts[[ABSENT, LOST]] - odd).tolist()
        kinds = {"deleted levels that were not there": absent, "levels beyond the worst that are kept": lost}
        taken = MarketRows(self._symbol, columns, place=lambda row: self._byte(first + int(ended[row])))
        refused = sum(one.count for one in rejected.values())
        return Part(
            read=len(found),
            done=self._header + (first + len(found)) * self._size,
            rows=(taken,),
            joined=len(found) - rows - refused + int(out[ended].sum()),
            rejected=rejected,
            beside=int(out[ended].sum()),
            flagged={kind: count for kind, count in kinds.items() if count},
        )

    def _early(self, changes: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which changes come before the first snapshot."""
        if self._book.counts[KNOWN]:
            return np.zeros(len(changes), np.bool_)
        begins = np.flatnonzero(changes[:, WHAT] == CLEAR)
        early: NDArray[np.bool_] = np.arange(len(changes)) < (begins[0] if len(begins) else len(changes))
        return early

    def _changes(
        self, found: NDArray[np.void], ts: NDArray[np.int64], first: int
    ) -> tuple[NDArray[np.int64], dict[str, Rejected]]:
        """Return records as changes, and which cannot be, by reason."""
        known = found["command"] < len(_WHAT)
        command = np.where(known, found["command"], 0)
        ticks = self._grid.ticks(found["price"], ts)
        has_price = np.isin(_WHAT[command], (SET, DELETE))
        lots = found["lots"].astype(np.int64)
        wrong = {
            "a command that there is not": ~known,
            NO_TIME: (ts < EARLIEST) | (ts >= LATEST),
            "a price that is no whole number of ticks above 0": has_price
            & ((ticks == NO_PRICE) | (ticks <= 0)),
            "a size of more contracts than can be": has_price & (lots > _MOST),
        }
        changes = np.zeros((len(found), 6), np.int64)
        changes[:, WHAT] = _WHAT[command]
        changes[:, SIDE] = _SIDE[command]
        changes[:, TICKS] = np.where(has_price, ticks, 0)
        changes[:, LOTS] = lots
        changes[:, ORDERS] = found["orders"]
        # A book of no time cannot be told; the end of the next batch tells it.
        changes[:, ENDS] = (found["flags"] & END_OF_BATCH) * ~wrong[NO_TIME]
        rejected = {}
        left = np.ones(len(found), np.bool_)
        for reason, one in wrong.items():
            out = one & left
            if out.any():
                rejected[reason] = Rejected(int(out.sum()), self._byte(first + int(np.argmax(out))))
                left &= ~out
        changes[~left, WHAT] = _REJECTED
        return changes, rejected

    def _levels(self, rows: int) -> list[NDArray[np.int32]]:
        """Return the told levels in the order of `Depth`."""
        bid_ticks, bid_lots, bid_orders, ask_ticks, ask_lots, ask_orders = (
            self._told[:rows].reshape(rows, 6, LEVELS).transpose(1, 0, 2).copy()
        )
        return [bid_ticks, ask_ticks, bid_lots, ask_lots, bid_orders, ask_orders]

    def _byte(self, record: int) -> str:
        return f"byte {self._header + record * self._size}"
