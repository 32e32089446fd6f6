"""A file that grows by whole pieces: the operating system has each once it is written, or nothing of it."""

import os
from collections.abc import Buffer
from pathlib import Path

from mia_plugins.runs.errors import told


class Appended:
    """Pieces at the end of a file. A kill may cut the last one short; a disk that is full does not."""

    def __init__(self, path: Path) -> None:
        """The file begins anew."""
        self.path = path
        with told(path, "written"):
            self._file = os.open(
                path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o644
            )
        self._size = 0

    def write(self, piece: Buffer) -> None:
        """Write a piece."""
        left = memoryview(piece).cast("B")
        size = self._size + len(left)
        with told(self.path, "written"):
            try:
                while left:
                    left = left[os.write(self._file, left) :]
            except OSError:
                os.ftruncate(self._file, self._size)
                raise
        self._size = size

    def clear(self) -> None:
        """Begin anew."""
        if self._size:
            with told(self.path, "written"):
                os.ftruncate(self._file, 0)
            self._size = 0

    def close(self) -> None:
        """Let go of it."""
        os.close(self._file)
