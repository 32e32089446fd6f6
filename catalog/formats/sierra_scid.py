"""Sierra Chart's `.scid`: trades, of which those of one order can be told and are joined, or minute bars.

A trade's record has open 0, or one of two numbers that mark the first and the last part of an order that
the exchange reported in parts. Parts of one order at one price become one row; all rows of the order bear
the time of its last part, when it was known whole. From part to part the millisecond is the same or the next.
An order of which the file has not all parts is left out: a file that has it whole brings it.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.formats.bar_length import BarLength
from catalog.formats.scid_orders import FIRST, MOST_PARTS, Numbers, Parts, Records, is_trade
from catalog.formats.sierra import is_in_days, read_header, records, times, times_from
from mia_plugins.data.bars import MINUTE
from mia_plugins.data.columns import Bars, Trades
from mia_plugins.data.instruments import TICK_POINTS
from mia_plugins.importing import Grid, Importer, MarketRows, Part, Rejected, Source

MAGIC = b"SCID"
HEADER, RECORD = 56, 40
"""Bytes, usually."""
FIELDS = [
    *(("time", "<i8"), ("open", "<f4"), ("high", "<f4"), ("low", "<f4"), ("close", "<f4")),
    *(("trades", "<u4"), ("volume", "<u4"), ("bid_volume", "<u4"), ("ask_volume", "<u4")),
]
CUT_SHORT = "the last record is cut short"
NOT_WHOLE = "the file ends before the last part of an order"
BEHEADED = "the file begins after the first part of an order"


class ScidImporter(Importer):
    """Reads `.scid`."""

    @property
    def feed(self) -> str:
        """Who tells of the rows."""
        return "Sierra Chart"

    def parts(self, source: Source) -> Iterator[Part]:
        """Yield trades, or bars where the first record is one."""
        symbol = source.symbol()
        with source.open() as opened:
            header, size = read_header(opened, source, MAGIC, (HEADER, RECORD))
            reader: _Trades | _Bars | None = None
            first = 0
            for found, rest in records(opened, header, size, FIELDS):
                if reader is None:
                    file = _File(source, source.grid(symbol), symbol, header, size, _in_days(found))
                    reader = (_Bars if len(found) and not is_trade(found[:1])[0] else _Trades)(file)
                yield from reader.parts(found, first)
                first += len(found)
                done = header + first * size
                if rest:
                    cut = Rejected(1, f"byte {done}")
                    yield Part(read=1, done=done + len(rest), rejected={CUT_SHORT: cut})
            if reader:
                yield from reader.rest(first)


@dataclass(frozen=True, slots=True)
class _File:
    """What is the same for all records of a file."""

    source: Source
    grid: Grid
    symbol: str
    header: int
    size: int
    """Bytes of a record."""
    in_days: bool

    def byte(self, record: int) -> str:
        """Return where a record stands."""
        return f"byte {self.header + record * self.size}"

    def behind(self, record: int) -> int:
        """Return how many bytes lie before a record."""
        return self.header + record * self.size


def _in_days(found: Records) -> bool:
    return bool(len(found)) and is_in_days(int(found["time"][0]))


class _Trades:
    """Trades, with the parts of an order that goes on in the next piece of the file."""

    def __init__(self, file: _File) -> None:
        self._file = file
        self._kept: Records | None = None
        self._is_head = True
        """Whether it may still turn out that the file begins within an order."""

    def parts(self, found: Records, first: int) -> Iterator[Part]:
        """Yield the trades of some records, of which the first has the number `first` in the file."""
        if self._kept is not None:
            first -= len(self._kept)
            found, self._kept = np.concatenate((self._kept, found)), None
        parts = Parts.of(found, self._times(found))
        if self._is_head:
            until = parts.head()
            if until is None and len(found) < MOST_PARTS:
                self._kept = found.copy()
                return
            self._is_head = False
            if until:
                cut = Rejected(until, self._file.byte(first))
                yield Part(read=until, done=self._file.behind(first + until), rejected={BEHEADED: cut})
                found, first = found[until:], first + until
                parts = Parts.of(found, self._times(found))
        orders, end = parts.orders(), parts.open_from()
        self._kept = found[end:].copy() if end < len(found) else None
        yield self._part(found[:end], orders[:end], first)

    def rest(self, end: int) -> Iterator[Part]:
        """Reject what was kept at the end of the file: once it has the rest, the order comes in whole."""
        if self._kept is None:
            return
        kept, self._kept = self._kept, None
        if self._is_head and not (kept["open"] == FIRST).any():
            yield self._part(kept, np.arange(len(kept)), end - len(kept))
            return
        cut = Rejected(len(kept), self._file.byte(end - len(kept)))
        yield Part(read=len(kept), done=self._file.behind(end), rejected={NOT_WHOLE: cut})

    def _times(self, found: Records) -> Numbers:
        return times(np.ascontiguousarray(found["time"]), in_days=self._file.in_days)

    def _part(self, found: Records, orders: Numbers, first: int) -> Part:
        file = self._file
        of_trades = is_trade(found)
        rejected = {}
        if not of_trades.all():
            place = int(np.argmin(of_trades))
            reason = "a bar among trades"
            rejected[reason] = Rejected(int((~of_trades).sum()), file.byte(first + place))
        number = first + np.flatnonzero(of_trades)
        found, orders = found[of_trades], orders[of_trades]
        ts = self._times(found)
        ticks = file.grid.ticks(found["close"], ts)
        columns, begins = _joined(Trades(ts, ticks, found["volume"].astype(np.int64), _sides(found)), orders)
        rows = MarketRows(file.symbol, columns, place=lambda row: file.byte(int(number[begins[row]])))
        read = len(of_trades)
        return Part(read, file.behind(first + read), (rows,), len(found) - len(columns), rejected)


def _joined(trades: Trades, orders: NDArray[np.int64]) -> tuple[Trades, NDArray[np.intp]]:
    """Return parts of one order, price and side as one trade, and which record each trade begins with."""
    if not len(orders):
        return trades, np.empty(0, np.intp)
    begins = np.ones(len(orders), np.bool_)
    same = (np.diff(orders) == 0) & (np.diff(trades.ticks) == 0) & (np.diff(trades.side) == 0)
    begins[1:] = ~same
    if begins.all() and (orders[1:] != orders[:-1]).all():
        return trades, np.arange(len(orders))
    starts = np.flatnonzero(begins)
    ends = np.append(np.flatnonzero(np.diff(orders)), len(orders) - 1)
    known = trades.ts[ends[np.searchsorted(ends, starts)]]
    lots = np.add.reduceat(trades.lots, starts)
    return Trades(known, trades.ticks[starts], lots, trades.side[starts]), starts


def _sides(found: Records) -> NDArray[np.int8]:
    """Return who came to the other: by the volume at bid or ask, else by the quotes in high and low."""
    bid, ask = found["bid_volume"], found["ask_volume"]
    sides = (ask > bid).astype(np.int8) - (bid > ask)
    unknown = sides == 0
    if unknown.any():
        price, high, low = (found[name][unknown] for name in ("close", "high", "low"))
        known = (low > 0) & (low < high)
        sides[unknown] = np.where(known, (price >= high).astype(np.int8) - (price <= low), 0)
    return sides


def scid_header() -> bytes:
    """Return the header of a file of our own."""
    return struct.pack("<4sIIHHI36s", MAGIC, HEADER, RECORD, 1, 0, 0, b"")


def scid_records(trades: Trades) -> Records:
    """Return trades as records: times to the microsecond, quotes a tick wide around the price."""
    records_ = np.zeros(len(trades), FIELDS)
    points = trades.ticks * TICK_POINTS
    records_["time"] = times_from(trades.ts)
    records_["close"] = points
    records_["high"] = points + TICK_POINTS * (trades.side < 0)
    records_["low"] = points - TICK_POINTS * (trades.side > 0)
    records_["trades"] = 1
    records_["volume"] = trades.lots
    records_["bid_volume"] = trades.lots * (trades.side < 0)
    records_["ask_volume"] = trades.lots * (trades.side > 0)
    return records_


class _Bars:
    """Bars of one minute; they are stamped at their start."""

    def __init__(self, file: _File) -> None:
        self._file = file
        self._length = BarLength(file.source)

    def parts(self, found: Records, first: int) -> Iterator[Part]:
        """Yield bars."""
        file = self._file
        ts = times(np.ascontiguousarray(found["time"]), in_days=file.in_days)
        self._length.judge(ts[ts >= 0], file.byte(first))
        whole = ts % MINUTE == 0
        opened, high, low, close = (
            file.grid.ticks(found[name], ts)[whole] for name in ("open", "high", "low", "close")
        )
        columns = Bars(ts[whole] + MINUTE, opened, high, low, close, found["volume"][whole].astype(np.int64))
        number = first + np.flatnonzero(whole)
        rejected = {}
        if not whole.all():
            odd = Rejected(int((~whole).sum()), file.byte(first + int(np.argmin(whole))))
            rejected["a bar that does not begin with a minute"] = odd
        rows = MarketRows(file.symbol, columns, place=lambda row: file.byte(int(number[row])))
        yield Part(len(found), file.behind(first + len(found)), (rows,), 0, rejected)

    def rest(self, _: int) -> Iterator[Part]:
        """Yield nothing: bars are not kept."""
        yield from ()
