"""Rows of one file on their way into a catalog: kept on disk by trading day and series.

Whatever the size of the file, memory holds one part of it and what tells where its rows lie.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalog.imports.records import DTYPES, Records
from mia_plugins.data.arrow import Kind
from mia_plugins.data.bars import MINUTE
from mia_plugins.data.files import told


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Rows that came together."""

    first: int
    """The number of its first row."""
    rows: int
    start: int
    """Its earliest time: UTC ns."""
    end: int
    """Its latest time: UTC ns."""
    in_order: bool


@dataclass
class Spool:
    """The rows of one series and day, in the order in which they came."""

    path: Path
    kind: Kind
    has_ids: bool = True
    """Whether all of its trades came with ids of their own."""
    rows: int = 0
    minutes: Counter[int] = field(default_factory=Counter)
    """Rows by minute since 1970."""
    _chunks: list[_Chunk] = field(default_factory=list)

    def add(self, records: Records) -> None:
        """Add rows, in any order of time."""
        with told(str(self.path), "written"), self.path.open("ab") as opened:
            opened.write(records.tobytes())
        ts = records["ts"]
        in_order = bool((np.diff(ts) >= 0).all())
        self._chunks.append(_Chunk(self.rows, len(records), int(ts.min()), int(ts.max()), in_order))
        self.rows += len(records)
        self.minutes.update(by_minute(ts))

    @property
    def start(self) -> int:
        """The earliest time: UTC ns."""
        return min(chunk.start for chunk in self._chunks)

    @property
    def end(self) -> int:
        """The latest time: UTC ns."""
        return max(chunk.end for chunk in self._chunks)

    def between(self, start: int, end: int) -> Records:
        """Return the rows from `start` until before `end` (UTC ns), by time, at one time as they came."""
        dtype = DTYPES[self.kind]
        found = [np.empty(0, dtype)]
        with told(str(self.path), "read"), self.path.open("rb") as opened:
            for chunk in self._chunks:
                if chunk.start < end and chunk.end >= start:
                    opened.seek(chunk.first * dtype.itemsize)
                    # Read, not mapped: pages of a map would count as memory of ours.
                    rows = np.frombuffer(opened.read(chunk.rows * dtype.itemsize), dtype)
                    found.append(rows[(rows["ts"] >= start) & (rows["ts"] < end)])
        rows = np.concatenate(found)
        if (np.diff(rows["ts"]) < 0).any():
            rows = rows[np.argsort(rows["ts"], kind="stable")]
        return rows


def by_minute(ts: NDArray[np.int64]) -> dict[int, int]:
    """Return how many times lie in each minute since 1970."""
    minutes, counts = np.unique(ts // MINUTE, return_counts=True)
    return dict(zip(minutes.tolist(), counts.tolist(), strict=True))


SeriesKey = tuple[Kind, str]
"""A kind of data, and the id of its instrument."""


class Staging:
    """The rows of one file, by trading day and series; tables of ours are small and stay in memory."""

    def __init__(self, folder: Path) -> None:
        """`folder` is there and empty, and is the caller's to delete."""
        self._folder = folder
        self._spools: dict[dt.date, dict[SeriesKey, Spool]] = {}
        self._tables: dict[dt.date, dict[str, list[pa.Table]]] = {}

    def add(self, day: dt.date, key: SeriesKey, records: Records, *, has_ids: bool) -> None:
        """Add rows of a series."""
        series = self._spools.setdefault(day, {})
        if key not in series:
            kind, instrument_id = key
            series[key] = Spool(self._folder / f"{day}.{kind}.{instrument_id}", kind)
        series[key].has_ids &= has_ids
        series[key].add(records)

    def add_table(self, day: dt.date, name: str, table: pa.Table) -> None:
        """Add rows of a table."""
        self._tables.setdefault(day, {}).setdefault(name, []).append(table)

    @property
    def days(self) -> list[dt.date]:
        """The trading days of which there is anything, in order."""
        return sorted({*self._spools, *self._tables})

    def spools(self, day: dt.date) -> Iterator[tuple[SeriesKey, Spool]]:
        """Yield the series of a day in a fixed order."""
        yield from sorted(self._spools.get(day, {}).items())

    def tables(self, day: dt.date) -> Iterator[tuple[str, pa.Table]]:
        """Yield the tables of a day in a fixed order."""
        for name, tables in sorted(self._tables.get(day, {}).items()):
            yield name, pa.concat_tables(tables)

    @property
    def rows(self) -> int:
        """Rows of market data in all."""
        return sum(spool.rows for series in self._spools.values() for spool in series.values())
