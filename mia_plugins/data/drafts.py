"""A trading day in the making: its files are drafts until the whole day is published.

1. Whoever makes the day writes drafts under `mia/drafts/<day>/` and, at the end, seals them: a list of
   what each draft is to become. Days can be made by several processes at once.
2. One process publishes sealed days: every draft is moved to its place and the day is recorded.

Whatever interrupts this, a day that is sealed is published by the next run and one that is not is
thrown away, so that a reader never meets half a day that looks whole.
"""

import datetime as dt
import json
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mia_plugins.data.arrow import Columns, Kind, kind_of, schema_of, table_of
from mia_plugins.data.columns import Whole, rows_of
from mia_plugins.data.digests import DigestingStream
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.files import Files, told
from mia_plugins.data.layout import DRAFTS, data_path, table_path
from mia_plugins.data.tables import as_known

ROW_GROUP = {Kind.TRADES: 50_000, Kind.QUOTES: 50_000, Kind.DEPTH: 5_000, Kind.BARS: 50_000}
"""Rows a row group: what a reader holds at once. Depth has forty numbers a row."""
TABLE_ROW_GROUP = 50_000
SEAL = "sealed.json"


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A draft that is whole."""

    draft: str
    target: str
    """The path it is to have."""
    rows: int
    digest: str
    """Of its bytes: see `mia_plugins.data.digests`."""
    replaces: tuple[str, ...] = ()
    """Files of the day whose rows are in it."""


def sealed_days(files: Files) -> dict[dt.date, list[SealedFile]]:
    """Return the days that are sealed and not yet published, with their files.

    A seal that cannot be read, as a loss of power may leave one, seals nothing.
    """
    found = {}
    for path in files.under(DRAFTS):
        folder, _, name = path.rpartition("/")
        if name == SEAL:
            content = files.read(path)
            with suppress(ValueError, TypeError):
                day = dt.date.fromisoformat(folder.rpartition("/")[2])
                found[day] = [_sealed(entry) for entry in json.loads(content)]
    return found


def _sealed(entry: dict[str, Any]) -> SealedFile:
    file = SealedFile(**entry)
    return replace(file, replaces=tuple(file.replaces))


def discard(files: Files, day: dt.date) -> None:
    """Throw away what there is of a day under drafts."""
    files.delete_folder(f"{DRAFTS}/{day}")


class _Writer:
    """One Parquet file, whose bytes depend on its rows and not on the chunks they came in."""

    def __init__(self, files: Files, path: str, schema: pa.Schema, row_group: int) -> None:
        self.path = path
        self._where = files.full(path)
        self._row_group = row_group
        self._pending = schema.empty_table()
        self._stream = DigestingStream(files.create(path))
        # Nautilus calls the elements of a list `item`, which is not the compliant name.
        self._parquet = pq.ParquetWriter(
            self._stream, schema, compression="zstd", use_compliant_nested_type=False
        )
        self.rows = 0

    def append(self, table: pa.Table) -> None:
        """Add rows."""
        self.rows += len(table)
        self._pending = pa.concat_tables([self._pending, table])
        while len(self._pending) >= self._row_group:
            self._write(self._pending.slice(0, self._row_group))
            self._pending = self._pending.slice(self._row_group)

    def close(self) -> None:
        """Write what remains and the end of the file."""
        if len(self._pending):
            self._write(self._pending)
        with told(self._where, "written"):
            self._parquet.close()
            self._stream.close()

    @property
    def digest(self) -> str:
        """The digest of the file's bytes, once it is closed."""
        return self._stream.digest

    def abandon(self) -> None:
        """Let go of a file that will be thrown away; a disk that is full complains once more."""
        for close in (self._parquet.close, self._stream.close):
            in_vain(close)

    def _write(self, table: pa.Table) -> None:
        with told(self._where, "written"):
            # One chunk: parquet's pages end where chunks do.
            self._parquet.write_table(table.combine_chunks(), row_group_size=self._row_group)


class _Series:
    """An instrument's data of one kind, as they come in."""

    def __init__(self, writer: _Writer, kind: Kind, instrument_id: str) -> None:
        self.writer = writer
        self.kind = kind
        self.instrument_id = instrument_id
        self.start: int | None = None
        self.end = 0

    def append(self, columns: Columns, ids: Whole | None, *, in_order: bool) -> None:
        """Add rows, at or after the last; `ids` are the source's own of trades."""
        if not len(columns):
            return
        first, last = int(columns.ts.min()), int(columns.ts.max())
        if in_order and (first < self.end or (np.diff(columns.ts) < 0).any()):
            raise CatalogError(
                f"{self.kind} of {self.instrument_id} go back in time",
                "sort them by ts; all files of a catalog are in the order of time",
            )
        # A row group at a time: what is worked on stays in the processor's cache.
        step = ROW_GROUP[self.kind]
        for row in range(0, len(columns), step):
            part = rows_of(columns, slice(row, row + step))
            numbers = None if ids is None else ids[row : row + step]
            self.writer.append(table_of(part, self.instrument_id, self.writer.rows, numbers))
        self.start = first if self.start is None else min(self.start, first)
        self.end = max(self.end, last)


class DayDraft:
    """What is written of one trading day; `with` seals it at the end and throws it away on an error."""

    def __init__(self, files: Files, day: dt.date, there: Collection[str] = ()) -> None:
        """`there` are the files that the day has already: each series that is written takes their place."""
        self.day = day
        self._files = files
        self._there = there
        self._folder = f"{DRAFTS}/{day}"
        self._series: dict[tuple[Kind, str], _Series] = {}
        self._tables: dict[str, _Writer] = {}
        self._drafts = 0

    def write(
        self, instrument_id: str, columns: Columns, *, ids: Whole | None = None, in_order: bool = True
    ) -> None:
        """Add data of an instrument, after what was added before.

        `ids` are the source's own of trades, else they are numbered. `in_order=False` lets them go back
        in time, for data that are to be bad.
        """
        kind = kind_of(columns)
        series = self._series.get((kind, instrument_id))
        if series is None:
            schema = schema_of(kind, instrument_id)
            series = _Series(self._writer(schema, ROW_GROUP[kind]), kind, instrument_id)
            self._series[kind, instrument_id] = series
        series.append(columns, ids, in_order=in_order)

    def write_table(self, name: str, table: pa.Table) -> None:
        """Add rows to a table of our own: one of `TABLES`, or one with the columns of its first rows."""
        table = as_known(name, table)
        if name not in self._tables:
            self._tables[name] = self._writer(table.schema, TABLE_ROW_GROUP)
        self._tables[name].append(table)

    def forget(self, kind: Kind, instrument_id: str) -> None:
        """Drop what was written of an instrument's data of one kind."""
        series = self._series.pop((kind, instrument_id), None)
        if series:
            series.writer.abandon()

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to seal."""
        return not self._tables and not any(series.start is not None for series in self._series.values())

    def __enter__(self) -> Self:
        discard(self._files, self.day)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._seal()
            return
        for writer in self._writers():
            writer.abandon()
        in_vain(lambda: discard(self._files, self.day))

    def _writer(self, schema: pa.Schema, row_group: int) -> _Writer:
        self._drafts += 1
        return _Writer(self._files, self._draft(self._drafts - 1), schema, row_group)

    def _writers(self) -> list[_Writer]:
        return [*(series.writer for series in self._series.values()), *self._tables.values()]

    def _draft(self, number: int) -> str:
        return f"{self._folder}/{number}.draft"

    def _seal(self) -> None:
        """Close every draft and write down what it becomes."""
        for writer in self._writers():
            writer.close()
        becoming = [
            (series.writer, data_path(series.kind, series.instrument_id, series.start, series.end))
            for series in self._series.values()
            if series.start is not None
        ]
        becoming += [(writer, table_path(name, self.day)) for name, writer in self._tables.items()]
        sealed = [
            SealedFile(one.path, target, one.rows, one.digest, self._replaced(target))
            for one, target in becoming
        ]
        entries = [asdict(file) for file in sealed]
        self._files.write(f"{self._folder}/{SEAL}", f"{json.dumps(entries, indent=1)}\n".encode())

    def _replaced(self, target: str) -> tuple[str, ...]:
        """Return the day's files of the same series or table: each has a folder of its own."""
        folder = target.rpartition("/")[0]
        return tuple(path for path in self._there if path.rpartition("/")[0] == folder)


def in_vain(action: Callable[[], object]) -> None:
    """Do what may fail without hiding the error that made it necessary."""
    with suppress(Exception):
        action()
