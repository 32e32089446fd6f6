"""The records of a DBN file, a bounded part at a time and each kind as columns."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalog.formats.dbn.kernels import BROKEN, SHORT, walk
from catalog.formats.dbn.layout import HEADER, RType, layouts
from catalog.formats.dbn.metadata import Metadata, read_metadata
from catalog.formats.tally import Numbers, Tally
from mia_plugins.importing import Source

CHUNK = 4 * 2**20
"""Bytes that are worked on at once."""
ZSTD = b"\x28\xb5\x2f\xfd"
CUT = "cut short at the end of the file"
Records = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Run:
    """Records of one kind, in the order of the file."""

    rtype: int
    records: Records
    numbers: Numbers
    """Which records of the file they are; the first is 0."""

    def of(self, rows: Any) -> "Run":
        """Return some of them."""
        return Run(self.rtype, self.records[rows], self.numbers[rows])


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of the file."""

    runs: tuple[Run, ...]
    """What names instruments stands first."""
    tally: Tally
    """With the records that mia does not read rejected."""
    done: int
    """Bytes of the file behind it."""


@contextmanager
def dbn_file(source: Source) -> Iterator["DbnFile"]:
    """Open a file of DBN."""
    with source.open() as opened, _told(source):
        compressed = opened.read(len(ZSTD)) == ZSTD
        opened.seek(0)
        stream = pa.CompressedInputStream(pa.PythonFile(opened), "zstd") if compressed else opened
        yield DbnFile(source, cast("BinaryIO", stream), opened)


class DbnFile:
    """A file of DBN that is open."""

    def __init__(self, source: Source, stream: BinaryIO, opened: BinaryIO) -> None:
        self._source = source
        self._stream = stream
        self._opened = opened
        self.metadata: Metadata = read_metadata(stream, source)
        self._layouts = layouts(self.metadata.version, ts_out=self.metadata.ts_out)

    def chunks(self) -> Iterator[Chunk]:
        """Yield the file a part at a time; a length that no record has is an error with the byte."""
        offset, first, rest = self.metadata.size, 0, b""
        ended = np.zeros(2, np.int64)
        while True:
            fresh = self._stream.read(CHUNK)
            data = np.frombuffer(rest + fresh, np.uint8)
            offsets = np.empty(len(data) // HEADER + 1, np.int64)
            count = walk(data, offsets, ended)
            tally = Tally(read=count)
            runs = tuple(self._runs(data, offsets[:count], (offset, first), tally)) if count else ()
            offset, first = offset + int(ended[0]), first + count
            if not fresh and ended[1] == SHORT:
                tally.read += 1
                tally.reject_some(CUT, 1, f"byte {offset}")
            if tally.read:
                yield Chunk(runs, tally, self._opened.tell())
            if ended[1] == BROKEN:
                raise self._broken(offset, f"a record of less than the {HEADER} bytes of its header")
            if not fresh:
                return
            rest = data[int(ended[0]) :].tobytes()

    def _runs(
        self, data: NDArray[np.uint8], offsets: Numbers, start: tuple[int, int], tally: Tally
    ) -> Iterator[Run]:
        rtypes = data[offsets + 1]
        if (rtypes == rtypes[0]).all():
            yield from self._run(data, offsets, np.arange(len(offsets)) + start[1], (start[0], tally))
            return
        found = np.unique(rtypes).tolist()
        for rtype in sorted(found, key=lambda one: (one not in {RType.MAPPING, RType.DEFINITION}, one)):
            at = np.flatnonzero(rtypes == rtype)
            yield from self._run(data, offsets[at], at + start[1], (start[0], tally))

    def _run(
        self, data: NDArray[np.uint8], offsets: Numbers, numbers: Numbers, what: tuple[int, Tally]
    ) -> Iterator[Run]:
        """Yield the records of one kind; after a length that is not the kind's all is out of step."""
        start, tally = what
        rtype = int(data[offsets[0] + 1])
        layout = self._layouts.get(rtype)
        if layout is None:
            tally.reject(f"a record {_name(rtype)}, which mia does not read", numbers)
            return
        sizes = data[offsets].astype(np.int64) * 4
        if (sizes != layout.itemsize).any():
            at = int(np.argmax(sizes != layout.itemsize))
            raise self._broken(
                start + int(offsets[at]),
                f"a record {_name(rtype)} of {sizes[at]} bytes; {layout.itemsize} were expected",
            )
        yield Run(rtype, _gathered(data, offsets, layout), numbers)

    def _broken(self, offset: int, what: str) -> Exception:
        return self._source.refuse(
            f"byte {offset}", what, "download it again: the file is damaged from there on"
        )


def _gathered(data: NDArray[np.uint8], offsets: Numbers, layout: np.dtype[Any]) -> Records:
    """Return records as columns; nothing is copied where they stand side by side."""
    first, size = int(offsets[0]), layout.itemsize
    if int(offsets[-1]) - first == (len(offsets) - 1) * size:
        return np.frombuffer(data[first : first + len(offsets) * size], layout)
    records: Records = data[offsets[:, None] + np.arange(size)].view(layout).ravel()
    return records


def _name(rtype: int) -> str:
    names = {int(one): one.name.lower().replace("_", "-") for one in RType}
    return names.get(rtype, f"of kind {rtype:#04x}")


@contextmanager
def _told(source: Source) -> Iterator[None]:
    """Say in our words what goes wrong while a file is decompressed."""
    try:
        yield
    except pa.ArrowException as error:
        raise source.refuse("in its compressed bytes", str(error), "download it again") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise source.refuse("in its compressed bytes", str(error), "download it again") from error
