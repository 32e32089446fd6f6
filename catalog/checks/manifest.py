"""A file against what `mia/catalog.json` says of it."""

from collections.abc import Iterator

from catalog.checks.problem import Problem, ProblemKind
from mia_plugins.data.digests import digest_of
from mia_plugins.data.layout import MANIFEST
from mia_plugins.data.store import Store


def manifest_problems(store: Store, path: str, rows: int, *, is_sound: bool) -> Iterator[Problem]:
    """Yield a number of rows that is not the recorded one, and bytes that are not.

    The bytes are read only of a file that `is_sound` by all other checks: those say more.
    """
    manifest = store.manifest
    if manifest is None:
        return
    recorded = manifest.files.get(path, rows)
    if recorded != rows:
        yield Problem(ProblemKind.ROWS, path, f"{rows} rows; {MANIFEST} says {recorded}")
        return
    digest = manifest.digests.get(path)
    if is_sound and digest and digest_of(store.files, path) != digest:
        yield Problem(ProblemKind.CHANGED, path, "its bytes are not those that were written")
