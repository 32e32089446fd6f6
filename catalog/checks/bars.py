"""Minute bars against the trades of their minutes."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalog.checks.instruments import Instrument
from catalog.checks.problem import Problem, ProblemKind, Tally, new_york
from catalog.checks.rows import holes
from mia_plugins.data.arrow import times_of
from mia_plugins.data.bars import MINUTE, bars_of
from mia_plugins.data.columns import Bars, Trades, rows_of
from mia_plugins.data.decimals import RAW_LOT, units_of
from mia_plugins.data.errors import CatalogError, CatalogFileError
from mia_plugins.data.layout import DataFile
from mia_plugins.data.store import Store

_PRICES = ("open", "high", "low", "close")
_VALUES = (*_PRICES, "lots")


def bar_problems(
    store: Store, trades: Sequence[DataFile], bars: Sequence[DataFile], instrument: Instrument
) -> Iterator[Problem]:
    """Yield where one instrument's bars are not what its trades make, file of trades by file.

    A file is left out that another check must mend first: one that cannot be read, goes back in time or
    lacks values.
    Memory is bounded by a row group of each.
    """
    ordered = sorted(trades, key=lambda file: (file.start, file.end))
    closes = [(_close(one.end), _close(other.start)) for one, other in pairwise(ordered)]
    shared = {minute for minute, next_one in closes if minute == next_one}
    for file in ordered:
        beside = [one for one in bars if one.start <= _close(file.end) and one.end >= _close(file.start)]
        if not beside:
            continue
        check = _Comparison(store, beside, instrument, shared)
        try:
            for minutes in _minutes(store, file, instrument):
                check.feed(minutes)
        except (CatalogError, CatalogFileError, pa.ArrowException, _UnusableError):
            continue
        yield from check.problems()


class _UnusableError(Exception):
    """Rows go back in time or lack values, so that a minute's first and last cannot be told."""


class _Comparison:
    """The bars beside one file of trades."""

    def __init__(
        self, store: Store, bars: Sequence[DataFile], instrument: Instrument, shared: set[int]
    ) -> None:
        """`shared` are minutes (their closes) that two files of trades share: no file has them whole."""
        self._store = store
        self._bars = bars
        self._instrument = instrument
        self._shared = np.array(sorted(shared), np.int64)
        self._tally = Tally()
        self._example = ""
        self._seen = 0

    def feed(self, made: Bars) -> None:
        """Hold the next minutes that have trades against the bars from the last such minute on."""
        start = self._seen + 1 if self._seen else int(made.ts[0])
        self._seen = end = int(made.ts[-1])
        there = _joined([part for file in self._bars for part in self._read(file, start, end)])
        every = np.setdiff1d(np.union1d(made.ts, there.ts), self._shared)
        ours, theirs = _aligned(made, every), _aligned(there, every)
        wrong = (ours != theirs).any(axis=1)
        if wrong.any() and not self._tally.count:
            row = int(np.argmax(wrong))
            self._example = _told(ours[row], theirs[row])
        self._tally.add(every, wrong)

    def problems(self) -> Iterator[Problem]:
        """Yield what was found."""
        if self._tally.count:
            first = f"the first closes at {new_york(self._tally.first)} New York: {self._example}"
            what = f"{self._tally.count} bars are not what the trades of their minute make; {first}"
            yield Problem(ProblemKind.BARS_DIFFER, self._bars[0].path, what, self._tally.count)

    def _read(self, file: DataFile, start: int, end: int) -> Iterator[Bars]:
        for table in self._store.row_groups(file.path, start, end):
            _refuse_holes(table)
            ts = times_of(table["ts_init"].combine_chunks())
            prices = [
                units_of(table[name].combine_chunks(), self._instrument.raw_tick)[0] for name in _PRICES
            ]
            lots, _ = units_of(table["volume"].combine_chunks(), RAW_LOT)
            yield rows_of(Bars(ts, *[*prices, lots]), (ts >= start) & (ts <= end))


def _minutes(store: Store, file: DataFile, instrument: Instrument) -> Iterator[Bars]:
    """Yield the bars that a file of trades makes; a minute comes once it is over."""
    rest: list[Bars] = []
    last = 0
    for table in store.row_groups(file.path):
        trades = _trades(table, instrument)
        if not len(trades):
            continue
        if trades.ts[0] < last or (np.diff(trades.ts) < 0).any():
            raise _UnusableError
        last = int(trades.ts[-1])
        made = _joined([*rest, bars_of(trades)])
        rest = [rows_of(made, slice(-1, None))]
        if len(made) > 1:
            yield rows_of(made, slice(-1))
    yield from rest


def _refuse_holes(table: pa.Table) -> None:
    if holes(table).any():
        raise _UnusableError


def _trades(table: pa.Table, instrument: Instrument) -> Trades:
    _refuse_holes(table)
    ts = times_of(table["ts_init"].combine_chunks())
    ticks, _ = units_of(table["price"].combine_chunks(), instrument.raw_tick)
    lots, _ = units_of(table["size"].combine_chunks(), RAW_LOT)
    return Trades(ts, ticks, lots, np.zeros(len(ts), np.int8))


def _joined(parts: Sequence[Bars]) -> Bars:
    """Return bars one after the other; those of the same minute become one."""
    if not parts:
        return Bars(*(np.empty(0, np.int64) for _ in Bars.__slots__))
    every = Bars(*(np.concatenate([getattr(part, name) for part in parts]) for name in Bars.__slots__))
    if not len(every):
        return every
    starts = np.flatnonzero(np.diff(every.ts, prepend=every.ts[0] - 1))
    ends = np.append(starts[1:], len(every)) - 1
    return Bars(
        ts=every.ts[starts],
        open=every.open[starts],
        high=np.maximum.reduceat(every.high, starts),
        low=np.minimum.reduceat(every.low, starts),
        close=every.close[ends],
        lots=np.add.reduceat(every.lots, starts),
    )


def _aligned(bars: Bars, times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return open, high, low, close and volume at some times, (n, 5); no volume where there is no bar."""
    values = np.zeros((len(times), len(_VALUES)), np.int64)
    kept = np.isin(bars.ts, times)
    values[np.searchsorted(times, bars.ts[kept])] = np.column_stack([getattr(bars, n)[kept] for n in _VALUES])
    return values


def _told(ours: NDArray[np.int64], theirs: NDArray[np.int64]) -> str:
    """Say how a bar differs from what the trades make of its minute."""
    if not theirs.any():
        return "there is none, and there are trades"
    if not ours.any():
        return "there are no trades"
    column = int(np.argmax(ours != theirs))
    name, unit = (_VALUES[column], "ticks") if column < 4 else ("volume", "contracts")
    return f"{name} {theirs[column]} {unit}, of the trades {ours[column]}"


def _close(ts: int) -> int:
    """Return when the minute of a trade closes: UTC ns."""
    return (ts // MINUTE + 1) * MINUTE
