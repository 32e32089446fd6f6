"""What folders, names and the manifest tell, without a look into a file."""

from collections.abc import Iterator
from itertools import pairwise

from catalog.checks.problem import Problem, ProblemKind
from catalog.store import Store
from mia_plugins.data.arrow import Kind
from mia_plugins.data.errors import CatalogError, CatalogFileError
from mia_plugins.data.layout import DATA, DRAFTS, MANIFEST, PARQUET, DataFile, data_files
from mia_plugins.data.tables import as_known

LEGACY_FOLDERS = {"trade_tick", "quote_tick", "bar", "order_book_delta", "order_book_depth10"}
"""What Nautilus 1.x calls its folders of data."""


def layout_problems(store: Store, instrument_id: str | None) -> Iterator[Problem]:
    """Yield what is not in order."""
    paths = store.files.under(DATA)
    yield from _legacy(paths)
    yield from _names(paths)
    files = store.data_files(instrument_id=instrument_id)
    yield from _overlaps(files)
    yield from _without_instrument(files, paths)
    yield from _unfinished(store)
    if store.manifest:
        recorded = [path for rows in store.manifest.days.values() for path in rows]
        for path in recorded:
            if not store.files.exists(path):
                yield Problem(ProblemKind.MISSING, path, f"{MANIFEST} lists it and it is not there")
        yield from _unrecorded(files, set(recorded))
    if instrument_id is None:
        yield from _tables(store)


def _unrecorded(files: list[DataFile], recorded: set[str]) -> Iterator[Problem]:
    for file in files:
        if file.path not in recorded:
            yield Problem(ProblemKind.UNRECORDED, file.path, f"it is there and {MANIFEST} does not list it")


def _legacy(paths: dict[str, int]) -> Iterator[Problem]:
    for folder in sorted({path.split("/")[1] for path in paths} & LEGACY_FOLDERS):
        count = sum(path.startswith(f"{DATA}/{folder}/") for path in paths)
        what = f"{count} files in a folder of NautilusTrader 1.x"
        yield Problem(ProblemKind.LEGACY, f"{DATA}/{folder}", what, count)


def _names(paths: dict[str, int]) -> Iterator[Problem]:
    """Yield files of market data whose names say no times: Nautilus finds data by them."""
    proper = {file.path for file in data_files(paths.items())}
    for path in paths:
        parts = path.split("/")
        if parts[1] in set(Kind) and path.endswith(PARQUET) and path not in proper:
            yield Problem(ProblemKind.NAME, path, "the name is not <first time>_<last time>.parquet")


def _overlaps(files: list[DataFile]) -> Iterator[Problem]:
    ordered = sorted(files, key=lambda file: (file.kind, file.identifier, file.start, file.end))
    for one, other in pairwise(ordered):
        if (one.kind, one.identifier) == (other.kind, other.identifier) and other.start <= one.end:
            what = f"it begins before {one.path.rpartition('/')[2]} ends"
            yield Problem(ProblemKind.OVERLAP, other.path, what)


def _without_instrument(files: list[DataFile], paths: dict[str, int]) -> Iterator[Problem]:
    parts = [path.split("/") for path in paths if path.count("/") == 3]
    defined = {part[2] for part in parts if part[1] not in {*Kind, *LEGACY_FOLDERS}}
    for instrument_id in sorted({file.instrument_id for file in files} - defined):
        what = f"there is market data of {instrument_id} and no definition of it"
        yield Problem(ProblemKind.NO_INSTRUMENT, DATA, what)


def _unfinished(store: Store) -> Iterator[Problem]:
    for day in sorted({path.split("/")[2] for path in store.files.under(DRAFTS)}):
        yield Problem(ProblemKind.UNFINISHED, f"{DRAFTS}/{day}", f"the making of {day} was interrupted")


def _tables(store: Store) -> Iterator[Problem]:
    """Yield tables of our own that cannot be read or have other columns than they should."""
    for name, paths in store.tables().items():
        for path in paths:
            try:
                for table in store.row_groups(path):
                    as_known(name, table)
            except CatalogFileError as error:
                yield Problem(ProblemKind.TRUNCATED, path, f"it is no whole Parquet file: {error.what}")
            except CatalogError as error:
                yield Problem(ProblemKind.SCHEMA, path, error.what)
