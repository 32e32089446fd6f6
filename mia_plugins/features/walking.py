"""Measures and features over data that are there: for charts, for tests, and for benchmarks.

It goes as the runtime does: session by session, to each close of a base bar.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from mia_plugins.data.arrow import Kind
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.columns import rows_of
from mia_plugins.data.instruments import Contract, lead_contract
from mia_plugins.data.layout import table_day
from mia_plugins.data.sessions import Session, sessions
from mia_plugins.features.market import Market
from mia_plugins.tape.tape import Rows

MINUTE = 60_000_000_000
"""ns."""


class Instant(NamedTuple):
    """A point the walk has come to."""

    now: int
    """UTC ns."""
    at_bar: bool
    """Whether a base bar closed just then."""


@dataclass(frozen=True)
class Day:
    """A session's data."""

    session: Session
    contracts: Mapping[str, Contract]
    """By product."""
    streams: Iterable[tuple[str, Iterable[Rows]]]
    """Products, each with rows of one kind in pieces, in order of time."""
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    """What became known of tables, by name."""


def walk(market: Market, days: Iterable[Day], extra: Iterable[int] = ()) -> Iterator[Instant]:
    """Bring a market through days, and yield wherever it stops.

    It stops where a base bar may close, and at `extra` instants (UTC ns, in order) that lie in a session.
    """
    wanted = np.array(sorted(extra), np.int64)
    for day in days:
        session = day.session
        for product, tape in market.tapes.items():
            if product in day.contracts:
                tape.begin(session, day.contracts[product])
        for name, rows in day.tables.items():
            market.known[name].load(rows)
        streams = [_Stream(market, product, pieces) for product, pieces in day.streams]
        length = market.tape.base.minutes * MINUTE
        closes = np.append(np.arange(session.open + length, session.close, length), session.close)
        inside = wanted[(wanted > session.open) & (wanted < session.close)]
        for now in np.union1d(closes, inside).tolist():
            yield _advanced(market, streams, now)


def _advanced(market: Market, streams: "Iterable[_Stream]", now: int) -> Instant:
    for stream in streams:
        stream.load_until(now)
    tape = market.tape
    lo = tape.now
    at_bar = tape.advance(now)
    for other in market.tapes.values():
        if other is not tape:
            other.advance(now)
    for table in market.known.values():
        table.advance(now)
    market.advance(tape, lo, now)
    return Instant(now, at_bar)


class _Stream:
    """Rows of one kind on their way to a tape, a piece at a time."""

    def __init__(self, market: Market, product: str, pieces: Iterable[Rows]) -> None:
        self._tape, self._pieces = market.tapes[product], iter(pieces)
        self._until = -1

    def load_until(self, now: int) -> None:
        """Load pieces until one reaches beyond now (UTC ns)."""
        while self._until <= now:
            piece = next(self._pieces, None)
            if piece is None:
                return
            if len(piece):
                self._tape.load(piece)
                self._until = int(piece.ts[-1])


def days_of(
    catalog: Catalog, market: Market, start: dt.date, end: dt.date, kinds: Iterable[Kind]
) -> Iterator[Day]:
    """Yield the days of a catalog that have data, with all that a market's tapes and tables read."""
    tables = catalog.tables()
    for session in sessions(start, end):
        contracts = {product: lead_contract(product, session.day) for product in market.tapes}
        there = [
            (product, kind)
            for product, contract in contracts.items()
            for kind in kinds
            if any(
                file.end >= session.open and file.start <= session.close
                for file in catalog.data_files(kind, contract.instrument_id)
            )
        ]
        if not there:
            continue
        streams = [(product, _rows(catalog, kind, contracts[product], session)) for product, kind in there]
        yield Day(
            session,
            contracts,
            streams,
            {
                name: pa.concat_tables(group for path in paths for group in catalog.row_groups(path))
                for name in market.known
                if (paths := [path for path in tables.get(name, ()) if table_day(path) == session.day])
            },
        )


def _rows(catalog: Catalog, kind: Kind, contract: Contract, session: Session) -> Iterator[Rows]:
    # Bars are stamped at their close, the last at the session's very end.
    ends = session.open, session.close + (kind is Kind.BARS)
    for columns in catalog.read(kind, contract.instrument_id, session.open, session.close):
        first, end = np.searchsorted(columns.ts, ends, side="left").tolist()
        yield rows_of(columns, slice(first, end))
