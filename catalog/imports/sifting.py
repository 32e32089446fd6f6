"""Rows that no catalog should hold are taken out, each for a reason that is counted."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalog.imports.quality import Quality
from mia_plugins.data.arrow import times_of
from mia_plugins.data.columns import LEVELS, Bars, Depth, Quotes, Trades, rows_of
from mia_plugins.data.tables import as_known
from mia_plugins.importing import NO_PRICE, MarketRows, TableRows
from mia_plugins.importing.moments import EARLIEST, LATEST

_MOST = 2**31 - 1
"""Contracts or orders: what a catalog's decimals hold."""
Wrong = Iterator[tuple[str, NDArray[np.bool_]]]

NO_TIME = "the time is not from 1998 to 2037"
OFF_GRID = "a price is no whole number of ticks of 0.25 points"
NOT_POSITIVE = "a price is zero or less"
NO_SIZE = "a size is no whole number of contracts, one or more"
NO_SIDE = "an aggressor is neither buyer, seller nor unknown"
NO_BAR = "a bar's high and low do not enclose its open and close"
LEVELS_MIXED = "levels of the book do not get ever worse"


def sift(rows: MarketRows, quality: Quality, file: str) -> MarketRows:
    """Return the rows that are sound; the others are rejected, each for the first reason that holds."""
    left = np.ones(len(rows.columns), np.bool_)
    for reason, wrong in _wrong(rows):
        out = wrong & left
        count = int(out.sum())
        if count:
            quality.reject(reason, count, f"{file}: {rows.place(int(np.argmax(out)))}")
            left &= ~wrong
    if not left.all():
        ids = None if rows.ids is None else rows.ids[left]
        rows = MarketRows(rows.instrument, rows_of(rows.columns, left), ids, rows.place)
    _flag(rows, quality)
    return rows


def _wrong(rows: MarketRows) -> Wrong:
    columns = rows.columns
    yield NO_TIME, (columns.ts < EARLIEST) | (columns.ts >= LATEST)
    match columns:
        case Trades():
            yield from _prices(columns.ticks)
            yield NO_SIZE, ~_is_size(columns.lots)
            yield NO_SIDE, np.abs(columns.side) > 1
        case Quotes():
            yield from _prices(columns.bid_ticks, columns.ask_ticks)
            yield NO_SIZE, ~(_is_size(columns.bid_lots) & _is_size(columns.ask_lots))
        case Bars():
            yield from _prices(columns.open, columns.high, columns.low, columns.close)
            yield NO_SIZE, (columns.lots < 0) | (columns.lots > _MOST)
            inner = np.minimum(columns.open, columns.close), np.maximum(columns.open, columns.close)
            yield NO_BAR, (columns.low > inner[0]) | (columns.high < inner[1])
        case Depth():
            yield from _books(columns)


def _prices(*prices: NDArray[np.int64]) -> Wrong:
    yield OFF_GRID, np.logical_or.reduce([price == NO_PRICE for price in prices])
    yield NOT_POSITIVE, np.logical_or.reduce([price <= 0 for price in prices])


def _books(depth: Depth) -> Wrong:
    """Yield what is wrong with books; a level without contracts is none, whatever its price."""
    sides = ((depth.bid_ticks, depth.bid_lots, -1), (depth.ask_ticks, depth.ask_lots, 1))
    there = [lots != 0 for _, lots, _ in sides]
    yield OFF_GRID, _any((ticks == NO_PRICE) & is_ for (ticks, _, _), is_ in zip(sides, there, strict=True))
    yield NOT_POSITIVE, _any((ticks <= 0) & is_ for (ticks, _, _), is_ in zip(sides, there, strict=True))
    yield NO_SIZE, _any((lots < 0) | (lots > _MOST) for _, lots, _ in sides)
    yield NO_SIZE, _any((orders < 0) | (orders > _MOST) for orders in (depth.bid_counts, depth.ask_counts))
    yield NO_SIZE, ~(there[0].any(axis=1) | there[1].any(axis=1))
    yield (
        LEVELS_MIXED,
        _any(_mixed(ticks, is_, sign) for (ticks, _, sign), is_ in zip(sides, there, strict=True)),
    )


def _mixed(ticks: NDArray[np.int64], there: NDArray[np.bool_], sign: int) -> NDArray[np.bool_]:
    """Say between which levels a book gets no worse, or begins again after a level that is not there."""
    mixed = np.zeros((len(ticks), LEVELS), np.bool_)
    mixed[:, 1:] = there[:, 1:] & (~there[:, :-1] | (sign * np.diff(ticks, axis=1) <= 0))
    return mixed


def _any(levels: Iterator[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.logical_or.reduce([one.any(axis=1) for one in levels])
    return found


def _is_size(lots: NDArray[np.int64]) -> NDArray[np.bool_]:
    return (lots >= 1) & (lots <= _MOST)


def _flag(rows: MarketRows, quality: Quality) -> None:
    """Count books whose bid is at or above their ask: they are kept, and said."""
    match rows.columns:
        case Quotes(bid_ticks=bid, ask_ticks=ask):
            crossed = bid >= ask
        case Depth() as depth:
            both = (depth.bid_lots[:, 0] > 0) & (depth.ask_lots[:, 0] > 0)
            crossed = both & (depth.bid_ticks[:, 0] >= depth.ask_ticks[:, 0])
        case _:
            return
    if crossed.any():
        quality.flagged["bid at or above the ask"] += int(crossed.sum())


def sift_table(rows: TableRows, quality: Quality, file: str) -> TableRows:
    """Return the rows of a table whose times can be; the others are rejected."""
    table = as_known(rows.name, rows.table)
    wrong = np.zeros(len(table), np.bool_)
    for name in ("ts_event", "ts_init"):
        ts = times_of(table[name].combine_chunks())
        wrong |= (ts < EARLIEST) | (ts >= LATEST)
    quality.reject(
        NO_TIME, int(wrong.sum()), f"{file}: {rows.place(int(np.argmax(wrong)) if len(table) else 0)}"
    )
    return TableRows(rows.name, table.filter(pa.array(~wrong)), rows.place)
