"""What a DBN file says of itself: its version, its schema, and what its instruments are called."""

import datetime as dt
import struct
from dataclasses import dataclass
from typing import BinaryIO

from catalog.formats.dbn.layout import NO_SCHEMA, VERSIONS
from mia_plugins.importing import Source, SourceError

MAGIC = b"DBN"
PRELUDE = 8
"""Bytes before what the length counts."""
FIXED = 100
"""Bytes of fixed fields behind the prelude."""
LONGEST = 256 * 2**20
"""Bytes: a file that says more of itself is none."""
SYMBOL_1 = 22
"""Bytes of a symbol in version 1; later ones say how many."""
SCHEMAS = (
    *("mbo", "mbp-1", "mbp-10", "tbbo", "trades", "ohlcv-1s", "ohlcv-1m", "ohlcv-1h", "ohlcv-1d"),
    *("definition", "statistics", "status", "imbalance", "ohlcv-eod", "cmbp-1", "cbbo-1s", "cbbo-1m"),
    *("tcbbo", "bbo-1s", "bbo-1m"),
)
"""By their numbers."""
INSTRUMENT_ID, RAW_SYMBOL = 0, 1
"""Two of the ways in which symbols are written."""


@dataclass(frozen=True, slots=True)
class Interval:
    """What a symbol stood for over some days."""

    asked: str
    """The symbol that was asked for."""
    start: dt.date
    """The first day, in UTC."""
    end: dt.date
    """The day after the last."""
    means: str
    """What it stood for: the number of an instrument, as a rule."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """The head of a DBN file."""

    version: int
    dataset: str
    schema: str
    """Empty where there are several."""
    symbols_in: int | None
    """How the symbols that were asked for are written."""
    symbols_out: int
    """How what they stand for is written."""
    ts_out: bool
    intervals: tuple[Interval, ...]
    size: int
    """Bytes up to the first record."""


def read_metadata(stream: BinaryIO, source: Source) -> Metadata:
    """Read the head of a file; one that is none is an error with the byte."""
    prelude = stream.read(PRELUDE)
    if prelude[:3] != MAGIC or len(prelude) < PRELUDE:
        raise source.refuse(
            "byte 0",
            f"{prelude[:3]!r} where a DBN file begins with {MAGIC!r}",
            "name a file of Databento's, .dbn or .dbn.zst; .dbz is older and cannot be read",
        )
    version, length = prelude[3], int.from_bytes(prelude[4:], "little")
    if version not in VERSIONS:
        raise source.refuse(
            "byte 3",
            f"version {version} of DBN; {VERSIONS[0]} to {VERSIONS[-1]} were expected",
            "convert it with Databento's `dbn` command, or download it again",
        )
    if not FIXED <= length <= LONGEST:
        raise source.refuse(
            "byte 4", f"a head of {length} bytes; {FIXED} to {LONGEST} were expected", "download it again"
        )
    head = stream.read(length)
    if len(head) < length:
        raise source.refuse(
            f"byte {PRELUDE + len(head)}", f"the file ends in its head of {length} bytes", "download it again"
        )
    return _Head(head, version, source).metadata()


class _Head:
    """The bytes of a head, read from the front."""

    def __init__(self, head: bytes, version: int, source: Source) -> None:
        self._head = head
        self._version = version
        self._source = source
        self._at = 0

    def metadata(self) -> Metadata:
        """Return what it says; text that is none and lengths beyond its end are errors."""
        dataset = self._text(16)
        schema = self._number("<H")
        self._at += 24 if self._version > 1 else 32  # start, end, limit; in version 1 a count
        symbols_in, symbols_out, ts_out = (self._number("<B") for _ in range(3))
        width = self._number("<H") if self._version > 1 else SYMBOL_1
        if not width:
            raise self._damaged("symbols of no bytes")
        self._at = FIXED
        self._skip(1)  # a schema definition, which is none so far
        for _ in range(3):  # symbols asked for, found in part, not found
            self._skip(width)
        intervals = tuple(
            interval for _ in range(self._count(width + 4)) for interval in self._intervals(width)
        )
        return Metadata(
            self._version,
            dataset,
            "" if schema == NO_SCHEMA else SCHEMAS[schema] if schema < len(SCHEMAS) else str(schema),
            None if symbols_in == 255 else symbols_in,
            symbols_out,
            bool(ts_out),
            intervals,
            PRELUDE + len(self._head),
        )

    def _intervals(self, width: int) -> list[Interval]:
        asked = self._text(width)
        found = []
        for _ in range(self._count(width + 8)):
            start, end = self._day(), self._day()
            found.append(Interval(asked, start, end, self._text(width)))
        return found

    def _skip(self, width: int) -> None:
        """Pass over a count and so many entries of some bytes."""
        count = self._count(width)
        self._at += width * count

    def _day(self) -> dt.date:
        number = self._number("<I")
        try:
            return dt.date(number // 10_000, number // 100 % 100, number % 100)
        except ValueError:
            raise self._damaged(f"{number} is no date") from None

    def _count(self, size: int) -> int:
        """Return how many entries of at least so many bytes follow."""
        count = self._number("<I")
        if count * size > len(self._head) - self._at:
            raise self._damaged(f"{count} entries do not fit in the head")
        return count

    def _number(self, form: str) -> int:
        size = struct.calcsize(form)
        if self._at + size > len(self._head):
            raise self._damaged("the head ends too early")
        (number,) = struct.unpack_from(form, self._head, self._at)
        self._at += size
        return int(number)

    def _text(self, size: int) -> str:
        raw = self._head[self._at : self._at + size]
        self._at += size
        if len(raw) < size:
            raise self._damaged("the head ends too early")
        try:
            return raw.partition(b"\0")[0].decode("ascii")
        except UnicodeDecodeError:
            raise self._damaged(f"{raw[:20]!r} is no text") from None

    def _damaged(self, what: str) -> SourceError:
        return self._source.refuse(
            f"byte {PRELUDE + self._at}", what, "download it again: its head is damaged"
        )
