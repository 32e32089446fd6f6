"""Row groups of Parquet in one order of time, cut into chunks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mia_plugins.data.arrow import Kind, times_of
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.instruments import Contract
from mia_plugins.making.plan import Plan
from mia_plugins.runtime.context import TradingDay

CHUNK = 50_000
"""Rows at most in a chunk of one stream: a second's work, after which Ctrl-C is looked for."""


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one stream in a chunk."""

    product: str
    contract: Contract
    kind: Kind
    table: pa.Table
    where: str
    """The file, for messages."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """All rows from the end of the chunk before up to `end`."""

    parts: tuple[Part, ...]
    """In the fixed order of the streams, which decides ties."""
    end: int
    """UTC ns; no row of it has this time or a later one, and all earlier ones are there."""
    rows: int


class _Stream:
    """One kind of data of one contract in one session."""

    def __init__(self, plan: Plan, day: TradingDay, product: str, kind: Kind) -> None:
        self.product, self.kind = product, kind
        self.contract = day.contracts[product]
        self._tables = self._read(plan, day)
        self._table: pa.Table | None = None
        self.ts: NDArray[np.int64] = np.empty(0, np.int64)
        self.is_whole = False
        """Whether all that is left is in `ts`."""
        self._where = ""

    def fill(self) -> None:
        """Have some rows, if there are any left."""
        while not len(self.ts) and not self.is_whole:
            self.more()

    def more(self) -> None:
        """Add a row group to the rows at hand."""
        table, where = next(self._tables, (None, ""))
        if table is None:
            self.is_whole = True
            return
        ts = times_of(table["ts_init"].combine_chunks())
        joined = np.concatenate((self.ts, ts))
        if (np.diff(joined) < 0).any():
            row = int(np.argmax(np.diff(joined) < 0))
            raise CatalogError(
                f"{where}: rows are out of order ({joined[row + 1]} comes after {joined[row]}, UTC ns)",
                "`mia catalog check` lists all such rows; import the data again",
            )
        self._table = pa.concat_tables([self._table, table]) if len(self.ts) else table
        self.ts, self._where = joined, where

    def take(self, end: int) -> Part | None:
        """Return the rows before `end` (UTC ns) and have them no more."""
        count = int(np.searchsorted(self.ts, end, side="left"))
        if not count or self._table is None:
            return None
        taken = self._table.slice(0, count)
        self._table, self.ts = self._table.slice(count), self.ts[count:]
        return Part(self.product, self.contract, self.kind, taken, self._where)

    def _read(self, plan: Plan, day: TradingDay) -> Iterator[tuple[pa.Table | None, str]]:
        """Yield the row groups of the session, without what lies outside of it."""
        start, end = day.session.open, day.session.close
        for file in plan.files[self.contract.instrument_id, self.kind]:
            if file.start >= end + _at_close(self.kind) or file.end < start:
                continue
            where = plan.catalog.files.full(file.path)
            for table in plan.catalog.row_groups(file.path, start, end):
                ts = times_of(table["ts_init"].combine_chunks())
                first, last = np.searchsorted(ts, (start, end + _at_close(self.kind)), side="left")
                if first < last:
                    yield table.slice(int(first), int(last - first)), where


def _at_close(kind: Kind) -> int:
    """Return 1 for bars, of which the last is stamped at the session's very end."""
    return 1 if kind is Kind.BARS else 0


def chunks(plan: Plan, day: TradingDay, chunk_ns: int | None = None) -> Iterator[Chunk]:
    """Yield a session in chunks; `chunk_ns` cuts it at multiples of that many ns too."""
    streams = [_Stream(plan, day, code, kind) for code in day.contracts for kind in plan.kinds_of(code)]
    while True:
        for stream in streams:
            stream.fill()
        alive = [stream for stream in streams if len(stream.ts)]
        if not alive:
            return
        end = _end_of(alive, chunk_ns, day.session.close + 1)
        parts = tuple(part for stream in streams if (part := stream.take(end)))
        if parts:
            yield Chunk(parts, end, sum(part.table.num_rows for part in parts))
        else:  # more rows of one time than a row group has
            min((s for s in alive if not s.is_whole), key=lambda s: int(s.ts[-1])).more()


def _end_of(streams: list[_Stream], chunk_ns: int | None, last: int) -> int:
    """Return up to when all rows are at hand and not too many."""
    ends = [int(stream.ts[-1]) for stream in streams if not stream.is_whole]
    ends += [int(s.ts[CHUNK]) for s in streams if len(s.ts) > CHUNK and s.ts[CHUNK] > s.ts[0]]
    if chunk_ns is not None:
        first = min(int(stream.ts[0]) for stream in streams)
        ends.append((first // chunk_ns + 1) * chunk_ns)
    return min([*ends, last])


def ipc_bytes(table: pa.Table) -> bytes:
    """Return a table as the bytes that Nautilus' wranglers read."""
    sink: Any = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())
