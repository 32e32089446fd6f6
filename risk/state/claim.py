"""One process at a time trades with a state: the lock on a file of its folder ends with the process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from risk.state.files import StateError

LOCK = "risk.lock"


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Have a folder's state to oneself; that another process has it is an error."""
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StateError(
            f"the state in {folder} cannot be claimed: {error.strerror}. Nothing is traded",
            "allow the access, or name another folder with --state",
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StateError(
                f"another process trades with the state in {folder}: two would each use the whole limit",
                "stop it, or name another folder with --state",
            ) from error
        yield
    finally:
        os.close(handle)
