"""Market data in a plain form: prices in points, sizes in contracts, times in UTC, a line an event.

Tables of our own keep their columns and units: labels are in ticks. Parquet says each column's unit in the
field's metadata; CSV has no place for it, so that `….units.csv` lies beside each file.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from catalog.formats.sierra_scid import scid_header, scid_records
from mia_plugins.data.arrow import TIME, Columns, Kind
from mia_plugins.data.catalog import FOREVER
from mia_plugins.data.columns import LEVELS, Bars, Depth, Quotes, Trades
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.files import told
from mia_plugins.data.instruments import TICK_POINTS
from mia_plugins.data.layout import table_day
from mia_plugins.data.sessions import Session, sessions
from mia_plugins.data.store import Store

_REACH = 14
"""Calendar days within which there is always a session."""
_SIDES = ("sell", "unknown", "buy")


class Form(StrEnum):
    """A file format."""

    CSV = "csv"
    PARQUET = "parquet"
    SCID = "scid"
    """Sierra Chart's, for trades."""


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


def nearest_days(start: dt.date | None, end: dt.date | None) -> tuple[Session | None, Session | None]:
    """Return the first session from a day on and the last until another; with none between it is an error."""
    first = sessions(start, _days_later(start, _REACH))[0] if start else None
    last = sessions(_days_later(end, -_REACH), end)[-1] if end else None
    if first and last and first.day > last.day:
        raise CatalogError(
            f"there is no trading day from {start} to {end}",
            f"the nearest ones are {min(first.day, last.day)} and {max(first.day, last.day)}",
        )
    return first, last


def _days_later(day: dt.date, days: int) -> dt.date:
    ends = dt.date.min.toordinal(), dt.date.max.toordinal()
    return dt.date.fromordinal(min(max(day.toordinal() + days, ends[0]), ends[1]))


def export(
    store: Store, series: Series, folder: Path, form: Form, span: tuple[int, int] = (0, FOREVER)
) -> Exported | None:
    """Write an instrument's data of a span (UTC ns, both ends included) to a file; None if there are none."""
    target = folder / f"{series.instrument_id}_{series.kind}.{form}"
    chunks = (cut(columns, *span) for columns in store.read(series.kind, series.instrument_id, *span))
    filled = (columns for columns in chunks if len(columns))
    if form is Form.SCID:
        return _write_scid(filled, target)
    return write((plain(columns) for columns in filled), target, form)


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
    return write(tables, folder / f"{name}.{form}", form)


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
    return _with_units(pa.table(found))


_UNITS = {
    "time": ("UTC", "when it could be known"),
    "side": ("", "who came to the other: a buyer, a seller or unknown"),
    "size": ("contracts", "what is quoted or was traded"),
    "volume": ("contracts", "what was traded"),
    "orders": ("orders", "how many stand there"),
}
"""Unit and meaning of a plain column by the last word of its name; all others are prices."""


def _with_units(table: pa.Table) -> pa.Table:
    """Return a plain table whose fields say their units."""
    fields = []
    for field in table.schema:
        word = field.name.rstrip("_0123456789").rpartition("_")[2]
        unit, help_ = _UNITS.get(word, ("points", "a price"))
        fields.append(field.with_metadata({"unit": unit, "help": help_}))
    return table.cast(pa.schema(fields))


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


def cut(columns: Columns, start: int, end: int) -> Columns:
    """Return the rows from `start` to `end`."""
    inside = (columns.ts >= start) & (columns.ts <= end)
    if inside.all():
        return columns
    make: Callable[..., Columns] = type(columns)
    return make(*(getattr(columns, name)[inside] for name in columns.__slots__))


def write(tables: Iterator[pa.Table], target: Path, form: Form) -> Exported | None:
    """Write tables to a file, whole or not at all; None if there are none."""
    first = next(tables, None)
    if first is None:
        return None
    rows = 0
    with _draft_of(target) as draft, _writer(form, draft, first.schema) as writer:
        for table in chain([first], tables):
            writer.write_table(table)
            rows += len(table)
    if form is Form.CSV:
        with told(str(target), "written"):
            pa_csv.write_csv(_described(first.schema), target.with_suffix(".units.csv"))
    return Exported(target, rows)


def _write_scid(chunks: Iterator[Columns], target: Path) -> Exported | None:
    """Write trades as Sierra's file, whole or not at all; None if there are none."""
    first = next(chunks, None)
    if first is None:
        return None
    rows = 0
    with _draft_of(target) as draft, draft.open("wb") as opened:
        opened.write(scid_header())
        for trades in chain([first], chunks):
            assert isinstance(trades, Trades)  # noqa: S101 the command asks for no other
            opened.write(scid_records(trades).tobytes())
            rows += len(trades)
    return Exported(target, rows)


@contextmanager
def _draft_of(target: Path) -> Iterator[Path]:
    """Give a path to write to; it becomes the target once all is written, or is gone."""
    draft = target.with_name(f".{target.name}.new")
    try:
        with told(str(target), "written"):
            target.parent.mkdir(parents=True, exist_ok=True)
            yield draft
            draft.replace(target)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


def _described(schema: pa.Schema) -> pa.Table:
    """Return each column with its unit and meaning, as far as the schema says them."""
    said = [field.metadata or {} for field in schema]
    units, helps = ([one.get(key, b"").decode() for one in said] for key in (b"unit", b"help"))
    # In CSV a time is a date and a time of day, whatever it is counted in elsewhere.
    units = [
        "UTC" if pa.types.is_timestamp(type_) else unit
        for type_, unit in zip(schema.types, units, strict=True)
    ]
    return pa.table({"column": schema.names, "unit": units, "meaning": helps})


def _writer(form: Form, path: Path, schema: pa.Schema) -> Any:
    return pa_csv.CSVWriter(path, schema) if form is Form.CSV else pq.ParquetWriter(path, schema)
