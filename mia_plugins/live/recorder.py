"""Keeps the rows that a session used, as they were stamped: logs that outlive a kill, a catalog afterwards.

run/recording/ESM6.XCME/trades.rows   rows of a contract, as they lie in memory, while the session lasts
run/recording/tables/vix.arrows       rows of a table, as they became known
run/recorded/                         the catalog that they become (`mia_plugins.live.sealing`)
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa

from mia_plugins.data.arrow import Kind, kind_of
from mia_plugins.data.columns import LEVELS, Bars, Depth, Quotes, Trades
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.instruments import Contract
from mia_plugins.data.tables import as_known
from mia_plugins.runs.appended import Appended
from mia_plugins.runs.errors import told
from mia_plugins.runs.rows import RowLog
from mia_plugins.runtime.each import each_done
from mia_plugins.tape.tape import Rows

LOGS = "recording"
TABLES = "tables"
LOG = ".rows"
TABLE_LOG = ".arrows"
CLASSES: Mapping[Kind, type[Rows]] = {
    Kind.TRADES: Trades, Kind.QUOTES: Quotes, Kind.DEPTH: Depth, Kind.BARS: Bars
}  # fmt: skip
READ_AT_ONCE = 20_000
"""Rows."""


def form_of(kind: Kind) -> np.dtype[np.void]:
    """Return how a row lies in its log: its columns, ticks and contracts as whole numbers."""
    first, *others = CLASSES[kind].__slots__
    shapes = dict.fromkeys(others, ("<i4", (LEVELS,)) if kind is Kind.DEPTH else ("<i8", ()))
    types = [(name, "|i1" if name == "side" else form, shape) for name, (form, shape) in shapes.items()]
    return np.dtype([(first, "<i8", ()), *types])


FORMS = {kind: form_of(kind) for kind in CLASSES}


class Recorder:
    """Takes the rows of a session; a process that is killed takes none of them along."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the run's."""
        self._folder = folder / LOGS
        self._tables: dict[str, RowLog] = {}
        self._logs: dict[tuple[str, Kind], Appended] = {}
        self._last: dict[tuple[str, Kind], int] = {}

    def take(self, contract: Contract, rows: Rows) -> None:
        """Write rows of a contract, stamped as whoever decides will see them."""
        if not len(rows):
            return
        key = contract.instrument_id, kind_of(rows)
        last, ts = self._last.get(key, 0), rows.ts
        if int(ts[0]) < last or (ts[1:] < ts[:-1]).any():
            raise CatalogError(
                f"{key[1]} of {key[0]} go back in time while they are recorded: after {last} comes "
                f"{int(ts.min())} (UTC ns)",
                "this is a fault of mia's: please report it with the run's folder",
            )
        self._last[key] = int(ts[-1])
        if key not in self._logs:
            self._logs[key] = Appended(self._place(key[0], f"{key[1]}{LOG}"))
        self._logs[key].write(_piece_of(key[1], rows))

    def table(self, name: str, rows: pa.Table) -> None:
        """Write rows of a table, such as levels, as they became known."""
        rows = as_known(name, rows)
        if name not in self._tables:
            self._tables[name] = RowLog(self._place(TABLES, f"{name}{TABLE_LOG}"), rows.schema)
        for batch in rows.combine_chunks().to_batches():
            self._tables[name].write(batch)

    def close(self) -> None:
        """End the logs."""
        rows, tables = self._logs.values(), self._tables.values()
        each_done(*(log.close for log in rows), *(log.close for log in tables))

    def __enter__(self) -> Self:
        """Go on."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the logs, however the session ended."""
        self.close()

    def _place(self, folder: str, name: str) -> Path:
        path = self._folder / folder / name
        with told(path, "written"):
            path.parent.mkdir(parents=True, exist_ok=True)
        return path


def _piece_of(kind: Kind, rows: Rows) -> np.ndarray[Any, Any]:
    """Return rows as they lie in their log."""
    piece = np.empty(len(rows), FORMS[kind])
    for name in rows.__slots__:
        piece[name] = getattr(rows, name)
    return piece


def recorded_rows(path: Path, kind: Kind) -> Iterator[Rows]:
    """Yield the whole rows of a log, a piece at a time."""
    form = FORMS[kind]
    with told(path, "read"), path.open("rb") as file:
        while piece := file.read(READ_AT_ONCE * form.itemsize):
            found = np.frombuffer(piece, form, len(piece) // form.itemsize)
            if len(found):
                yield CLASSES[kind](*(_column(found[name]) for name in CLASSES[kind].__slots__))


def _column(found: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.ascontiguousarray(found, np.int8 if found.dtype == np.int8 else np.int64)
