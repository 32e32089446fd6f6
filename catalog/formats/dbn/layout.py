"""The bytes of DBN's records: little-endian, a header of 16 bytes with the length in words of four.

Only fields that are used are named. Prices are whole billionths of a point, times UTC ns.
"""

from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from typing import Any

import numpy as np

HEADER = 16
"""Bytes of a record's header."""
WORD = 4
"""Bytes that a record's length counts."""
TS_OUT = 8
"""Bytes that each record is longer where the time of sending follows it."""
VERSIONS = (1, 2, 3)
NO_PRICE = 2**63 - 1
NO_TIME = 2**64 - 1
NO_SIZE = 2**32 - 1
NO_QUANTITY = {1: 2**31 - 1, 2: 2**31 - 1, 3: 2**63 - 1}
"""What a statistic without a quantity has, by version."""
NO_SCHEMA = 2**16 - 1
"""A file of several schemas."""
BILLION = 1_000_000_000
"""What a price of one point is in a file."""

LAST = 128
"""Flag: the last record of an event of its instrument."""
TOP_OF_BOOK = 64
"""Flag: the record is of a best price, not of an order."""
SNAPSHOT = 32
"""Flag: part of a snapshot."""
MAYBE_BAD_BOOK = 4
"""Flag: something was lost on the way to Databento, and the book may be wrong."""


class RType(IntEnum):
    """Kinds of record."""

    TRADE = 0x00
    MBP_1 = 0x01
    MBP_10 = 0x0A
    STATUS = 0x12
    DEFINITION = 0x13
    IMBALANCE = 0x14
    ERROR = 0x15
    MAPPING = 0x16
    SYSTEM = 0x17
    STATISTICS = 0x18
    OHLCV_1S = 0x20
    OHLCV_1M = 0x21
    OHLCV_1H = 0x22
    OHLCV_1D = 0x23
    OHLCV_EOD = 0x24
    MBO = 0xA0


LEVEL = np.dtype(
    [
        ("bid", "<i8"),
        ("ask", "<i8"),
        ("bid_size", "<u4"),
        ("ask_size", "<u4"),
        ("bids", "<u4"),
        ("asks", "<u4"),
    ]
)
"""One level of a book by price: prices, sizes and numbers of orders."""

_HEADER = {"instrument": ("<u4", 4), "ts_event": ("<u8", 8)}
_PRINT = {
    **_HEADER,
    "price": ("<i8", 16),
    "size": ("<u4", 24),
    "action": ("u1", 28),
    "side": ("u1", 29),
    "flags": ("u1", 30),
    "ts_recv": ("<u8", 32),
    "sequence": ("<u4", 44),
}
_MBO = {
    **_HEADER,
    "order": ("<u8", 16),
    "price": ("<i8", 24),
    "size": ("<u4", 32),
    "flags": ("u1", 36),
    "action": ("u1", 38),
    "side": ("u1", 39),
    "ts_recv": ("<u8", 40),
    "sequence": ("<u4", 52),
}
_OHLCV = {
    **_HEADER,
    "open": ("<i8", 16),
    "high": ("<i8", 24),
    "low": ("<i8", 32),
    "close": ("<i8", 40),
    "volume": ("<u8", 48),
}
_STATISTIC = {**_HEADER, "ts_recv": ("<u8", 16), "ts_ref": ("<u8", 24), "price": ("<i8", 32)}
_STATISTIC_1 = {**_STATISTIC, "quantity": ("<i4", 40), "kind": ("<u2", 52), "update": ("u1", 56)}
_STATISTIC_3 = {**_STATISTIC, "quantity": ("<i8", 40), "kind": ("<u2", 56), "update": ("u1", 60)}
_DEFINITION = {**_HEADER, "ts_recv": ("<u8", 16), "tick": ("<i8", 24), "expiration": ("<u8", 40)}
_DEFINITION_1 = {**_DEFINITION, "unit": ("<i8", 88), "symbol": ("S22", 200), "class": ("S1", 325)}
_DEFINITION_2 = {**_DEFINITION, "unit": ("<i8", 88), "symbol": ("S71", 200), "class": ("S1", 374)}
_DEFINITION_3 = {**_DEFINITION, "unit": ("<i8", 80), "symbol": ("S71", 238), "class": ("S1", 487)}
_MAPPING_1 = {
    **_HEADER,
    "asked": ("S22", 16),
    "symbol": ("S22", 38),
    "start": ("<u8", 64),
    "end": ("<u8", 72),
}
_MAPPING_2 = {
    **_HEADER,
    "asked": ("S71", 17),
    "symbol": ("S71", 89),
    "start": ("<u8", 160),
    "end": ("<u8", 168),
}

_OF_ALL: Mapping[int, tuple[Mapping[str, tuple[Any, int]], int]] = {
    RType.TRADE: (_PRINT, 48),
    RType.MBP_1: (_PRINT | {"levels": ((LEVEL, 1), 48)}, 80),
    RType.MBP_10: (_PRINT | {"levels": ((LEVEL, 10), 48)}, 368),
    RType.MBO: (_MBO, 56),
    **dict.fromkeys((rtype for rtype in RType if rtype.name.startswith("OHLCV")), (_OHLCV, 56)),
}
_OF_VERSION: Mapping[int, Mapping[int, tuple[Mapping[str, tuple[Any, int]], int]]] = {
    1: {
        RType.STATISTICS: (_STATISTIC_1, 64),
        RType.DEFINITION: (_DEFINITION_1, 360),
        RType.MAPPING: (_MAPPING_1, 80),
    },
    2: {
        RType.STATISTICS: (_STATISTIC_1, 64),
        RType.DEFINITION: (_DEFINITION_2, 400),
        RType.MAPPING: (_MAPPING_2, 176),
    },
    3: {
        RType.STATISTICS: (_STATISTIC_3, 80),
        RType.DEFINITION: (_DEFINITION_3, 520),
        RType.MAPPING: (_MAPPING_2, 176),
    },
}


@cache
def layouts(version: int, *, ts_out: bool) -> Mapping[int, np.dtype[np.void]]:
    """Return the layouts of the records that mia reads, by their kind."""
    extra = TS_OUT if ts_out else 0
    found = {}
    for rtype, (fields, size) in {**_OF_ALL, **_OF_VERSION[version]}.items():
        names = list(fields)
        formats, offsets = zip(*fields.values(), strict=True)
        found[int(rtype)] = np.dtype(
            {"names": names, "formats": formats, "offsets": offsets, "itemsize": size + extra}
        )
    return found
