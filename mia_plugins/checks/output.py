"""What a process prints, native code included, kept in a file instead of on the terminal."""

import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOUD = 1 << 20
"""Bytes that a run may print before it is told of."""
LARGEST_FILE = 256 << 20
"""Bytes of any file that a process here may write: one that prints without end does not fill the disk."""


@contextmanager
def output_into(path: Path) -> Iterator[None]:
    """Let all that this process writes to standard output and error go to a file."""
    sys.stdout.flush()
    sys.stderr.flush()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    at_most = LARGEST_FILE if hard == resource.RLIM_INFINITY else min(hard, LARGEST_FILE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (at_most, hard))
    before = [os.dup(1), os.dup(2)]
    with path.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, handle in enumerate(before, start=1):
                os.dup2(handle, number)
                os.close(handle)
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def large_files() -> Iterator[None]:
    """Let this process write files of any size: those that are mia's own, and as large as the data."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def told_output(path: Path) -> str:
    """Say how much a run printed and how it begins; nothing of what is not loud."""
    size = path.stat().st_size if path.exists() else 0
    if size <= LOUD:
        return ""
    with path.open("rb") as file:
        beginning = file.read(120).decode(errors="replace")
    return f"it printed {size / 1e6:.1f} MB, beginning with {beginning!r}"
