"""New rows into those that are there: what is there stays, what is new comes in by time.

Two rows are the same when time and key are (`keys_of`). Of a row that one file has n times and the catalog
m times, the catalog has it max(n, m) times afterwards: so a file brought twice adds nothing, files that
overlap are joined, and two fills alike in one file stay two. With ids two rows of one time and id are one
trade, however often a file has it. Of bars of one time there is one.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalog.imports.records import Records, keys_of
from mia_plugins.data.arrow import Kind


@dataclass(frozen=True, slots=True)
class Merged:
    """A window of time."""

    rows: Records
    """All of them, by time; at one time those that were there first, then the new as they came."""
    new: int
    """How many of them were not there."""


def merge(kind: Kind, there: Records, brought: Records, *, by_id: bool) -> Merged:
    """Return the rows of a window with those that were brought, both by time."""
    if kind is Kind.BARS:
        return _merge_bars(there, brought)
    if not len(brought):
        return Merged(there, 0)
    if not len(there) and not by_id:
        return Merged(brought, len(brought))
    both = np.concatenate((there, brought))
    is_new = new_rows(both["ts"], keys_of(kind, both, by_id=by_id), len(there), once=by_id)
    kept = np.concatenate((there, brought[is_new]))
    return Merged(kept[np.argsort(kept["ts"], kind="stable")], int(is_new.sum()))


def _merge_bars(there: Records, brought: Records) -> Merged:
    """Return one bar a time: that of most contracts, as the last bar of a file may not have been over."""
    both = np.concatenate((there, brought))
    order = np.lexsort((-both["lots"].astype(np.int64), both["ts"]))
    first = np.ones(len(order), np.bool_)
    first[1:] = np.diff(both["ts"][order]) > 0
    return Merged(both[order[first]], int((order[first] >= len(there)).sum()))


def new_rows(
    ts: NDArray[np.int64], keys: NDArray[np.uint64], there: int, *, once: bool = False
) -> NDArray[np.bool_]:
    """Say which rows from number `there` on have no fellow of their own among those before.

    `once` says that rows alike are one and the same, also among the new ones.
    """
    order = np.lexsort((keys, ts))
    ts, keys = ts[order], keys[order]
    begins = np.ones(len(order), np.bool_)
    begins[1:] = (ts[1:] != ts[:-1]) | (keys[1:] != keys[:-1])
    group = np.cumsum(begins) - 1
    starts = np.flatnonzero(begins)
    was_there = order < there
    known = np.add.reduceat(was_there.astype(np.int64), starts)
    # In a group those that were there come first; a new row in place k is the (k - known)th of the new.
    place = np.arange(len(order)) - starts[group] - known[group]
    is_new = np.zeros(len(order) - there, np.bool_)
    fresh = (place == 0) & (known[group] == 0) if once else place >= known[group]
    is_new[order[~was_there] - there] = fresh[~was_there]
    return is_new


def merge_tables(there: pa.Table, brought: pa.Table) -> tuple[pa.Table, int]:
    """Return a day of a table with what was brought, by the time it is of, and how many rows are new."""
    both = pa.concat_tables([there, brought])
    numbers: dict[tuple[object, ...], int] = {}
    keys = [numbers.setdefault(row, len(numbers)) for row in _rows(both)]
    is_new = new_rows(np.zeros(len(both), np.int64), np.array(keys, np.uint64), len(there))
    mask = np.concatenate((np.ones(len(there), np.bool_), is_new))
    kept = both.filter(pa.array(mask))
    order = np.lexsort([kept[name].cast(pa.int64()).to_numpy() for name in ("ts_init", "ts_event")])
    return kept.take(pa.array(order)), int(is_new.sum())


def _rows(table: pa.Table) -> list[tuple[object, ...]]:
    """Return rows that can be held against each other: not a number is like itself."""
    columns = [
        column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column for column in table.columns
    ]
    values = [["nan" if value != value else value for value in column.to_pylist()] for column in columns]  # noqa: PLR0124
    return list(zip(*values, strict=True))
