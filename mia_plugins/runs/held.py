"""Folders that a living process works in: a lock on the folder says so, and ends with the process.

The number of a process would not do: another one has it after some time.
"""

import fcntl
import os
import weakref
from contextlib import suppress
from pathlib import Path


class Held:
    """The lock on a folder, wherever it is moved, until nobody has this any more."""

    def __init__(self, folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY)
        weakref.finalize(self, os.close, handle)
        with suppress(OSError):  # where folders cannot be locked, nobody can tell and all are left alone
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def may_be_held(folder: Path) -> bool:
    """Say whether somebody has a folder's lock, or nobody can tell."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
