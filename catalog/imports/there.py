"""What a whole day of a catalog holds of a series, as records."""

import datetime as dt
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from catalog.imports.records import DTYPES, Records, records_of
from catalog.imports.staging import SeriesKey, by_minute
from mia_plugins.data.arrow import columns_of, identifier_of, times_of
from mia_plugins.data.layout import data_files
from mia_plugins.data.store import Store


class There:
    """What is there of one series on one day."""

    has_ids = False
    """Whether ids are to be read: those of trades that are their feed's own."""

    def __init__(self, store: Store, day: dt.date, key: SeriesKey) -> None:
        """Look for its files."""
        self.key = key
        self.kind, self.instrument_id = key
        self.store = store
        self.files = [
            file
            for file in data_files((path, 0) for path in store.files_of(day))
            if (file.kind, file.identifier) == (self.kind, identifier_of(*key))
        ]

    def between(self, start: int, end: int) -> Records:
        """Return the rows from `start` until before `end` (UTC ns)."""
        found = [np.empty(0, DTYPES[self.kind])]
        for file in self.files:
            for table in self.store.row_groups(file.path, start, end - 1):
                ids = _numbers(table["trade_id"]) if self.has_ids else None
                rows = records_of(columns_of(self.kind, table, file.path), ids)
                found.append(rows[(rows["ts"] >= start) & (rows["ts"] < end)])
        return np.concatenate(found)

    def minutes(self) -> Counter[int]:
        """Return its rows by minute since 1970."""
        found: Counter[int] = Counter()
        for file in self.files:
            for table in self.store.row_groups(file.path, columns=["ts_init"]):
                found.update(by_minute(times_of(table["ts_init"].combine_chunks())))
        return found


def _numbers(ids: pa.ChunkedArray) -> NDArray[np.int64] | None:
    """Return ids as numbers; None if one is none, as with those that Nautilus wrote for somebody else."""
    if not pc.all(pc.match_substring_regex(ids, r"^-?\d{1,18}$")).as_py():
        return None
    numbers: NDArray[np.int64] = ids.cast(pa.int64()).to_numpy()
    return numbers
