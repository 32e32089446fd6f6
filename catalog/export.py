"""Market data in a plain form: prices in points, sizes in contracts, times in UTC, a line an event."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from catalog.store import Store
from mia_plugins.data.arrow import TIME, Columns, Kind
from mia_plugins.data.catalog import FOREVER
from mia_plugins.data.columns import LEVELS, Bars, Depth, Quotes, Trades
from mia_plugins.data.files import told
from mia_plugins.data.instruments import TICK_POINTS
from mia_plugins.data.layout import table_day

_SIDES = ("sell", "unknown", "buy")


class Form(StrEnum):
    """A file format."""

    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True, order=True)
class Series:
    """An instrument's data of one kind."""

    kind: Kind
    instrument_id: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written."""

    path: Path
    rows: int


def export(
    store: Store, series: Series, folder: Path, form: Form, span: tuple[int, int] = (0, FOREVER)
) -> Exported | None:
    """Write an instrument's data of a span (UTC ns, both ends included) to a file; None if there are none."""
    target = folder / f"{series.instrument_id}_{series.kind}.{form}"
    chunks = store.read(series.kind, series.instrument_id, *span)
    tables = (plain(_cut(columns, *span)) for columns in chunks)
    return _write((table for table in tables if len(table)), target, form)


def export_table(
    store: Store,
    name: str,
    folder: Path,
    form: Form,
    days: tuple[dt.date, dt.date] = (dt.date.min, dt.date.max),
) -> Exported | None:
    """Write a table of our own to a file, from a trading day to another; None if there are no rows."""
    first, last = days
    paths = [path for path in store.tables()[name] if first <= table_day(path) <= last]
    tables = (table for path in paths for table in store.row_groups(path))
    return _write(tables, folder / f"{name}.{form}", form)


def plain(columns: Columns) -> pa.Table:
    """Return columns as a table that a person can read."""
    found: dict[str, Any] = {"time": pa.array(columns.ts).cast(TIME)}
    match columns:
        case Trades():
            found |= {"price": _points(columns.ticks), "size": columns.lots}
            found["side"] = pa.array(_SIDES).take(pa.array(columns.side + 1))
        case Quotes():
            found |= {"bid": _points(columns.bid_ticks), "ask": _points(columns.ask_ticks)}
            found |= {"bid_size": columns.bid_lots, "ask_size": columns.ask_lots}
        case Bars():
            found |= {name: _points(getattr(columns, name)) for name in ("open", "high", "low", "close")}
            found["volume"] = columns.lots
        case Depth():
            for level in range(LEVELS):
                found |= _level(columns, level)
    return pa.table(found)


def _level(depth: Depth, level: int) -> dict[str, Any]:
    """Return a level's columns, numbered from 1; empty where there is no such level."""
    found: dict[str, Any] = {}
    for side in ("bid", "ask"):
        lots = getattr(depth, f"{side}_lots")[:, level]
        parts = {
            "": _points(getattr(depth, f"{side}_ticks")[:, level]),
            "_size": lots,
            "_orders": getattr(depth, f"{side}_counts")[:, level],
        }
        found |= {f"{side}{part}_{level + 1}": pa.array(v, mask=lots == 0) for part, v in parts.items()}
    return found


def _points(ticks: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return prices in points, which are exact: a tick is a quarter."""
    points: NDArray[np.float64] = ticks.astype(np.float64) * TICK_POINTS
    return points


def _cut(columns: Columns, start: int, end: int) -> Columns:
    """Return the rows from `start` to `end`."""
    inside = (columns.ts >= start) & (columns.ts <= end)
    if inside.all():
        return columns
    make: Callable[..., Columns] = type(columns)
    return make(*(getattr(columns, name)[inside] for name in columns.__slots__))


def _write(tables: Iterator[pa.Table], target: Path, form: Form) -> Exported | None:
    """Write tables to a file, whole or not at all."""
    first = next(tables, None)
    if first is None:
        return None
    draft = target.with_name(f".{target.name}.new")
    rows = 0
    try:
        with told(str(target), "written"):
            target.parent.mkdir(parents=True, exist_ok=True)
            with _writer(form, draft, first.schema) as writer:
                for table in _with_first(first, tables):
                    writer.write_table(table)
                    rows += len(table)
            draft.replace(target)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
    return Exported(target, rows)


def _with_first(first: pa.Table, others: Iterator[pa.Table]) -> Iterator[pa.Table]:
    yield first
    yield from others


def _writer(form: Form, path: Path, schema: pa.Schema) -> Any:
    return pa_csv.CSVWriter(path, schema) if form is Form.CSV else pq.ParquetWriter(path, schema)
