"""The first row in which a table of two runs differs, read a piece at a time."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mia_plugins.runs.draft import same_bytes
from mia_plugins.runs.errors import RunFileError, told
from mia_plugins.runs.plain import utc_text

ID = "id"
_ROWS = 20_000
_YES, _NO = pa.scalar(value=True), pa.scalar(value=False)
_AGAIN = "delete the run's folder and run it again"

Row = dict[str, Any]
Pair = tuple[pa.RecordBatch | None, pa.RecordBatch | None]


@dataclass(frozen=True)
class RowDifference:
    """The first row that differs, as each run has it."""

    row: int
    """Counts from 1; all rows before are alike."""
    columns: tuple[str, ...]
    """The columns that differ in it; none where one run lacks the row."""
    left: Row | None
    right: Row | None


@dataclass(frozen=True)
class TableDifference:
    """How a table of two runs differs."""

    table: str
    rows: tuple[int | None, int | None]
    """How many there are; None where a run has no such table."""
    only_left: tuple[str, ...] = ()
    """Columns that the right run has not."""
    only_right: tuple[str, ...] = ()
    first: RowDifference | None = None
    """In the columns that both have."""


def table_difference(
    table: str, left: Path | None, right: Path | None, *, shared_ids: bool = False
) -> TableDifference | None:
    """Return how a table differs; None where both runs have the same rows.

    With `shared_ids` only the rows whose id both have are compared: one of the runs kept fewer of them.
    """
    if left is None or right is None:
        return TableDifference(table, (_rows_of(left), _rows_of(right)))
    if same_bytes(left, right):
        return None
    with _opened(left) as one, _opened(right) as other:
        names = one.schema_arrow.names, other.schema_arrow.names
        common = [name for name in names[0] if name in names[1]]
        batches = _batches(one, common, left), _batches(other, common, right)
        pairs = _shared(*batches) if shared_ids and ID in common else _side_by_side(*batches)
        found = TableDifference(
            table,
            (one.metadata.num_rows, other.metadata.num_rows),
            tuple(name for name in names[0] if name not in names[1]),
            tuple(name for name in names[1] if name not in names[0]),
            _first_row(pairs) if common else None,
        )
    return found if found.first or found.only_left or found.only_right else None


def _rows_of(path: Path | None) -> int | None:
    return None if path is None else row_count(path)


def row_count(path: Path) -> int:
    """Return how many rows a table has."""
    with _opened(path) as parquet:
        return int(parquet.metadata.num_rows)


def _opened(path: Path) -> pq.ParquetFile:
    try:
        with told(path, "read", _AGAIN):
            return pq.ParquetFile(path)
    except pa.ArrowException as error:
        raise _damaged(path, error) from error


def _batches(parquet: pq.ParquetFile, columns: list[str], path: Path) -> Iterator[pa.RecordBatch]:
    try:
        with told(path, "read", _AGAIN):
            yield from (batch for batch in parquet.iter_batches(_ROWS, columns=columns) if batch.num_rows)
    except pa.ArrowException as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> RunFileError:
    return RunFileError(f"{path} is damaged: {' '.join(str(error).split())}", _AGAIN)


def _side_by_side(left: Iterator[pa.RecordBatch], right: Iterator[pa.RecordBatch]) -> Iterator[Pair]:
    """Yield pieces of the same rows of both, and None for the one that has ended."""
    one, other = next(left, None), next(right, None)
    while one is not None and other is not None:
        rows = min(one.num_rows, other.num_rows)
        yield one.slice(0, rows), other.slice(0, rows)
        one = one.slice(rows) if rows < one.num_rows else next(left, None)
        other = other.slice(rows) if rows < other.num_rows else next(right, None)
    if one is not None or other is not None:
        yield one, other


def _shared(left: Iterator[pa.RecordBatch], right: Iterator[pa.RecordBatch]) -> Iterator[Pair]:
    """Yield pieces with the same ids of both; ids rise."""
    one, other = next(left, None), next(right, None)
    while one is not None and other is not None:
        end = min(one[ID][-1].as_py(), other[ID][-1].as_py())
        now, one = _split(one, end, left)
        then, other = _split(other, end, right)
        yield now.filter(pc.is_in(now[ID], then[ID])), then.filter(pc.is_in(then[ID], now[ID]))


def _split(
    batch: pa.RecordBatch, end: int, more: Iterator[pa.RecordBatch]
) -> tuple[pa.RecordBatch, pa.RecordBatch | None]:
    """Return the rows up to an id, and what comes after them."""
    rows = pc.sum(pc.less_equal(batch[ID], end)).as_py()
    return batch.slice(0, rows), batch.slice(rows) if rows < batch.num_rows else next(more, None)


def _first_row(pairs: Iterable[Pair]) -> RowDifference | None:
    before = 0
    for left, right in pairs:
        if left is None or right is None:
            return RowDifference(before + 1, (), _row(left, 0), _row(right, 0))
        masks = {name: _unequal(left[name], right[name]) for name in left.schema.names}
        at = min(
            (found for mask in masks.values() if (found := pc.index(mask, True).as_py()) >= 0), default=-1
        )
        if at >= 0:
            columns = tuple(name for name, mask in masks.items() if mask[at].as_py())
            return _told(before + at + 1, columns, _row(left, at), _row(right, at))
        before += left.num_rows
    return None


def _told(row: int, columns: tuple[str, ...], left: Row | None, right: Row | None) -> RowDifference:
    """Return a difference; of two rows with different ids, only the lower one has its place here."""
    ids = (left or {}).get(ID), (right or {}).get(ID)
    if isinstance(ids[0], int) and isinstance(ids[1], int) and ids[0] != ids[1]:
        return RowDifference(row, (), left if ids[0] < ids[1] else None, right if ids[1] < ids[0] else None)
    return RowDifference(row, columns, left, right)


def _unequal(left: pa.Array, right: pa.Array) -> pa.Array:
    """Return where two columns differ; null is like null and nan like nan."""
    left, right = _values(left), _values(right)
    if left.equals(right):
        return pa.repeat(_NO, len(left))
    if left.type != right.type or pa.types.is_nested(left.type):
        pairs = zip(left.to_pylist(), right.to_pylist(), strict=True)
        return pa.array([one != other for one, other in pairs], type=pa.bool_())
    differ = pc.fill_null(pc.not_equal(left, right), _NO)
    if pa.types.is_floating(left.type):
        both = pc.fill_null(pc.and_(pc.is_nan(left), pc.is_nan(right)), _NO)
        differ = pc.and_not(differ, both)
    return pc.or_(differ, pc.xor(left.is_null(), right.is_null()))


def _values(column: pa.Array) -> pa.Array:
    """Return a column without its dictionary."""
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _row(batch: pa.RecordBatch | None, at: int) -> Row | None:
    if batch is None:
        return None
    return {name: _plain(batch[name][at]) for name in batch.schema.names}


def _plain(value: pa.Scalar) -> Any:
    """Return a value as JSON has it: times as text, and what is no number of JSON too."""
    if not value.is_valid:
        return None
    if pa.types.is_timestamp(value.type):
        return utc_text(value.cast(pa.timestamp("ns", value.type.tz)).value)
    plain = value.as_py()
    if isinstance(plain, float):
        return plain if math.isfinite(plain) else str(plain)
    return plain if isinstance(plain, (bool, int, str, list, dict)) else str(plain)
