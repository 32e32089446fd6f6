"""A chain out of its options: rows of the table `option_chains`, one an expiry, strike and kind."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa

from catalog.formats.cboe.options import Code, Option
from catalog.formats.tally import Tally
from mia_plugins.data.arrow import TIME
from mia_plugins.data.tables import OPTION_CHAINS
from mia_plugins.importing import TableRows

ABOUT = 0.1
"""Strikes that are less away from the spot than this share of it lie about it."""
HIGHEST_IV = 3.0
"""Volatilities about the spot are less, so those that are more are in percent."""
MOST_COUNT = 2**53
"""Contracts beyond are none."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a whole chain has in common."""

    underlying: str
    spot: float
    """Points."""
    as_of: int
    """UTC ns of the quotes."""
    known: int
    """UTC ns from which they could be had."""


def take_chain(options: Iterator[Option], moment: Moment, tally: Tally) -> None:
    """Add the rows of a chain; options of two roots with one expiry and strike become one row.

    SPX settles in the morning and SPXW in the afternoon: open interest and volume are added, quotes
    and greeks are those of the one with more open interest.
    """
    kept: dict[tuple[Any, ...], Option] = {}
    seen: set[Code] = set()
    for option in options:
        code = option.code
        if not 0 < code.strike < 1e6:
            tally.reject_some("an option without a strike above zero", 1, option.place)
        elif code in seen:
            tally.reject_some("an option that was there before", 1, option.place)
        else:
            seen.add(code)
            key = (code.expiry, code.strike, code.is_call)
            if key in kept:
                tally.again("options of two roots with one expiry and strike, added up")
            kept[key] = _added(kept[key], option) if key in kept else option
    if kept:
        rows = _in_fractions([kept[key] for key in sorted(kept)], moment.spot, tally)
        tally.rows.append(TableRows("option_chains", _table(rows, moment), lambda row: rows[row].place))


def _in_fractions(rows: list[Option], spot: float, tally: Tally) -> list[Option]:
    """Return options with volatilities as shares, .2 for 20 %, which those about the spot tell apart."""
    known = [(abs(row.code.strike / spot - 1), row.iv) for row in rows if row.iv and row.iv > 0]
    about = [iv for away, iv in known if away < ABOUT] or [iv for _, iv in known]
    if not about or median(about) <= HIGHEST_IV:
        return rows
    tally.flag("volatilities in percent, taken as shares", np.array([row.iv is not None for row in rows]))
    return [replace(row, iv=None if row.iv is None else row.iv / 100) for row in rows]


def _added(one: Option, other: Option) -> Option:
    """Return two options as one."""
    more = other if (other.open_interest or 0) > (one.open_interest or 0) else one
    return replace(
        more,
        open_interest=_sum(one.open_interest, other.open_interest),
        volume=_sum(one.volume, other.volume),
    )


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None and other is None else (one or 0) + (other or 0)


def _table(rows: list[Option], moment: Moment) -> pa.Table:
    columns: dict[str, list[Any]] = {
        "ts_event": [moment.as_of] * len(rows),
        "ts_init": [moment.known] * len(rows),
        "underlying": [moment.underlying] * len(rows),
        "expiry": [row.code.expiry for row in rows],
        "strike": [row.code.strike for row in rows],
        "is_call": [row.code.is_call for row in rows],
        "spot": [moment.spot] * len(rows),
        "bid": [row.bid for row in rows],
        "ask": [row.ask for row in rows],
        # What cannot be computed is given as 0, or as −1 by old files.
        "iv": [row.iv if row.iv and row.iv > 0 else None for row in rows],
        "delta": [row.delta for row in rows],
        "gamma": [row.gamma for row in rows],
        "open_interest": [_count(row.open_interest) for row in rows],
        "volume": [_count(row.volume) for row in rows],
    }
    arrays = [
        pa.array(values, pa.int64()).cast(TIME) if name.startswith("ts_") else _array(name, values)
        for name, values in columns.items()
    ]
    return pa.table(arrays, schema=OPTION_CHAINS)


def _array(name: str, values: list[Any]) -> pa.Array:
    return pa.array(values, OPTION_CHAINS.field(name).type)


def _count(value: float | None) -> int | None:
    """Return a number of contracts; None for what is none."""
    return int(value) if value is not None and 0 <= value < MOST_COUNT else None
