"""One file: whether it can be read, what its schema says, and its rows as they stream by."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from catalog.checks.calendar import outside_hours
from catalog.checks.instruments import Instrument
from catalog.checks.jumps import Jumps
from catalog.checks.manifest import manifest_problems
from catalog.checks.problem import Problem, ProblemKind, Tally, new_york
from catalog.checks.rows import (
    Scales,
    book_faults,
    duplicates,
    holes,
    price_columns,
    side_faults,
    size_faults,
)
from catalog.checks.schema import false_claims, unreadable
from mia_plugins.data.arrow import times_of
from mia_plugins.data.decimals import floats_of, units_of
from mia_plugins.data.errors import CatalogError, CatalogFileError
from mia_plugins.data.layout import DataFile
from mia_plugins.data.rough_prices import product_code
from mia_plugins.data.store import Store

_ROW_FAULTS = {
    ProblemKind.HOLE: "rows lack a value",
    ProblemKind.DISORDER: "rows go back in time",
    ProblemKind.EARLY: "rows have ts_init before ts_event",
    ProblemKind.DUPLICATES: "rows repeat another",
    ProblemKind.CROSSED: "rows have a bid above the ask",
    ProblemKind.LOCKED: "rows have a bid at the ask",
    ProblemKind.LEVELS: "rows have levels that do not run from the best to the worst",
    ProblemKind.OFF_GRID: "rows have a price between two ticks",
    ProblemKind.NOT_POSITIVE: "rows have a price of zero or less",
    ProblemKind.SIZE: "rows have a size that is no whole number of contracts from one on",
    ProblemKind.SIDE: "rows have an aggressor that is neither BUY, SELL nor NO_AGGRESSOR",
    ProblemKind.BAR: "bars open or close outside their high and low",
    ProblemKind.CLOSED: "rows lie where the market is closed",
}


class FileCheck:
    """The rows of one file."""

    def __init__(self, store: Store, file: DataFile, instrument: Instrument | None, jumps: Jumps) -> None:
        """`instrument` is None when the catalog has no definition of it; `jumps` are the series'."""
        self._store = store
        self._file = file
        self._code = product_code(file.instrument_id)
        self._instrument = instrument
        self._jumps = jumps
        self._tallies = {kind: Tally() for kind in _ROW_FAULTS}
        self._scales = Scales(self._code)
        self._whole: list[Problem] = []
        self._rows = 0
        self._is_read = False
        self._last: int | None = None
        self._span = (2**63 - 1, 0)
        self._carry: pa.Table | None = None

    def tables(self) -> Iterator[pa.Table]:
        """Yield the row groups, as far as they can be read."""
        try:
            with self._store.files.reading(self._file.path) as source:
                schema = pq.ParquetFile(source).schema_arrow
            if not self._is_readable(schema):
                return
            yield from self._store.row_groups(self._file.path)
        except (CatalogFileError, CatalogError, pa.ArrowException, OSError) as error:
            self._blame(ProblemKind.TRUNCATED, f"it is no whole Parquet file: {' '.join(str(error).split())}")
            return
        self._is_read = True
        self._judge_whole()

    def feed(self, table: pa.Table) -> NDArray[np.int64]:
        """Look at a row group and return its times (UTC ns)."""
        self._rows += len(table)
        table = self._without_holes(table)
        times = times_of(table["ts_init"].combine_chunks())
        if not len(times):
            return times
        self._span = (min(self._span[0], int(times.min())), max(self._span[1], int(times.max())))
        self._times(table, times)
        self._prices(table, times)
        for faults in (book_faults, size_faults, side_faults):
            for kind, wrong in faults(self._file.kind, table).items():
                self._tallies[kind].add(times, wrong)
        self._repeats(table, times)
        return times

    def problems(self) -> Iterator[Problem]:
        """Yield what was found, of the whole file and of its rows."""
        found = [*self._whole, *self._of_rows()]
        yield from found
        if self._is_read:
            yield from manifest_problems(self._store, self._file.path, self._rows, is_sound=not found)

    def _of_rows(self) -> Iterator[Problem]:
        for kind, tally in self._tallies.items():
            if tally.count:
                what = f"{tally.count} {_ROW_FAULTS[kind]}, first at {new_york(tally.first)} New York"
                yield Problem(kind, self._file.path, what, tally.count)
        for what, count in self._scales.told():
            yield Problem(ProblemKind.SCALE, self._file.path, what, count)
        for what, count in self._jumps.told():
            yield Problem(ProblemKind.JUMP, self._file.path, what, count)

    def _blame(self, kind: ProblemKind, what: str) -> None:
        """Note a problem of the file as a whole."""
        self._whole.append(Problem(kind, self._file.path, what))

    def _is_readable(self, schema: pa.Schema) -> bool:
        """Say whether the columns are those of Nautilus 2; judge what the schema says on the way."""
        reasons = list(unreadable(self._file, schema))
        self._whole += reasons or false_claims(self._file, schema, self._instrument)
        return not reasons

    def _judge_whole(self) -> None:
        """Judge what can be said once all rows have been seen."""
        if self._rows == 0:
            self._blame(ProblemKind.TRUNCATED, "it has no rows")
        elif not self._tallies[ProblemKind.HOLE].count and self._span != (self._file.start, self._file.end):
            first, last = (new_york(ts) for ts in self._span)
            self._blame(ProblemKind.NAME, f"its rows run from {first} to {last} New York")

    def _without_holes(self, table: pa.Table) -> pa.Table:
        """Return the rows that have all their values: no other check can look at the rest."""
        lacking = holes(table)
        if not lacking.any():
            return table
        times = times_of(pc.fill_null_forward(table["ts_init"].combine_chunks()).fill_null(self._file.start))
        self._tallies[ProblemKind.HOLE].add(times, lacking)
        return table.filter(pa.array(~lacking))

    def _times(self, table: pa.Table, times: NDArray[np.int64]) -> None:
        before = times[0] if self._last is None else self._last
        self._tallies[ProblemKind.DISORDER].add(times, np.diff(times, prepend=before) < 0)
        self._last = int(times[-1])
        happened = times_of(table["ts_event"].combine_chunks())
        self._tallies[ProblemKind.EARLY].add(times, times < happened)
        if self._code and self._file.is_ours:
            closed = outside_hours(times, self._file.kind, *self._span)
            self._tallies[ProblemKind.CLOSED].add(times, closed)

    def _prices(self, table: pa.Table, times: NDArray[np.int64]) -> None:
        if self._instrument is None:
            return
        for column, (prices, rows) in enumerate(price_columns(self._file.kind, table)):
            ticks, is_whole = units_of(prices, self._instrument.raw_tick)
            at = times[rows]
            self._tallies[ProblemKind.OFF_GRID].add(at, ~is_whole)
            self._tallies[ProblemKind.NOT_POSITIVE].add(at, ticks <= 0)
            points = floats_of(prices)
            sound = self._scales.add(at, points)
            self._jumps.add(column, at[sound], points[sound])

    def _repeats(self, table: pa.Table, times: NDArray[np.int64]) -> None:
        """Count repeated rows, with those before this row group that share the last time there."""
        joined, known = table, 0
        if self._carry is not None:
            joined, known = pa.concat_tables([self._carry, table]), len(self._carry)
        wrong = duplicates(self._file.kind, joined)
        self._tallies[ProblemKind.DUPLICATES].add(times, wrong[known:])
        at = times_of(joined["ts_init"].combine_chunks())
        self._carry = joined.filter(pa.array(at == times[-1]))
