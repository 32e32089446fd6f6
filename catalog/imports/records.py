"""Columns as records of one width, so that rows can be kept in a file and read from any place of it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mia_plugins.data.arrow import Columns, Kind, kind_of
from mia_plugins.data.columns import LEVELS, Bars, Depth, Quotes, Trades, Whole

Records = NDArray[np.void]
"""Rows of one of `DTYPES`."""
_MAKERS: dict[Kind, type[Columns]] = {
    Kind.TRADES: Trades,
    Kind.QUOTES: Quotes,
    Kind.DEPTH: Depth,
    Kind.BARS: Bars,
}
_TRADES: list[tuple[Any, ...]] = [
    *(("ts", "<i8"), ("ticks", "<i4"), ("lots", "<i4"), ("side", "<i1"), ("id", "<i8"))
]


def _dtype(kind: Kind) -> np.dtype[np.void]:
    if kind is Kind.TRADES:
        return np.dtype(_TRADES)
    names = _MAKERS[kind].__slots__[1:]
    shape = (LEVELS,) if kind is Kind.DEPTH else ()
    return np.dtype([("ts", "<i8"), *((name, "<i4", shape) for name in names)])


DTYPES = {kind: _dtype(kind) for kind in Kind}
"""What a row is kept as: prices and sizes in 32 bits, which is what a catalog's decimals hold."""
_MIXERS = np.random.default_rng(1).integers(0, 2**63, 6 * LEVELS, np.uint64) * np.uint64(2) + np.uint64(1)


def records_of(columns: Columns, ids: Whole | None = None) -> Records:
    """Return columns as records; without ids of their own trades have 0."""
    kind = kind_of(columns)
    records = np.zeros(len(columns), DTYPES[kind])
    for name in columns.__slots__:
        records[name] = getattr(columns, name)
    if kind is Kind.TRADES and ids is not None:
        records["id"] = ids
    return records


def columns_of_records(kind: Kind, records: Records) -> Columns:
    """Return records as columns."""
    make: Any = _MAKERS[kind]
    arrays = []
    for name in _MAKERS[kind].__slots__:
        values = np.ascontiguousarray(records[name])
        arrays.append(values if kind is Kind.DEPTH or name in {"ts", "side"} else values.astype(np.int64))
    columns: Columns = make(*arrays)
    return columns


def keys_of(kind: Kind, records: Records, *, by_id: bool) -> NDArray[np.uint64]:
    """Return a number that two rows of one time share when they are the same.

    A trade is the same by its id, or by price and size: an aggressor may become known later. Of quotes and
    books it is a hash of 64 bits; bars have none.
    """
    match kind:
        case Kind.TRADES if by_id:
            return records["id"].astype(np.uint64)
        case Kind.TRADES:
            return records["ticks"].astype(np.uint64) << np.uint64(32) | records["lots"].astype(np.uint64)
    keys = np.zeros(len(records), np.uint64)
    for number, name in enumerate(_MAKERS[kind].__slots__[1:]):
        values = records[name].astype(np.uint64)
        width = values.shape[1] if values.ndim > 1 else 1
        mixers = _MIXERS[number * width : (number + 1) * width]
        keys += values @ mixers if values.ndim > 1 else values * mixers[0]
    return keys
