"""Tables made of tables: the mirror image, other scales, another future, ugly rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mia_plugins.data.arrow import times_of

_PAIRS = (
    ("Call Resistance", "Put Support"),
    ("Call Wall", "Put Wall"),
    ("1D Max", "1D Min"),
    ("Upper", "Lower"),
)
_PRICES = {"levels": ("price",), "option_chains": ("strike", "spot", "bid", "ask")}
_NUMBERS = ("price", "strike", "open_interest", "volume", "iv", "value")


def reflected_table(name: str, table: pa.Table, about: float) -> pa.Table:
    """Return the mirror image of a table: levels about a price (points), each chain about its spot."""
    match name:
        case "levels":
            names = [_other_name(name) for name in table["name"].to_pylist()]
            return _put(_put(table, "name", names), "price", pc.subtract(2.0 * about, table["price"]))
        case "option_chains":
            strike = pc.subtract(pc.multiply(2.0, table["spot"]), table["strike"])
            table = _put(table, "strike", strike)
            table = _put(table, "delta", pc.negate(table["delta"]))
            return _put(table, "is_call", pc.invert(table["is_call"]))
        case _:
            return table


def scaled_table(name: str, table: pa.Table, times: float) -> pa.Table:
    """Return a table whose prices are multiplied."""
    for column in _PRICES.get(name, ()):
        table = _put(table, column, pc.multiply(table[column], times))
    return _put(table, "gamma", pc.divide(table["gamma"], times)) if name == "option_chains" else table


def changed_table(table: pa.Table, now: int) -> pa.Table:
    """Return a table whose rows that become known later than an instant (UTC ns) have other numbers."""
    later = pa.array(times_of(table["ts_init"].combine_chunks()) > now)
    for column in set(_NUMBERS) & set(table.column_names):
        other = pc.add(pc.multiply(table[column], 3), 1).cast(table[column].type)
        table = _put(table, column, pc.if_else(later, other, table[column]))
    return table


def spoilt_tables(
    tables: Mapping[Any, pa.Table], drawn: np.random.Generator
) -> list[tuple[str, dict[Any, pa.Table]]]:
    """Return tables spoilt in several ways, each with its name."""
    return [
        ("no tables", {}),
        ("tables without rows", {key: table.slice(0, 0) for key, table in tables.items()}),
        ("rows that are missing", {key: _half(table, drawn) for key, table in tables.items()}),
        ("one row a table", {key: table.slice(0, 1) for key, table in tables.items()}),
        ("numbers that are missing", {key: _emptied(table, drawn) for key, table in tables.items()}),
        ("numbers that are zero", {key: _zeroed(table) for key, table in tables.items()}),
        ("numbers that are none", {key: _absurd(table) for key, table in tables.items()}),
        ("crossed quotes", {key: _crossed(table) for key, table in tables.items()}),
        ("rows twice", {key: pa.concat_tables([table, table]) for key, table in tables.items()}),
    ]


def _half(table: pa.Table, drawn: np.random.Generator) -> pa.Table:
    return table.filter(pa.array(drawn.random(len(table)) < 0.5))


def _emptied(table: pa.Table, drawn: np.random.Generator) -> pa.Table:
    for field in table.schema:
        if field.nullable:
            there = pa.array(drawn.random(len(table)) < 0.5)
            table = _put(table, field.name, pc.if_else(there, table[field.name], None))
    return table


def _zeroed(table: pa.Table) -> pa.Table:
    for column in {*_NUMBERS, "bid", "ask", "spot"} & set(table.column_names):
        table = _put(table, column, pc.multiply(table[column], 0))
    return table


def _absurd(table: pa.Table) -> pa.Table:
    for column in {"price", "strike", "spot", "iv", "value", "bid"} & set(table.column_names):
        odd = np.resize([np.nan, np.inf, -1.0, 1e300], len(table))
        table = _put(table, column, pc.if_else(pa.array(np.arange(len(table)) % 3 == 0), odd, table[column]))
    return table


def _crossed(table: pa.Table) -> pa.Table:
    if "bid" not in table.column_names:
        return table
    bid = table["bid"]
    table = _put(table, "bid", table["ask"])
    return _put(_put(table, "ask", bid), "iv", pc.if_else(pa.array([False] * len(table)), table["iv"], None))


def _other_name(name: str) -> str:
    for one, other in _PAIRS:
        if one in name:
            return name.replace(one, other)
        if other in name:
            return name.replace(other, one)
    return name


def _put(table: pa.Table, name: str, values: Any) -> pa.Table:
    at = table.schema.get_field_index(name)
    array = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([pa.array(values)])
    return table.set_column(at, table.schema.field(at), array.cast(table.schema.field(at).type))
