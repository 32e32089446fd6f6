"""What folders, names and the manifest tell, without a look into a file."""

from collections.abc import Iterator
from itertools import pairwise

from catalog.checks.instruments import LEGACY_FOLDERS, instrument_files
from catalog.checks.problem import Problem, ProblemKind
from mia_plugins.data.arrow import Kind
from mia_plugins.data.layout import DATA, DRAFTS, MANIFEST, OURS, PARQUET, DataFile, data_files
from mia_plugins.data.manifest import Manifest
from mia_plugins.data.store import Store


def layout_problems(store: Store, instrument_id: str | None) -> Iterator[Problem]:
    """Yield what is not in order."""
    paths = store.files.under(DATA)
    yield from _legacy(paths)
    yield from _names(paths)
    files = store.every_file(instrument_id=instrument_id)
    yield from _overlaps(files)
    yield from _without_instrument(files, paths)
    yield from _unfinished(store)
    tables = [path for days in store.every_table().values() for path in days]
    yield from _unlike_manifest(store.manifest, [file.path for file in files] + tables, {*paths, *tables})


def _unlike_manifest(manifest: Manifest | None, asked: list[str], there: set[str]) -> Iterator[Problem]:
    """Yield what the manifest lists and is not there, and what is there and it does not list."""
    if manifest is None:
        if any(path.startswith(f"{OURS}/") for path in asked):
            yield Problem(ProblemKind.NO_MANIFEST, MANIFEST, f"there are tables of mia's and no {MANIFEST}")
        return
    if not manifest.days:
        yield Problem(ProblemKind.EMPTY, MANIFEST, "no trading day has been made whole yet")
    recorded = manifest.files
    for path in recorded:
        if path not in there:
            yield Problem(ProblemKind.MISSING, path, f"{MANIFEST} lists it and it is not there")
    for path in asked:
        if path not in recorded:
            yield Problem(ProblemKind.UNRECORDED, path, f"it is there and {MANIFEST} does not list it")


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
    defined = {path.split("/")[2] for path in instrument_files(paths)}
    for instrument_id in sorted({file.instrument_id for file in files} - defined):
        what = f"there is market data of {instrument_id} and no definition of it"
        yield Problem(ProblemKind.NO_INSTRUMENT, DATA, what)


def _unfinished(store: Store) -> Iterator[Problem]:
    for day in sorted({path.split("/")[2] for path in store.files.under(DRAFTS)}):
        yield Problem(
            ProblemKind.UNFINISHED, f"{DRAFTS}/{day}", f"the making of {day} was interrupted or goes on"
        )
