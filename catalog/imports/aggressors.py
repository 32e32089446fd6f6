"""Who came to the other, where a source does not say: told by the quotes of the catalog."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalog.imports.records import Records
from mia_plugins.data.arrow import Kind, best_of, columns_of
from mia_plugins.data.bars import MINUTE
from mia_plugins.data.columns import Quotes
from mia_plugins.data.store import Store

TOLD = "aggressors told by quotes"
UNKNOWN = "aggressors unknown"
OLDEST = MINUTE
"""ns: an older quote tells nothing."""


def told(store: Store, instrument_id: str, trades: Records) -> tuple[Records, Counter[str]]:
    """Return trades, by time, with aggressors where a quote tells one that was not known; and how many.

    The quote is the last before the trade, not of its very time, which may be what the trade left.
    """
    unknown = np.flatnonzero(trades["side"] == 0)
    if not len(unknown):
        return trades, Counter()
    rows = trades[unknown]
    sides = np.zeros(len(rows), np.int8)
    start, end = int(rows["ts"][0]) - OLDEST, int(rows["ts"][-1])
    for quotes in _quotes(store, instrument_id, start, end):
        after = rows["ts"] > quotes.ts[0]
        # A later quote takes the place of an earlier one, also when it tells nothing.
        sides[after] = by_quotes(quotes, rows["ts"][after], rows["ticks"][after])
    count = int((sides != 0).sum())
    found = trades.copy()
    found["side"][unknown] = sides
    return found, +Counter({TOLD: count, UNKNOWN: len(rows) - count})


def by_quotes(quotes: Quotes, ts: NDArray[np.int64], ticks: NDArray[np.int32]) -> NDArray[np.int8]:
    """Return +1 for trades nearer to the ask, -1 for those nearer to the bid, 0 in the middle or unknown.

    All times are after the first quote.
    """
    place = np.searchsorted(quotes.ts, ts) - 1
    bid, ask = quotes.bid_ticks[place], quotes.ask_ticks[place]
    known = (ts - quotes.ts[place] <= OLDEST) & (bid > 0) & (bid < ask)
    sides: NDArray[np.int8] = np.where(known, np.sign(2 * ticks.astype(np.int64) - bid - ask), 0).astype(
        np.int8
    )
    return sides


def _quotes(store: Store, instrument_id: str, start: int, end: int) -> Iterator[Quotes]:
    """Yield the quotes of a span, or else the best of the book, a row group at a time."""
    for kind in (Kind.QUOTES, Kind.DEPTH):
        files = [
            file for file in store.data_files(kind, instrument_id) if file.end >= start and file.start <= end
        ]
        for file in files:
            for table in store.row_groups(file.path, start, end):
                yield _best(kind, table, file.path)
        if files:
            return


def _best(kind: Kind, table: pa.Table, path: str) -> Quotes:
    found = best_of(table, path) if kind is Kind.DEPTH else columns_of(kind, table, path)
    assert isinstance(found, Quotes)  # noqa: S101 for the type checker
    return found
