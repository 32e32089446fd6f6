"""A catalog of mia's as a market that plays: its columns become one thing after the other."""

import datetime as dt
import heapq
from collections.abc import Iterable, Iterator
from itertools import takewhile
from operator import itemgetter
from typing import Any

import numpy as np

from gateway.market.book import Book, Level
from gateway.market.chain import ChainRow, chain_row
from gateway.market.days import session_from
from gateway.market.legs import Leg, legs_of
from gateway.market.listing import SPX, VIX
from gateway.market.updates import BookUpdate, TradeUpdate, Update, ValueUpdate
from mia_plugins.data.arrow import Columns, Kind
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.columns import Depth, Quotes, Trades
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.instruments import PRODUCTS
from mia_plugins.data.sessions import NS, RTH_OPEN, moved, utc_ns


class Replay:
    """What a catalog has to play."""

    def __init__(self, catalog: Catalog) -> None:
        """A catalog without a book or quotes of any product has no market."""
        self.catalog = catalog
        self.legs = legs_of(catalog)
        """Which contract is played when, by product."""
        self.codes = [*self.legs, *([VIX] if "vix" in catalog.tables() else [])]
        if not self.legs:
            raise CatalogError(
                f"{catalog.files.uri} has neither a book nor quotes of {', '.join(PRODUCTS)}: no market",
                "import or generate some: `mia catalog generate` makes a day",
            )

    def first(self) -> int:
        """Return when the market begins to play unless told otherwise: 9:30 of its first day (UTC ns)."""
        start, end = self.span()
        opening = utc_ns(session_from(start).day, RTH_OPEN)
        return opening if start <= opening < end else start

    def span(self) -> tuple[int, int]:
        """Return the times (UTC ns) of the first and the last of it."""
        played = {leg.instrument_id for legs in self.legs.values() for leg in legs}
        files = [file for one in played for file in self.catalog.data_files(None, one)]
        return min(file.start for file in files), max(file.end for file in files)

    def updates(self, start: int) -> Iterator[Update]:
        """Yield what happens from a time on, in its order; before it, where each book stood."""
        streams: list[Iterable[Update]] = []
        for legs in self.legs.values():
            left = [leg for leg in legs if leg.end > start]
            for leg in left:
                streams += self._leg(leg, start, leg.quarters_after(left[0]))
        if VIX in self.codes:
            streams.append(self._vix(start))
        return heapq.merge(*streams, key=itemgetter(0))

    def instrument(self, code: str, ts: int) -> str:
        """Return the id of the contract that a product is played by at a time (UTC ns)."""
        return next(leg.instrument_id for leg in self.legs[code] if ts < leg.end)

    def _leg(self, leg: Leg, start: int, rank: int) -> Iterator[Iterator[Update]]:
        """Yield the book and the trades of a contract from a time on, as long as it is played."""
        begin = max(start, leg.start)
        kind, one, code = self.book_kind(leg.instrument_id), leg.instrument_id, leg.contract.code
        for rows in (
            self.catalog.read(kind, one, begin - 3_600 * NS, leg.end),
            self.catalog.read(Kind.TRADES, one, begin, leg.end),
        ):
            played = takewhile(lambda update: update.ts < leg.end, _played(code, rows, begin))
            yield (_led(update, rank) for update in played) if rank else played

    def book_kind(self, instrument: str) -> Kind:
        """Return the kind of data that tells an instrument's book: depth, or else quotes."""
        return Kind.DEPTH if self.catalog.data_files(Kind.DEPTH, instrument) else Kind.QUOTES

    def chain(self, start: int, day: dt.date) -> list[ChainRow]:
        """Return the last chain known at a time, or else the next, its expiries told from another day on."""
        rows: list[dict[str, Any]] = []
        for table in self.catalog.read_table("option_chains"):
            rows += table.to_pylist()
        rows = [row for row in rows if row["underlying"] == SPX]
        if not rows:
            return []
        known = [row["ts_init"] for row in rows if row["ts_init"].value <= start]
        taken = max(known) if known else min(row["ts_init"] for row in rows)
        old = session_from(start).day
        made = [
            chain_row(row, moved(row["expiry"], old, day))
            for row in rows
            if row["ts_init"] == taken and row["expiry"] >= old
        ]
        # Two expiries of a span with a holiday may fall on one day: the later is left out.
        unique = {row.listing.con_id: row for row in reversed([one for one in made if one])}
        return list(reversed(unique.values()))

    def _vix(self, start: int) -> Iterator[Update]:
        """Yield the VIX from a time on, and first where it stood."""
        before: float | None = None
        for table in self.catalog.read_table("vix"):
            times = table["ts_init"].cast("int64").to_pylist()
            for ts, value in zip(times, table["value"].to_pylist(), strict=True):
                if ts < start:
                    before = value
                    continue
                if before is not None:
                    yield ValueUpdate(start, VIX, before)
                    before = None
                yield ValueUpdate(ts, VIX, value)


def _led(update: Update, rank: int) -> Update:
    """Return an update of a month that leads later."""
    return update._replace(lead=rank) if isinstance(update, BookUpdate) else update


def _played(code: str, chunks: Iterator[Columns], start: int) -> Iterator[Update]:
    """Yield rows from a time on; of a book, first where it stood."""
    before: Update | None = None
    for columns in chunks:
        later = int(np.searchsorted(columns.ts, start))
        for row, update in enumerate(_updates(code, columns)):
            if row < later:
                before = update
                continue
            if before is not None and isinstance(before, BookUpdate):
                yield before._replace(ts=start)
            before = None
            yield update
    if before is not None and isinstance(before, BookUpdate):
        yield before._replace(ts=start)


def _updates(code: str, columns: Columns) -> Iterator[Update]:
    """Yield the rows of a chunk."""
    match columns:
        case Trades():
            rows = zip(columns.ts.tolist(), columns.ticks.tolist(), columns.lots.tolist(), strict=True)
            yield from (TradeUpdate(ts, code, ticks, lots) for ts, ticks, lots in rows)
        case Quotes():
            sides = (columns.bid_ticks, columns.bid_lots, columns.ask_ticks, columns.ask_lots)
            for ts, bid, bids, ask, asks in zip(
                columns.ts.tolist(), *(c.tolist() for c in sides), strict=True
            ):
                yield BookUpdate(ts, code, Book(_levels([bid], [bids]), _levels([ask], [asks])))
        case Depth():
            sides = (columns.bid_ticks, columns.bid_lots, columns.ask_ticks, columns.ask_lots)
            for ts, bid, bids, ask, asks in zip(
                columns.ts.tolist(), *(c.tolist() for c in sides), strict=True
            ):
                yield BookUpdate(ts, code, Book(_levels(bid, bids), _levels(ask, asks)))


def _levels(ticks: list[int], lots: list[int]) -> tuple[Level, ...]:
    return tuple(Level(price, size) for price, size in zip(ticks, lots, strict=True) if size > 0)
