"""Rows of a file: their books, repetitions and prices a power of ten away."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from catalog.checks.problem import ProblemKind, Tally, new_york
from mia_plugins.data.arrow import NO_SIDE, Kind, sides_of, times_of
from mia_plugins.data.decimals import floats_of
from mia_plugins.data.rough_prices import rough_price

_PRICES = {
    Kind.TRADES: ("price",),
    Kind.QUOTES: ("bid_price", "ask_price"),
    Kind.BARS: ("open", "high", "low", "close"),
}
_SIZES = {Kind.TRADES: ("size",), Kind.QUOTES: ("bid_size", "ask_size"), Kind.BARS: ("volume",)}


def price_columns(kind: Kind, table: pa.Table) -> Iterator[tuple[pa.Array, NDArray[np.int64]]]:
    """Yield the prices of a table, with the rows they stand in."""
    return _of_levels(table, "price") if kind is Kind.DEPTH else _of_rows(table, _PRICES[kind])


def _size_columns(kind: Kind, table: pa.Table) -> Iterator[tuple[pa.Array, NDArray[np.int64]]]:
    """Yield the sizes of a table, with the rows they stand in."""
    return _of_levels(table, "size") if kind is Kind.DEPTH else _of_rows(table, _SIZES[kind])


def _of_rows(table: pa.Table, names: Sequence[str]) -> Iterator[tuple[pa.Array, NDArray[np.int64]]]:
    for name in names:
        yield _array(table, name), np.arange(len(table))


def _of_levels(table: pa.Table, part: str) -> Iterator[tuple[pa.Array, NDArray[np.int64]]]:
    for name in ("bids", "asks"):
        side = _array(table, name)
        lengths = np.diff(side.offsets.to_numpy())
        yield side.flatten().field(part), np.repeat(np.arange(len(table)), lengths)


def holes(table: pa.Table) -> NDArray[np.bool_]:
    """Return which rows lack a value that they must have."""
    lacking = np.zeros(len(table), bool)
    for name in table.column_names:
        column = _array(table, name)
        if column.null_count:
            lacking |= column.is_null().to_numpy(zero_copy_only=False)
        levels = column.flatten() if pa.types.is_list(column.type) else None
        for part in levels.flatten() if levels is not None else ():
            if part.null_count:
                rows = pc.list_parent_indices(column).to_numpy()
                lacking[rows[part.is_null().to_numpy(zero_copy_only=False)]] = True
    return lacking


def book_faults(kind: Kind, table: pa.Table) -> dict[ProblemKind, NDArray[np.bool_]]:
    """Return which rows are crossed, which locked and which have their levels out of order."""
    if kind is Kind.QUOTES:
        bid, ask = (floats_of(_array(table, name)) for name in _PRICES[Kind.QUOTES])
        return {ProblemKind.CROSSED: bid > ask, ProblemKind.LOCKED: bid == ask}
    if kind is not Kind.DEPTH:
        return {}
    (bid, bids_fall), (ask, asks_fall) = _side(table, "bids", 1.0), _side(table, "asks", -1.0)
    return {
        ProblemKind.CROSSED: bid > ask,
        ProblemKind.LOCKED: bid == ask,
        ProblemKind.LEVELS: ~(bids_fall & asks_fall),
    }


def size_faults(kind: Kind, table: pa.Table) -> dict[ProblemKind, NDArray[np.bool_]]:
    """Return which rows have a size that is none, and which bars cannot be."""
    wrong = np.zeros(len(table), bool)
    for values, rows in _size_columns(kind, table):
        sizes = floats_of(values)
        wrong[rows[(sizes < 1) | (sizes != np.floor(sizes))]] = True
    if kind is not Kind.BARS:
        return {ProblemKind.SIZE: wrong}
    opened, high, low, closed = (floats_of(_array(table, name)) for name in _PRICES[Kind.BARS])
    outside = (np.maximum(opened, closed) > high) | (np.minimum(opened, closed) < low)
    return {ProblemKind.SIZE: wrong, ProblemKind.BAR: outside}


def side_faults(kind: Kind, table: pa.Table) -> dict[ProblemKind, NDArray[np.bool_]]:
    """Return which trades have an aggressor that is none of the three."""
    if kind is not Kind.TRADES:
        return {}
    return {ProblemKind.SIDE: sides_of(_array(table, "aggressor_side")) == NO_SIDE}


def duplicates(kind: Kind, table: pa.Table) -> NDArray[np.bool_]:
    """Return which rows repeat an earlier one, with all they hold, at the same time."""
    wrong = np.zeros(len(table), bool)
    times = np.sort(times_of(_array(table, "ts_init")))
    if not (times[1:] == times[:-1]).any():
        return wrong
    numbers = np.column_stack(_numbers(kind, table))
    order = np.lexsort(numbers.T[::-1])
    alike = (numbers[order][1:] == numbers[order][:-1]).all(axis=1)
    suspects = np.unique(np.concatenate((order[1:][alike], order[:-1][alike])))
    seen: set[tuple[bytes, str]] = set()
    ids = table["trade_id"].to_pylist() if kind is Kind.TRADES else [""] * len(table)
    for row in suspects:
        key = (numbers[row].tobytes(), ids[row])
        wrong[row] = key in seen
        seen.add(key)
    return wrong


class Scales:
    """Counts prices that lie nearer to ten, a hundred, … times what they should be than to it."""

    def __init__(self, code: str | None) -> None:
        """Without a product (`code`) prices are held against the first row group's median."""
        self._code = code
        self._usual: float | None = None
        self._powers: dict[int, Tally] = {}
        self._all = 0

    def add(self, times: NDArray[np.int64], prices: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Look at prices, in points, and say which are where they should be, roughly."""
        self._all += len(prices)
        sound: NDArray[np.bool_] = prices > 0
        if not sound.any():
            return sound
        if self._usual is None:
            self._usual = (
                rough_price(self._code, int(times[0])) if self._code else float(np.median(prices[sound]))
            )
        power = np.zeros(len(prices), np.int64)
        power[sound] = np.rint(np.log10(prices[sound] / self._usual))
        for one in np.unique(power[power != 0]).tolist():
            self._powers.setdefault(one, Tally()).add(times, power == one)
        sound &= power == 0
        return sound

    def told(self) -> Iterator[tuple[str, int]]:
        """Yield a sentence for each power of ten, and how many prices it is about."""
        for power, tally in sorted(self._powers.items()):
            factor = f"{10 ** abs(power)} times too {'large' if power > 0 else 'small'}"
            which = "all prices are" if tally.count == self._all else f"{tally.count} prices are"
            yield f"{which} {factor}, first at {new_york(tally.first)} New York", tally.count


def _side(table: pa.Table, name: str, sign: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return a side's best price (nan where there is none), and whether its levels get ever worse."""
    side = _array(table, name)
    offsets = side.offsets.to_numpy() - side.offsets[0].as_py()
    prices = floats_of(side.flatten().field("price"))
    best = np.full(len(table), np.nan)
    there = np.diff(offsets) > 0
    best[there] = prices[offsets[:-1][there]]
    worse = np.ones(len(prices), bool)
    worse[1:] = sign * np.diff(prices) < 0
    worse[offsets[:-1][there]] = True
    falls = np.ones(len(table), bool)
    falls[there] = np.logical_and.reduceat(worse, offsets[:-1][there]) if there.any() else True
    return best, falls


def _numbers(kind: Kind, table: pa.Table) -> list[NDArray[np.int64]]:
    """Return what tells one row from another as integers, the time first."""
    times = times_of(_array(table, "ts_init"))
    if kind is Kind.DEPTH:
        return [times, _array(table, "sequence").to_numpy().astype(np.int64), *_book_sums(table)]
    values = [floats_of(_array(table, name)).view(np.int64) for name in _PRICES[kind] + _SIZES[kind]]
    sides = [sides_of(_array(table, "aggressor_side")).astype(np.int64)] if kind is Kind.TRADES else []
    return [times, *values, *sides]


def _book_sums(table: pa.Table) -> Iterator[NDArray[np.int64]]:
    """Yield a few numbers that differ when two books do, nearly always; the sequence tells the rest."""
    for name in ("bids", "asks"):
        side = _array(table, name)
        offsets = side.offsets.to_numpy() - side.offsets[0].as_py()
        for part in ("price", "size"):
            whole = np.rint(floats_of(side.flatten().field(part)) * 1e4).astype(np.int64)
            sums = np.concatenate(([0], np.cumsum(whole)))
            yield sums[offsets[1:]] - sums[offsets[:-1]]


def _array(table: pa.Table, name: str) -> pa.Array:
    column = table[name]
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
