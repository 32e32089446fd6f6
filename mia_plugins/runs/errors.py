"""What goes wrong in the run store."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mia_plugins.errors import FileError, MiaError

ROOM = "make room on the disk, allow the access, or name another folder"


class RunError(MiaError):
    """A run that is not there, or that is not what it should be."""


class RunFileError(FileError):
    """A file of the run store cannot be read or written."""


@contextmanager
def told(where: Path | str, done: str, remedy: str = ROOM) -> Iterator[None]:
    """Turn what the file system complains of into our error; `done` is read, written, moved or deleted."""
    try:
        yield
    except OSError as error:
        raise RunFileError(f"{where} cannot be {done}: {_reason(error)}", remedy) from error


def _reason(error: OSError) -> str:
    """Return what the system says; pyarrow wraps a text of its own around it."""
    return os.strerror(error.errno) if error.errno else " ".join(str(error).split())
