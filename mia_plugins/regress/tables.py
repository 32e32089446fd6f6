"""Decisions, orders and fills of a run as they are compared, and the first row in which two differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mia_plugins.runs.identity import hash_of

TABLES = ("decisions", "orders", "fills")
"""In the order in which one leads to the other."""
EXCLUDED = frozenset({"id", "order_id", "decision"})
"""Ids: what they count is no result."""
NO = pa.scalar(value=False)
RTOL, ATOL = 1e-6, 1e-9
"""How far apart floats may be: machines differ in the last bits, and baselines keep nine digits."""


@dataclass(frozen=True)
class Parting:
    """The first row in which a table differs."""

    table: str
    row: int
    """Counts from 1; 0 where all rows are alike and a side lacks columns."""
    columns: tuple[str, ...]
    """Those that differ in it, or that one side lacks; none where one side has no such row."""
    exact: bool
    """Whether something else differs than a float."""
    ids: tuple[int | None, int | None]
    """The decisions, as each side numbers them."""


def read_tables(folder: Path) -> dict[str, pa.Table]:
    """Return the tables of a run's folder; one that there is not has no rows."""
    return {
        name: _plain(pq.read_table(path)) if (path := folder / f"{name}.parquet").exists() else pa.table({})
        for name in TABLES
    }


def _plain(table: pa.Table) -> pa.Table:
    """Return a table with words themselves in the place of dictionaries."""
    fields = [f.with_type(f.type.value_type) if pa.types.is_dictionary(f.type) else f for f in table.schema]
    return table.cast(pa.schema(fields, metadata=table.schema.metadata)).combine_chunks()


def is_float(table: pa.Table, name: str) -> bool:
    """Say whether a column's values may differ in their last bits."""
    return bool(pa.types.is_floating(table.schema.field(name).type))


def exact_columns(table: pa.Table) -> list[str]:
    """Return the columns that must be alike to the last bit."""
    return [name for name in table.column_names if name not in EXCLUDED and not is_float(table, name)]


def sequence_hash(table: pa.Table) -> str:
    """Return the hash over what a table says exactly, row by row; floats and ids aside."""
    return hash_of([[name, _values(table[name])] for name in exact_columns(table)])


def _values(column: pa.ChunkedArray) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    values = column.to_pylist()
    return [str(value) for value in values] if pa.types.is_decimal(column.type) else values


def parting(
    name: str, left: pa.Table, right: pa.Table, *, rtol: float = RTOL, atol: float = ATOL
) -> Parting | None:
    """Return the first row in which two tables differ; where none does, the columns that one side lacks."""
    shared = [one for one in left.column_names if one in right.column_names and one not in EXCLUDED]
    rows = min(left.num_rows, right.num_rows)
    masks = {one: unequal(left, right, one, rows, rtol, atol) for one in shared}
    first = min((int(mask.argmax()) for mask in masks.values() if mask.any()), default=rows)
    if first == rows:
        if left.num_rows == right.num_rows:
            lacking = tuple(sorted({*left.column_names} ^ {*right.column_names}))
            return Parting(name, 0, lacking, exact=True, ids=(None, None)) if lacking else None
        return Parting(name, rows + 1, (), exact=True, ids=_ids(left, right, rows))
    differing = tuple(one for one, mask in masks.items() if mask[first])
    exact = not all(is_float(left, one) for one in differing)
    return Parting(name, first + 1, differing, exact, _ids(left, right, first))


def partings(left: Mapping[str, pa.Table], right: Mapping[str, pa.Table]) -> Iterator[Parting]:
    """Yield where each table that differs parts first."""
    for name in TABLES:
        found = parting(name, left[name], right[name])
        if found is not None:
            yield found


def unequal(  # noqa: PLR0913, PLR0917 two tables, where, and how far apart
    left: pa.Table, right: pa.Table, name: str, rows: int, rtol: float, atol: float
) -> NDArray[np.bool_]:
    """Return in which rows a column differs; null is like null."""
    one, other = (table[name].slice(0, rows).combine_chunks() for table in (left, right))
    nulls: NDArray[np.bool_] = np.asarray(pc.is_null(one)) != np.asarray(pc.is_null(other))
    if is_float(left, name) and is_float(right, name):
        a, b = (np.asarray(column.cast(pa.float64()).fill_null(0.0), np.float64) for column in (one, other))
        return nulls | ~np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=True)
    if one.type != other.type:
        return np.array([a != b for a, b in zip(_values(one), _values(other), strict=True)], np.bool_)
    return nulls | np.asarray(pc.fill_null(pc.not_equal(one, other), NO), np.bool_)


def _ids(left: pa.Table, right: pa.Table, row: int) -> tuple[int | None, int | None]:
    """Return the decisions that a row is about on each side."""
    found = []
    for table in (left, right):
        name = next((one for one in ("id", "decision") if one in table.column_names), None)
        there = name is not None and row < table.num_rows
        found.append(table[name][row].as_py() if there else None)
    return found[0], found[1]
