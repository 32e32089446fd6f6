"""Rows of tables of our own into those that are there: one of a time and name, or all that differ."""

import numpy as np
import pyarrow as pa

from catalog.imports.merging import new_rows
from mia_plugins.data.tables import KEYS


def merge_tables(name: str, there: pa.Table, brought: pa.Table) -> tuple[pa.Table, int, int]:
    """Return a day of a table with what was brought, by the time it is of; how many rows are new and refused.

    Of a table whose rows have a key, what is there stays: a row that says otherwise of its key is refused.
    """
    both = pa.concat_tables([there, brought])
    rows = _rows(both, both.column_names)
    if name in KEYS:
        is_new, refused = _by_key(_rows(both, KEYS[name]), rows, len(there))
    else:
        numbers: dict[tuple[object, ...], int] = {}
        keys = [numbers.setdefault(row, len(numbers)) for row in rows]
        is_new = new_rows(np.zeros(len(both), np.int64), np.array(keys, np.uint64), len(there))
        refused = 0
    mask = np.concatenate((np.ones(len(there), np.bool_), is_new))
    kept = both.filter(pa.array(mask))
    order = np.lexsort([kept[column].cast(pa.int64()).to_numpy() for column in ("ts_init", "ts_event")])
    return kept.take(pa.array(order)), int(is_new.sum()), refused


def _by_key(
    keys: list[tuple[object, ...]], rows: list[tuple[object, ...]], there: int
) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], int]:
    """Return which rows from number `there` on are the first of their key, and how many contradict it."""
    known: dict[tuple[object, ...], tuple[object, ...]] = {}
    is_new = np.zeros(len(rows) - there, np.bool_)
    refused = 0
    for number, (key, row) in enumerate(zip(keys, rows, strict=True)):
        if key not in known:
            known[key] = row
            if number >= there:
                is_new[number - there] = True
        elif number >= there and known[key] != row:
            refused += 1
    return is_new, refused


def _rows(table: pa.Table, names: list[str] | tuple[str, ...]) -> list[tuple[object, ...]]:
    """Return rows that can be held against each other: not a number is like itself."""
    columns = [table[name] for name in names]
    columns = [
        column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column for column in columns
    ]
    values = [["nan" if value != value else value for value in column.to_pylist()] for column in columns]  # noqa: PLR0124
    return list(zip(*values, strict=True))
