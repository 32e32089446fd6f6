"""Columns to and from Arrow tables in the very schema of Nautilus' Parquet catalog."""

from collections.abc import Mapping
from enum import StrEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mia_plugins.data.columns import LEVELS, Bars, Depth, Quotes, Trades, Whole
from mia_plugins.data.decimals import DECIMAL, RAW_LOT, RAW_TICK, decimals_of, units_of
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.instruments import PRICE_PRECISION

Columns = Trades | Quotes | Depth | Bars


class Kind(StrEnum):
    """A kind of market data, by the name of its folder in Nautilus' catalog."""

    TRADES = "trades"
    QUOTES = "quotes"
    DEPTH = "order_book_depths"
    BARS = "bars"


BAR_TYPE_END = "-1-MINUTE-LAST-EXTERNAL"
"""What follows the instrument in the name of our bars: Nautilus takes them as they are."""

TIME = pa.timestamp("ns", tz="UTC")
_SIDE = pa.dictionary(pa.int8(), pa.string())
_SIDES = ("SELL", "NO_AGGRESSOR", "BUY")
NO_SIDE = 2
"""What `sides_of` makes of a word that names no side."""
_LEVEL = [
    pa.field("price", DECIMAL, nullable=False),
    pa.field("size", DECIMAL, nullable=False),
    pa.field("count", pa.uint32(), nullable=False),
    pa.field("order_id", pa.uint64(), nullable=False),
]
_LEVEL_LIST = pa.list_(pa.field("item", pa.struct(_LEVEL), nullable=False))
_TIMES = [("ts_event", TIME), ("ts_init", TIME)]

_FIELDS: dict[Kind, list[tuple[str, pa.DataType]]] = {
    Kind.TRADES: [
        ("price", DECIMAL),
        ("size", DECIMAL),
        ("aggressor_side", _SIDE),
        ("trade_id", pa.string()),
        *_TIMES,
    ],
    Kind.QUOTES: [
        *[(name, DECIMAL) for name in ("bid_price", "ask_price", "bid_size", "ask_size")],
        *_TIMES,
    ],
    Kind.DEPTH: [
        ("bids", _LEVEL_LIST),
        ("asks", _LEVEL_LIST),
        ("flags", pa.uint8()),
        ("sequence", pa.uint64()),
        *_TIMES,
    ],
    Kind.BARS: [*[(name, DECIMAL) for name in ("open", "high", "low", "close", "volume")], *_TIMES],
}
_TYPE_NAMES = {
    Kind.TRADES: "TradeTick",
    Kind.QUOTES: "QuoteTick",
    Kind.DEPTH: "OrderBookDepth",
    Kind.BARS: "Bar",
}


_KINDS: Mapping[type, Kind] = {
    Trades: Kind.TRADES, Quotes: Kind.QUOTES, Depth: Kind.DEPTH, Bars: Kind.BARS
}  # fmt: skip


def kind_of(columns: Columns) -> Kind:
    """Return the kind of data that columns hold."""
    return _KINDS[type(columns)]


def identifier_of(kind: Kind, instrument_id: str) -> str:
    """Return the name of the folder of an instrument's data: for bars it is that of the bar type."""
    return f"{instrument_id}{BAR_TYPE_END}" if kind is Kind.BARS else instrument_id


def schema_of(kind: Kind, instrument_id: str) -> pa.Schema:
    """Return Nautilus' schema of an instrument's data."""
    metadata = {
        "instrument_id": instrument_id,
        "price_precision": str(PRICE_PRECISION),
        "size_precision": "0",
        "type_name": _TYPE_NAMES[kind],
    }
    if kind is Kind.BARS:
        metadata["bar_type"] = identifier_of(kind, instrument_id)
    fields = [pa.field(name, type_, nullable=False) for name, type_ in _FIELDS[kind]]
    return pa.schema(fields, metadata=metadata)


def expected_types(kind: Kind) -> dict[str, pa.DataType]:
    """Return the columns Nautilus 2 has for a kind of data, with their types."""
    return dict(_FIELDS[kind])


def table_of(columns: Columns, instrument_id: str, first: int = 0, ids: Whole | None = None) -> pa.Table:
    """Return columns as a table; `first` is the number of rows that precede them in their file.

    `ids` are those of trades where their source has any; else the number of the row is one.
    """
    schema = schema_of(kind_of(columns), instrument_id)
    time = pa.Array.from_buffers(TIME, len(columns), [None, pa.py_buffer(np.ascontiguousarray(columns.ts))])
    numbers = np.arange(first, first + len(columns))
    match columns:
        case Trades():
            arrays = _trade_arrays(columns, numbers if ids is None else ids)
        case Depth():
            arrays = _depth_arrays(columns, numbers)
        case Quotes():
            arrays = [_price(columns.bid_ticks), _price(columns.ask_ticks)]
            arrays += [_size(columns.bid_lots), _size(columns.ask_lots)]
        case Bars():
            arrays = [_price(ticks) for ticks in (columns.open, columns.high, columns.low, columns.close)]
            arrays += [_size(columns.lots)]
    return pa.Table.from_arrays([*arrays, time, time], schema=schema)


def columns_of(kind: Kind, table: pa.Table, where: str) -> Columns:
    """Return a table of Nautilus' as columns; `where` names its file should a price be off the grid."""
    columns = {name: _joined(table[name]) for name in table.column_names}
    _refuse_holes(columns, where)
    ts = times_of(columns["ts_init"])
    match kind:
        case Kind.TRADES:
            ticks, lots = _whole(columns, where, "price", "size")
            return Trades(ts, ticks, lots, _sides(columns["aggressor_side"], where))
        case Kind.QUOTES:
            return Quotes(ts, *_whole(columns, where, "bid_price", "ask_price", "bid_size", "ask_size"))
        case Kind.DEPTH:
            return _depth(ts, columns, where)
        case Kind.BARS:
            return Bars(ts, *_whole(columns, where, "open", "high", "low", "close", "volume"))


def best_of(table: pa.Table, where: str) -> Quotes:
    """Return the best bid and ask of each depth update, without reading the levels behind them."""
    columns = {name: _joined(table[name]) for name in ("ts_init", "bids", "asks")}
    _refuse_holes(columns, where)
    (bid_ticks, bid_lots), (ask_ticks, ask_lots) = (_best(columns[name], where) for name in ("bids", "asks"))
    return Quotes(times_of(columns["ts_init"]), bid_ticks, ask_ticks, bid_lots, ask_lots)


def _best(array: pa.Array, where: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return price in ticks and contracts of the first level of each list; zeros where there is none."""
    offsets = array.offsets.to_numpy()
    there = np.diff(offsets) > 0
    levels = array.values.take(pa.array(offsets[:-1][there]))
    found = _whole({name: levels.field(name) for name in ("price", "size")}, where, "price", "size")
    ticks, lots = np.zeros((2, len(array)), np.int64)
    ticks[there], lots[there] = found
    return ticks, lots


def times_of(array: pa.Array) -> NDArray[np.int64]:
    """Return times as UTC ns."""
    times: NDArray[np.int64] = array.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return times


def sides_of(array: pa.Array) -> NDArray[np.int8]:
    """Return aggressors as +1, -1 and 0; `NO_SIDE` is what is none of them."""
    words = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    places = pc.fill_null(pc.index_in(words, pa.array(_SIDES)), NO_SIDE + 1)
    sides: NDArray[np.int8] = (places.to_numpy(zero_copy_only=False) - 1).astype(np.int8)
    return sides


def levels_of(array: pa.Array) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Return a side's levels one after the other, and where they stand in (n, 10)."""
    lengths = np.diff(array.offsets.to_numpy())
    if lengths.max(initial=0) > LEVELS:
        raise CatalogError(
            f"a book of {lengths.max()} levels a side; at most {LEVELS} were expected",
            "import the data again, as depth of ten levels",
        )
    return array.flatten(), np.arange(LEVELS) < lengths[:, None]


def _sides(array: pa.Array, where: str) -> NDArray[np.int8]:
    """Return aggressors; a word that names no side is an error, never a guess."""
    sides = sides_of(array)
    if (sides == NO_SIDE).any():
        word = array[int(np.argmax(sides == NO_SIDE))]
        raise CatalogError(
            f"{where}: aggressor_side {word} is none of {', '.join(_SIDES)}",
            "`mia catalog check` counts all such rows; import the data again",
        )
    return sides


def _price(ticks: Whole) -> pa.Array:
    return decimals_of(ticks, RAW_TICK)


def _size(lots: Whole) -> pa.Array:
    return decimals_of(lots, RAW_LOT)


def _trade_arrays(trades: Trades, numbers: Whole) -> list[pa.Array]:
    sides = pa.DictionaryArray.from_arrays(pa.array(trades.side + 1, pa.int8()), pa.array(_SIDES))
    return [_price(trades.ticks), _size(trades.lots), sides, pa.array(numbers).cast(pa.string())]


def _depth_arrays(depth: Depth, numbers: NDArray[np.int64]) -> list[pa.Array]:
    return [
        _side(depth.bid_ticks, depth.bid_lots, depth.bid_counts),
        _side(depth.ask_ticks, depth.ask_lots, depth.ask_counts),
        pa.array(np.zeros(len(depth), np.uint8)),
        pa.array(numbers, pa.uint64()),
    ]


def _side(ticks: Whole, lots: Whole, counts: Whole) -> pa.Array:
    """Return one side of the book as lists of levels; a level without contracts is left out."""
    there = lots > 0
    offsets = np.zeros(len(ticks) + 1, np.int32)
    np.cumsum(there.sum(axis=1), out=offsets[1:])
    arrays = [
        _price(ticks[there]),
        _size(lots[there]),
        pa.array(counts[there], pa.uint32()),
        pa.array(np.zeros(offsets[-1], np.uint64)),
    ]
    return pa.ListArray.from_arrays(
        pa.array(offsets), pa.StructArray.from_arrays(arrays, fields=_LEVEL), type=_LEVEL_LIST
    )


def _depth(ts: NDArray[np.int64], columns: Mapping[str, pa.Array], where: str) -> Depth:
    bids, asks = (_side_columns(columns[name], where) for name in ("bids", "asks"))
    (bid_ticks, bid_lots, bid_counts), (ask_ticks, ask_lots, ask_counts) = bids, asks
    return Depth(ts, bid_ticks, ask_ticks, bid_lots, ask_lots, bid_counts, ask_counts)


def _side_columns(array: pa.Array, where: str) -> list[NDArray[np.int64]]:
    """Return ticks, contracts and orders of one side, (n, 10) each; zeros where there is no level."""
    levels, there = levels_of(array)
    names = [field.name for field in _LEVEL]
    flat = dict(zip(names, levels.flatten(), strict=True))
    found = [*_whole(flat, where, "price", "size"), flat["count"].to_numpy().astype(np.int64)]
    if len(levels) == there.size:
        return [values.reshape(there.shape) for values in found]
    columns = []
    for values in found:
        column = np.zeros(there.shape, np.int64)
        column[there] = values
        columns.append(column)
    return columns


def _refuse_holes(columns: Mapping[str, pa.Array], where: str) -> None:
    """Refuse a column that lacks a value: it would be read as a price or a time of zero."""
    for name, column in columns.items():
        if column.null_count:
            row = int(np.argmax(column.is_null().to_numpy(zero_copy_only=False)))
            raise CatalogError(
                f"{where}: {name} has no value in row {row} of a row group",
                "`mia catalog check` counts all such rows; import the data again",
            )


def _whole(columns: Mapping[str, pa.Array], where: str, *names: str) -> list[NDArray[np.int64]]:
    """Return prices in ticks and sizes in contracts; what is not whole is an error, never rounded."""
    _refuse_holes({name: columns[name] for name in names}, where)
    found = []
    for name in names:
        raw_unit = RAW_LOT if "size" in name or name == "volume" else RAW_TICK
        units, is_whole = units_of(columns[name], raw_unit)
        if not is_whole.all():
            row = int(np.argmin(is_whole))
            raise CatalogError(
                f"{where}: {name} {columns[name][row]} is no whole number of "
                f"{'contracts' if raw_unit == RAW_LOT else 'ticks of .25'}",
                "`mia catalog check` lists all such rows; import the data again",
            )
        found.append(units)
    return found


def _joined(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array."""
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
