"""What `mia catalog check` looks at: the layout, each file and its rows, and the calendar."""

from collections.abc import Callable, Iterator, Mapping

from catalog.checks.bars import bar_problems
from catalog.checks.calendar import GapCheck
from catalog.checks.files import FileCheck
from catalog.checks.instruments import OURS, Instrument, catalog_instruments
from catalog.checks.jumps import Jumps
from catalog.checks.layout import layout_problems
from catalog.checks.problem import Problem, ProblemKind
from catalog.checks.tables import table_problems
from mia_plugins.data.arrow import Kind, identifier_of
from mia_plugins.data.layout import DataFile
from mia_plugins.data.rough_prices import product_code
from mia_plugins.data.sessions import NS
from mia_plugins.data.store import Store

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
    instruments, wrong = catalog_instruments(store, instrument_id)
    yield from wrong
    series: dict[tuple[Kind, str], list[DataFile]] = {}
    for file in store.every_file(instrument_id=instrument_id):
        series.setdefault((file.kind, file.identifier), []).append(file)
    for (kind, name), files in series.items():
        instrument = _instrument(instruments, files[0].instrument_id)
        yield from _series(store, files, instrument, max_gap, watch)
        bars = series.get((Kind.BARS, identifier_of(Kind.BARS, name)))
        if kind is Kind.TRADES and bars and instrument:
            yield from bar_problems(store, files, bars, instrument)
    if instrument_id is None:
        yield from table_problems(store)


def _instrument(known: Mapping[str, Instrument], instrument_id: str) -> Instrument | None:
    """Return what is known of an instrument: what a product of ours is, else what the catalog says."""
    return OURS if product_code(instrument_id) else known.get(instrument_id)


def _series(
    store: Store,
    files: list[DataFile],
    instrument: Instrument | None,
    max_gap: int,
    watch: Callable[[DataFile], object] | None,
) -> Iterator[Problem]:
    """Yield what is not in order in an instrument's data of one kind."""
    gaps = GapCheck(files[0], max_gap)
    jumps = Jumps(has_limits=product_code(files[0].instrument_id) is not None)
    for file in sorted(files, key=lambda file: (file.start, file.end)):
        check = FileCheck(store, file, instrument, jumps)
        for table in check.tables():
            gaps.feed(check.feed(table))
        yield from check.problems()
        if watch:
            watch(file)
    yield from gaps.problems()
