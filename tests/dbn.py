"""Files of DBN as Databento's own package encodes them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import databento_dbn as dbn
import numpy as np
import pyarrow as pa

from catalog.formats.dbn.importer import DbnImporter, DbnSettings
from mia_plugins.data.columns import Bars, Depth, Quotes, Trades
from mia_plugins.importing import MarketRows, Part, Source, TableRows

ES, NQ = 4916, 5001
"""Databento's numbers of two contracts, in these files."""
DAY = dt.date(2026, 6, 1)
TICK = 250_000_000
START = int(dt.datetime(2026, 6, 1, 14, tzinfo=dt.UTC).timestamp()) * 10**9
LAST = dbn.F_LAST


@dataclass
class Interval:
    start_date: dt.date
    end_date: dt.date
    symbol: str


@dataclass
class Mapping:
    raw_symbol: str
    intervals: Sequence[Interval]


def mapping(symbol: str, number: int | str, start: dt.date = DAY, days: int = 30) -> Mapping:
    return Mapping(symbol, [Interval(start, start + dt.timedelta(days=days), str(number))])


def head(schema: str | None = "trades", version: int = 3, mappings: Any = None, **options: Any) -> bytes:
    """Return the head of a file that names ES and NQ, or what is said."""
    named = [mapping("ESM6", ES), mapping("NQM6", NQ)] if mappings is None else mappings
    values: dict[str, Any] = {
        "dataset": "GLBX.MDP3",
        "start": START,
        "stype_in": dbn.SType.RAW_SYMBOL,
        "stype_out": dbn.SType.INSTRUMENT_ID,
        "schema": schema and dbn.Schema.from_str(schema),
        "symbols": [one.raw_symbol for one in named],
        "mappings": named,
        "version": version,
    }
    return dbn.Metadata(**(values | options)).encode()


def trade(at: int, ticks: int, size: int = 1, side: str = "B", number: int = ES, **more: Any) -> dbn.TradeMsg:
    """Return a trade `at` ns after the start."""
    return dbn.TradeMsg(
        1, number, START + at - 5, ticks * TICK, size, dbn.Action("T"), dbn.Side(side), 0, START + at, **more
    )


def order(  # noqa: PLR0913, PLR0917
    at: int, action: str, order_id: int, side: str, ticks: int, size: int, flags: int = LAST, **more: Any
) -> dbn.MBOMsg:
    """Return what happens to an order `at` ns after the start."""
    return dbn.MBOMsg(
        1,
        more.pop("number", ES),
        START + at - 5,
        order_id,
        more.pop("price", ticks * TICK),
        size,
        dbn.Action(action),
        dbn.Side(side),
        START + at,
        flags,
        **more,
    )


def cleared(at: int = 0, flags: int = 0, **more: Any) -> dbn.MBOMsg:
    """Return the record with which a book by order begins."""
    return order(at, "R", 0, "N", 0, 0, flags, price=dbn.UNDEF_PRICE, **more)


def levels(
    bids: Sequence[tuple[int, int, int]], asks: Sequence[tuple[int, int, int]], count: int
) -> list[Any]:
    """Return levels of (ticks, size, orders)."""
    found = []
    for rank in range(count):
        bid = bids[rank] if rank < len(bids) else None
        ask = asks[rank] if rank < len(asks) else None
        found.append(
            dbn.BidAskPair(
                bid[0] * TICK if bid else dbn.UNDEF_PRICE,
                ask[0] * TICK if ask else dbn.UNDEF_PRICE,
                bid[1] if bid else 0,
                ask[1] if ask else 0,
                bid[2] if bid else 0,
                ask[2] if ask else 0,
            )
        )
    return found


def book(at: int, bids: Any, asks: Any, depth: int = 10, flags: int = LAST, **more: Any) -> Any:
    """Return a record that shows a book; by default one after an order was added."""
    shown = levels(bids, asks, depth)
    make: Any = dbn.MBP10Msg if depth == 10 else dbn.MBP1Msg
    return make(
        1,
        more.pop("number", ES),
        START + at - 5,
        more.pop("price", 24_000 * TICK),
        more.pop("size", 1),
        dbn.Action(more.pop("action", "A")),
        dbn.Side(more.pop("side", "B")),
        0,
        START + at,
        flags,
        levels=shown if depth == 10 else shown[0],
        **more,
    )


def content(records: Iterable[Any], of: bytes | None = None) -> bytes:
    return (head() if of is None else of) + b"".join(bytes(one) for one in records)


def written(folder: Path, data: bytes, *, compressed: bool = False) -> Source:
    path = folder / ("a.dbn.zst" if compressed else "a.dbn")
    path.write_bytes(pa.compress(data, codec="zstd", asbytes=True) if compressed else data)
    return Source(path)


@dataclass
class Read:
    """What was read of a file."""

    parts: list[Part]

    @property
    def rows(self) -> list[MarketRows]:
        return [rows for part in self.parts for rows in part.rows if isinstance(rows, MarketRows)]

    @property
    def tables(self) -> list[TableRows]:
        return [rows for part in self.parts for rows in part.rows if isinstance(rows, TableRows)]

    @property
    def rejected(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for part in self.parts:
            for reason, one in part.rejected.items():
                found[reason] = found.get(reason, 0) + one.count
        return found

    @property
    def flagged(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for part in self.parts:
            for what, count in part.flagged.items():
                found[what] = found.get(what, 0) + count
        return found

    def columns[T: Trades | Depth | Quotes | Bars](self, kind: type[T], instrument: str = "ESM6") -> T:
        """Return all rows of a kind."""
        found = [
            rows.columns
            for rows in self.rows
            if rows.instrument == instrument and isinstance(rows.columns, kind)
        ]
        return kind(*(np.concatenate([getattr(one, name) for one in found]) for name in kind.__slots__))

    def ids(self, instrument: str = "ESM6") -> list[int]:
        return [
            one
            for rows in self.rows
            if rows.instrument == instrument and isinstance(rows.columns, Trades) and rows.ids is not None
            for one in rows.ids.tolist()
        ]


def read(source: Source, **settings: Any) -> Read:
    """Read a file; no record may be lost."""
    parts = list(DbnImporter(DbnSettings(**settings)).parts(source))
    assert all(part.lost == 0 for part in parts)
    return Read(parts)
