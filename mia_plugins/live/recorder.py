"""Keeps the rows that a session used, as they were stamped: logs that outlive a kill, a catalog afterwards.

run/recording/ESM6.XCME/trades.arrows   rows of a contract, while the session lasts
run/recording/tables/vix.arrows         rows of a table, as they became known
run/recorded/                           the catalog that they become (`mia_plugins.live.sealing`)
"""

from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa

from mia_plugins.data.arrow import Kind, kind_of
from mia_plugins.data.columns import LEVELS, Bars, Depth, Quotes, Trades
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.instruments import Contract
from mia_plugins.data.tables import as_known
from mia_plugins.runs.errors import told
from mia_plugins.runs.rows import RowLog
from mia_plugins.runtime.each import each_done
from mia_plugins.tape.tape import Rows

LOGS = "recording"
TABLES = "tables"
LOG = ".arrows"
HELD_SECONDS = 0.5
"""What a kill may take along of what led to no order."""

CLASSES: Mapping[Kind, type[Rows]] = {
    Kind.TRADES: Trades, Kind.QUOTES: Quotes, Kind.DEPTH: Depth, Kind.BARS: Bars
}  # fmt: skip
_LEVELS = pa.list_(pa.int32(), LEVELS)


def log_schema_of(kind: Kind) -> pa.Schema:
    """Return the columns of a log: those of the rows themselves, ticks and contracts as whole numbers."""
    first, *others = CLASSES[kind].__slots__
    other = _LEVELS if kind is Kind.DEPTH else pa.int64()
    types = {name: pa.int8() if name == "side" else other for name in others}
    return pa.schema([(first, pa.int64()), *types.items()])


class Recorder:
    """Takes the rows of a session; a process that is killed takes half a second of them along at most."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the run's."""
        self._folder = folder / LOGS
        self._logs: dict[Path, RowLog] = {}
        self._waiting: dict[tuple[str, Kind], list[Rows]] = {}
        self._last: dict[tuple[str, Kind], int] = {}
        self._next_flush = 0.0

    def take(self, contract: Contract, rows: Rows) -> None:
        """Keep rows of a contract, stamped as whoever decides saw them."""
        if not len(rows):
            return
        key = contract.instrument_id, kind_of(rows)
        last = self._last.get(key, 0)
        if int(rows.ts[0]) < last or (np.diff(rows.ts) < 0).any():
            raise CatalogError(
                f"{key[1]} of {key[0]} go back in time while they are recorded: after {last} comes "
                f"{int(rows.ts.min())} (UTC ns)",
                "this is a fault of mia's: please report it with the run's folder",
            )
        self._last[key] = int(rows.ts[-1])
        self._waiting.setdefault(key, []).append(rows)
        if monotonic() >= self._next_flush:
            self.flush()

    def table(self, name: str, rows: pa.Table) -> None:
        """Keep rows of a table, such as levels, as they became known."""
        rows = as_known(name, rows)
        log = self._log(self._folder / TABLES / f"{name}{LOG}", rows.schema)
        for batch in rows.combine_chunks().to_batches():
            log.write(batch)

    def flush(self, *, to_disk: bool = False) -> None:
        """Write what was taken; a kill takes nothing of it along, nor, `to_disk`, a loss of power."""
        self._next_flush = monotonic() + HELD_SECONDS
        waiting, self._waiting = self._waiting, {}
        for (instrument_id, kind), parts in waiting.items():
            log = self._log(self._folder / instrument_id / f"{kind}{LOG}", log_schema_of(kind))
            log.write(_batch_of(kind, parts))
            if to_disk:
                log.to_disk()

    def close(self) -> None:
        """Write what was taken and end the logs."""
        each_done(self.flush, lambda: each_done(*(log.close for log in self._logs.values())))

    def __enter__(self) -> Self:
        """Go on."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the logs, however the session ended."""
        self.close()

    def _log(self, path: Path, schema: pa.Schema) -> RowLog:
        if path not in self._logs:
            with told(path, "written"):
                path.parent.mkdir(parents=True, exist_ok=True)
            self._logs[path] = RowLog(path, schema)
        return self._logs[path]


def _batch_of(kind: Kind, parts: list[Rows]) -> pa.RecordBatch:
    """Return rows as a batch of their log."""
    schema = log_schema_of(kind)
    arrays = []
    for field in schema:
        columns = [getattr(part, field.name) for part in parts]
        values = columns[0] if len(columns) == 1 else np.concatenate(columns)
        if pa.types.is_fixed_size_list(field.type):
            flat = pa.array(np.ascontiguousarray(values, np.int32).ravel())
            arrays.append(pa.FixedSizeListArray.from_arrays(flat, LEVELS))
        else:
            arrays.append(pa.array(values, field.type))
    return pa.record_batch(arrays, schema=schema)


def rows_of_batch(kind: Kind, batch: pa.RecordBatch) -> Rows:
    """Return a batch of a log as rows."""
    found = []
    for column in batch.columns:
        if pa.types.is_fixed_size_list(column.type):
            found.append(column.flatten().to_numpy().reshape(-1, LEVELS).astype(np.int64))
        else:
            found.append(column.to_numpy(zero_copy_only=False))
    return CLASSES[kind](*found)
