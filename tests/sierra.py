"""Sierra Chart's files as Sierra would write them, record by record from their description."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

DAYS = 25_569
FIRST, LAST = -1.99900095e37, -1.99900197e37


@dataclass(frozen=True)
class Print:
    """A part of an order: points, contracts, +1 a buyer's, and the mark in open."""

    ts: int
    """UTC ns, whole microseconds."""
    price: float
    lots: int
    side: int
    mark: float = 0.0
    spread: float = 0.25

    def encoded(self, multiplier: float = 1.0, *, in_days: bool = False) -> bytes:
        """Return its record; the file's prices are `price / multiplier`."""
        bid = self.price if self.side < 0 else self.price - self.spread * (1 if self.side > 0 else 0.5)
        ask = self.price if self.side > 0 else self.price + self.spread * (1 if self.side < 0 else 0.5)
        prices = (self.mark, ask / multiplier, bid / multiplier, self.price / multiplier)
        volumes = (1, self.lots, self.lots if self.side < 0 else 0, self.lots if self.side > 0 else 0)
        return when(self.ts, in_days=in_days) + struct.pack("<4f4I", *prices, *volumes)


def when(ts: int, *, in_days: bool = False) -> bytes:
    """Return a time as Sierra has it."""
    microseconds = ts // 1_000 + DAYS * 86_400_000_000
    return struct.pack("<d", microseconds / 86_400e6) if in_days else struct.pack("<q", microseconds)


def scid(
    prints: Iterable[Print], multiplier: float = 1.0, *, in_days: bool = False, record: int = 40
) -> bytes:
    """Return a whole `.scid`."""
    header = struct.pack("<4sIIHHI36s", b"SCID", 56, record, 1, 0, 0, b"")
    pad = b"\0" * (record - 40)
    return header + b"".join(one.encoded(multiplier, in_days=in_days) + pad for one in prints)


def bars(rows: Iterable[tuple[int, float, float, float, float, int]]) -> bytes:
    """Return a `.scid` of bars: start (UTC ns), open, high, low, close in points, contracts."""
    header = struct.pack("<4sIIHHI36s", b"SCID", 56, 40, 1, 0, 0, b"")
    return header + b"".join(
        when(ts) + struct.pack("<4f4I", o, h, lo, c, 1, v, 0, v) for ts, o, h, lo, c, v in rows
    )


@dataclass(frozen=True)
class Command:
    """A line of `.depth`."""

    ts: int
    command: int
    price: float = 0.0
    lots: int = 0
    orders: int = 1
    last: bool = False


def depth(commands: Iterable[Command], multiplier: float = 1.0) -> bytes:
    """Return a whole `.depth`."""
    header = struct.pack("<IIII48s", 0x44444353, 64, 24, 1, b"")
    return header + b"".join(
        when(one.ts)
        + struct.pack("<BBHfII", one.command, one.last, one.orders, one.price / multiplier, one.lots, 0)
        for one in commands
    )
