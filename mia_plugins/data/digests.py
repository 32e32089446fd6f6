"""The digest of a file's bytes: what tells that it is still the one that was written."""

import hashlib
import io
from typing import Any

from mia_plugins.data.files import Files, told

SIZE = 16
"""Bytes of a digest: enough against accidents, and a year's list of them stays small."""
_PIECE = 1 << 20
"""Bytes that are read at once."""


class DigestingStream(io.RawIOBase):
    """A stream for writing that knows the digest of what went through."""

    def __init__(self, stream: Any) -> None:
        """`stream` is pyarrow's, open for writing; closing this one closes it."""
        super().__init__()
        self._stream = stream
        self._hash = hashlib.blake2b(digest_size=SIZE)
        self._written = 0

    @property
    def digest(self) -> str:
        """The digest of what was written so far, in hex."""
        return self._hash.hexdigest()

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def tell(self) -> int:
        """Return the number of bytes written."""
        return self._written

    def write(self, data: Any) -> int:
        """Write bytes."""
        self._stream.write(data)
        self._hash.update(data)
        self._written += len(data)
        return len(data)

    def close(self) -> None:
        """Close it and the stream beneath."""
        if not self.closed:
            try:
                self._stream.close()
            finally:
                super().close()


def digest_of(files: Files, path: str) -> str:
    """Return the digest of a file that is there, in hex, read piece by piece."""
    found = hashlib.blake2b(digest_size=SIZE)
    with files.reading(path) as opened, told(files.full(path), "read"):
        while piece := opened.read(_PIECE):
            found.update(piece)
    return found.hexdigest()
