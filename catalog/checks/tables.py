"""Tables of our own: whether they can be read, have their columns, and their rows in order."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from catalog.checks.manifest import manifest_problems
from catalog.checks.problem import Problem, ProblemKind, Tally, new_york
from mia_plugins.data.arrow import times_of
from mia_plugins.data.errors import CatalogError, CatalogFileError
from mia_plugins.data.store import Store
from mia_plugins.data.tables import TABLES, as_known

_FAULTS = {
    ProblemKind.DISORDER: "rows have a ts_event before that of the row above",
    ProblemKind.EARLY: "rows have ts_init before ts_event",
}


def table_problems(store: Store) -> Iterator[Problem]:
    """Yield what is not in order in the tables of our own, a row group at a time."""
    for name, paths in store.every_table().items():
        for path in paths:
            yield from _TableCheck(store, name, path).problems()


class _TableCheck:
    """The rows of one file of a table."""

    def __init__(self, store: Store, name: str, path: str) -> None:
        self._store = store
        self._name = name
        self._path = path
        self._tallies = {kind: Tally() for kind in _FAULTS}
        self._last: int | None = None
        self._rows = 0

    def problems(self) -> Iterator[Problem]:
        """Yield what was found; without a finer word for it, that the bytes are not those written."""
        try:
            for table in self._store.row_groups(self._path):
                self._feed(as_known(self._name, table))
        except CatalogFileError as error:
            yield Problem(ProblemKind.TRUNCATED, self._path, f"it is no whole Parquet file: {error.what}")
            return
        except CatalogError as error:
            yield Problem(ProblemKind.SCHEMA, self._path, error.what)
            return
        found = [
            Problem(kind, self._path, self._told(kind, tally), tally.count)
            for kind, tally in self._tallies.items()
            if tally.count
        ]
        yield from found
        yield from manifest_problems(self._store, self._path, self._rows, is_sound=not found)

    def _feed(self, table: pa.Table) -> None:
        self._rows += len(table)
        if self._name not in TABLES or not len(table):
            return
        of, known = (times_of(table[name].combine_chunks()) for name in ("ts_event", "ts_init"))
        before = of[0] if self._last is None else self._last
        self._last = int(of[-1])
        self._tallies[ProblemKind.DISORDER].add(of, np.diff(of, prepend=before) < 0)
        self._tallies[ProblemKind.EARLY].add(of, known < of)

    def _told(self, kind: ProblemKind, tally: Tally) -> str:
        return f"{tally.count} {_FAULTS[kind]}, first at {new_york(tally.first)} New York"
