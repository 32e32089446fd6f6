"""Tables beside the feed — levels, option chains, the VIX — as far as they are known by now."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mia_plugins.data.arrow import times_of
from mia_plugins.errors import did_you_mean
from mia_plugins.tape.errors import LookAheadError, TapeError

DAYS = 2
"""Loads that are kept: what was known yesterday holds until today's is."""
MANY = 4_096
"""Rows that are looked at before all are."""
PIECES = 64
"""Pieces that a table may consist of while rows are appended."""


class KnownTable:
    """Rows with the time they are of (`ts_event`) and the time they could be known (`ts_init`).

    Only rows that were known by `now` can be read. `load`, `append` and `advance` are the runtime's.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.brought = 0
        """Rows that became known while time passed, also those that are not kept any more."""
        self.now = -1
        """Up to when rows are known: UTC ns."""
        self._loads: deque[pa.Table] = deque(maxlen=DAYS)
        self._rows: pa.Table | None = None
        self._nothing: pa.Table | None = None
        self._known_at = np.empty(0, np.int64)
        self._latest = np.empty(0, np.int64)
        """The latest time that any row is of up to each: UTC ns."""
        self._count = 0
        self._before = (-1, 0)
        self._columns: dict[str, list[Any]] = {}
        self._newest: dict[tuple[tuple[str, object], ...], pa.Table] = {}

    def load(self, rows: pa.Table) -> None:
        """Add a day's rows, which may be known later only."""
        if len(rows):
            self._loads.append(rows)
            self._arrange()

    def begin_day(self) -> None:
        """Have what is appended from now on be of another day, as if it had been loaded by itself."""
        if self._rows is not None and len(self._loads[-1]):
            self._loads.append(self._rows.slice(0, 0))
            self._arrange()

    def append(self, rows: pa.Table) -> None:
        """Add rows to those of the day, as they come; cheap while they are known later than all others."""
        if not len(rows):
            return
        if self._rows is None:
            self.load(rows)
            return
        rows = rows.select(self._rows.column_names).cast(self._rows.schema)
        self._loads[-1] = _in_few_pieces(pa.concat_tables((self._loads[-1], rows)))
        known_at = times_of(rows["ts_init"].combine_chunks())
        last = self._known_at[-1] if len(self._known_at) else -1
        of = times_of(rows["ts_event"].combine_chunks())
        if known_at[0] <= max(last, self.now) or not _is_in_order(known_at, of):
            self._arrange()
            return
        self._rows = _in_few_pieces(pa.concat_tables((self._rows, rows)))
        self._known_at = np.concatenate((self._known_at, known_at))
        latest = np.maximum(np.maximum.accumulate(of), self._latest[-1] if len(self._latest) else 0)
        self._latest = np.concatenate((self._latest, latest))
        for name, known in self._columns.items():
            known.extend(_values(rows[name]))

    def add(self, rows: pa.Table, now: int) -> None:
        """Add rows that came at an instant (UTC ns), to those of the day: nobody can have known them before.

        Where somebody has looked since, they came just after that.
        """
        self.append(_known_at(rows, max(now, self.now + 1)))

    def fresh(self, rows: pa.Table) -> pa.Table:
        """Return those rows that are not kept yet; from when on they are known does not matter."""
        if self._rows is None or not len(rows):
            return rows
        names = [name for name in self._rows.column_names if name != "ts_init"]
        kept = set(zip(*(_values(self._rows[name]) for name in names), strict=True))
        these = zip(*(_values(rows[name]) for name in names), strict=True)
        return rows.filter(pa.array([row not in kept for row in these], pa.bool_()))

    def _arrange(self) -> None:
        """Put all that is kept in order."""
        self._rows = pa.concat_tables(self._loads).sort_by(
            [("ts_init", "ascending"), ("ts_event", "ascending")]
        )
        self._known_at = times_of(self._rows["ts_init"].combine_chunks())
        self._latest = np.maximum.accumulate(times_of(self._rows["ts_event"].combine_chunks()))
        self._nothing = self._rows.slice(0, 0)
        self._columns.clear()
        self._look()
        self._before = self.now, self._count

    def advance(self, now: int) -> None:
        """Let time pass until `now` (UTC ns)."""
        if now != self.now:
            self._before = self.now, self._count
        self.now = now
        if self._count < len(self._known_at) and self._known_at[self._count] <= now:
            before = self._count
            self._look()
            self.brought += self._count - before

    def __len__(self) -> int:
        """Return how many rows are known and kept."""
        return self._count

    def known(self, lo: int, hi: int) -> pa.Table | None:
        """Return the rows that became known after `lo` up to `hi` (UTC ns); None before any load."""
        if hi > self.now:
            raise LookAheadError(
                f"rows of '{self.name}' up to {hi} (UTC ns) were asked for when it was {self.now}",
                "read no further than `now`",
            )
        if self._rows is None:
            return None
        first, end = self._until(lo), self._until(hi)
        return self._rows.slice(first, end - first) if first < end else self._nothing

    def column(self, name: str, lo: int, hi: int) -> list[Any]:
        """Return a column of the rows that became known after `lo` up to `hi` (UTC ns); times are UTC ns."""
        if hi > self.now:
            self.known(lo, hi)
        if self._rows is None:
            return []
        first, end = self._until(lo), self._until(hi)
        if first >= end:
            return []
        if name not in self._columns:
            self._columns[name] = _values(self._rows[name])
        return self._columns[name][first:end]

    def _until(self, at: int) -> int:
        """Return how many rows were known at a time (UTC ns); mostly it is now, or when time last passed."""
        if at == self.now:
            return self._count
        if at == self._before[0]:
            return self._before[1]
        return int(self._known_at.searchsorted(at, side="right"))

    def newest(self, **where: object) -> pa.Table | None:
        """Return the known rows that are of the latest time, such as `newest(underlying="ES")`.

        None when nothing of the kind is known yet.
        """
        key = tuple(sorted(where.items()))
        if key not in self._newest:
            found = self._latest_of(where)
            if found is None:
                return None
            self._newest[key] = found
        return self._newest[key]

    def _latest_of(self, where: dict[str, object]) -> pa.Table | None:
        """Return the matching rows of the latest time; mostly they are among the last that became known."""
        for first in (max(0, self._count - MANY), 0):
            found = self._matching(where, first)
            if found is None or not len(found):
                continue
            of = found["ts_event"]
            last = pc.max(of)
            if not first or last.value > self._latest[first - 1]:
                return found.filter(pc.equal(of, last))
        return None

    def age(self, **where: object) -> float | None:
        """Return how long ago the newest rows were true, in s; None when nothing is known yet."""
        found = self.newest(**where)
        if found is None:
            return None
        return float(self.now - int(times_of(found["ts_event"].combine_chunks())[0])) / 1e9

    def _look(self) -> None:
        self._count = int(self._known_at.searchsorted(self.now, side="right"))
        self._newest.clear()

    def _matching(self, where: dict[str, object], first: int) -> pa.Table | None:
        """Return the known rows from a place on that have some values."""
        if self._rows is None:
            return None
        found = self._rows.slice(first, self._count - first)
        for name, value in where.items():
            if name not in found.column_names:
                near = did_you_mean(name, found.column_names)
                raise TapeError(f"the table '{self.name}' has no column '{name}'{near}")
            found = found.filter(pc.equal(found[name], value))
        return found


class Knowing:
    """The tables of all who read them in a run."""

    def __init__(self) -> None:
        self._every: list[dict[str, KnownTable]] = []
        self._record: Callable[[str, pa.Table], None] | None = None

    def recorded_by(self, record: Callable[[str, pa.Table], None]) -> None:
        """Have somebody keep what is put before its readers."""
        self._record = record

    def tables(self, names: Iterable[str]) -> dict[str, KnownTable]:
        """Return the tables of somebody new, by their names."""
        made = {name: KnownTable(name) for name in sorted(names)}
        self._every.append(made)
        return made

    def add(self, name: str, rows: pa.Table, now: int) -> None:
        """Put rows of a table, which came at an instant (UTC ns), before all who read it.

        Where one of them has looked since, they came just after that, for all alike.
        """
        readers = [tables[name] for tables in self._every if name in tables]
        rows = _known_at(rows, max([now, *(one.now + 1 for one in readers)]))
        for one in readers:
            one.append(rows)
        if self._record is not None:
            self._record(name, rows)


def _known_at(rows: pa.Table, at: int) -> pa.Table:
    """Return rows as they became known at an instant (UTC ns)."""
    place = rows.schema.get_field_index("ts_init")
    field = rows.schema.field(place)
    return rows.set_column(place, field, pa.array([at] * len(rows), pa.int64()).cast(field.type))


def _is_in_order(known_at: NDArray[np.int64], of: NDArray[np.int64]) -> bool:
    """Say whether rows stand as they are kept: by when they were known, then by the time they are of."""
    later, same = np.diff(known_at), np.diff(of)
    return bool(((later > 0) | ((later == 0) & (same >= 0))).all())


def _values(column: pa.ChunkedArray) -> list[Any]:
    """Return a column as numbers, texts and None; times are UTC ns."""
    values = column.combine_chunks()
    return list((times_of(values) if pa.types.is_timestamp(values.type) else values).tolist())


def _in_few_pieces(table: pa.Table) -> pa.Table:
    """Return a table that has not grown into too many pieces to be read at once."""
    return table.combine_chunks() if table.column(0).num_chunks > PIECES else table
