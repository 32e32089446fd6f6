"""One writer a catalog: two at once would each forget the days of the other."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.claims import sole_claim
from mia_plugins.data.errors import CatalogError, CatalogFileError
from mia_plugins.data.files import Files
from mia_plugins.data.layout import OURS

LOCK = f"{OURS}/lock"


@contextmanager
def sole_writer(files: Files) -> Iterator[None]:
    """Hold a catalog for writing; a process that ends, however it ends, lets go of it.

    In a bucket a process that was killed leaves a claim, which only its own host knows to be dead.
    """
    if files.is_remote:
        with sole_claim(files):
            yield
        return
    # So that a catalog that cannot be one is told in our words.
    files.exists()
    path = Path(files.uri) / LOCK
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = path.open("a")
    except OSError as error:
        raise CatalogFileError(
            f"{path} cannot be written: {error.strerror}", "name another folder, or allow the access"
        ) from error
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CatalogError(
                f"another process is writing to {files.uri}",
                "wait until it is done, or write to another catalog",
            ) from None
        yield
