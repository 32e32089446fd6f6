"""What `mia catalog check` looks at: the layout, each file and its rows, and the calendar."""

from collections.abc import Callable, Iterator

from catalog.checks.calendar import GapCheck
from catalog.checks.files import FileCheck
from catalog.checks.instruments import Instrument, catalog_instruments
from catalog.checks.layout import layout_problems
from catalog.checks.problem import Problem, ProblemKind
from catalog.store import Store
from mia_plugins.data.layout import DataFile
from mia_plugins.data.sessions import NS

__all__ = ["MAX_GAP", "Problem", "ProblemKind", "problems"]

MAX_GAP = 15 * 60 * NS
"""ns without data, while the market is open, from which on it is a gap."""


def problems(
    store: Store,
    instrument_id: str | None = None,
    max_gap: int = MAX_GAP,
    watch: Callable[[DataFile], object] | None = None,
) -> Iterator[Problem]:
    """Yield what is not in order in a catalog, or in an instrument's part of it.

    Memory is bounded by a row group. `watch` is told of each file when it has been looked at.
    """
    yield from layout_problems(store, instrument_id)
    instruments = catalog_instruments(store)
    series: dict[tuple[str, str], list[DataFile]] = {}
    for file in store.data_files(instrument_id=instrument_id):
        series.setdefault((file.kind, file.identifier), []).append(file)
    for files in series.values():
        yield from _series(store, files, instruments.get(files[0].instrument_id), max_gap, watch)


def _series(
    store: Store,
    files: list[DataFile],
    instrument: Instrument | None,
    max_gap: int,
    watch: Callable[[DataFile], object] | None,
) -> Iterator[Problem]:
    """Yield what is not in order in an instrument's data of one kind."""
    gaps = GapCheck(files[0], max_gap)
    for file in sorted(files, key=lambda file: (file.start, file.end)):
        check = FileCheck(store, file, instrument)
        for table in check.tables():
            gaps.feed(check.feed(table))
        yield from check.problems()
        if watch:
            watch(file)
    yield from gaps.problems()
