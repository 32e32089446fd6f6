"""What Sierra Chart's files have in common: their header, their times, the contract in their name."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from mia_plugins.data.sessions import NS
from mia_plugins.importing import Source

DAYS_TO_1970 = 25_569
"""From 1899-12-30, where Sierra's times begin."""
_MICROSECONDS_TO_1970 = DAYS_TO_1970 * 86_400 * 1_000_000
_MOST_MICROSECONDS = 10**17
"""Above any time in microseconds, and below the bits of any in days."""
PART = 1 << 17
"""Records in memory at a time."""


def read_header(opened: BinaryIO, source: Source, magic: bytes, usual: tuple[int, int]) -> tuple[int, int]:
    """Return the sizes (bytes) of header and record that a file's header says."""
    start = opened.read(12)
    if len(start) < 12:
        raise source.refuse(f"byte {len(start)}", "the file ends in its header", "bring the whole file")
    if start[:4] != magic:
        raise source.refuse("byte 0", f"it begins with {start[:4]!r}; {magic!r} was expected")
    header, record = struct.unpack("<II", start[4:12])
    if not (12 <= header <= 4096 and usual[1] <= record <= 4096):
        raise source.refuse(
            "byte 4",
            f"a header of {header} and records of {record} bytes; {usual[0]} and {usual[1]} were expected",
        )
    return header, record


def records(
    opened: BinaryIO, header: int, size: int, fields: list[tuple[str, str]]
) -> Iterator[tuple[NDArray[np.void], bytes]]:
    """Yield records, some at a time, and with the last of them the bytes of one that is cut short."""
    known = np.dtype(fields).itemsize
    wide = np.dtype([*fields, ("rest", f"V{size - known}")] if size > known else fields)
    opened.seek(header)
    while True:
        piece = opened.read(PART * size)
        whole = len(piece) // size * size
        yield np.frombuffer(piece[:whole], wide), piece[whole:]
        if len(piece) < PART * size:
            return


def times_from(ts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return UTC ns as Sierra's times; what is finer than a microsecond is cut off."""
    return ts // 1_000 + _MICROSECONDS_TO_1970


def is_in_days(first: int) -> bool:
    """Say whether the bits of a file's first time are those of days as a float64, as old versions have."""
    return abs(first) > _MOST_MICROSECONDS


def times(raw: NDArray[np.int64], *, in_days: bool) -> NDArray[np.int64]:
    """Return Sierra's times as UTC ns, -1 where one is none."""
    if in_days:
        days = np.nan_to_num(raw.view(np.float64), nan=0) - DAYS_TO_1970
        sound = np.abs(days) < 100_000
        return np.where(sound, np.rint(np.where(sound, days, 0) * 86_400e6).astype(np.int64) * 1_000, -1)
    sound = (raw > -_MOST_MICROSECONDS) & (raw < _MOST_MICROSECONDS)
    # 10^17 microseconds are more than ns have room for.
    since = np.where(sound, raw, 0) - _MICROSECONDS_TO_1970
    sound &= np.abs(since) < 2**63 // 1_000
    return np.where(sound, np.where(sound, since, 0) * (NS // 1_000_000), -1)
