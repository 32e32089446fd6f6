"""Books by price: the best or the ten best levels, as they stand at the end of each event."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.formats.dbn.following import Followed
from catalog.formats.dbn.layout import LAST, MAYBE_BAD_BOOK
from catalog.formats.dbn.records import Run
from catalog.formats.dbn.trades import TRADE, take_trades
from catalog.formats.dbn.values import points_of, times_of
from catalog.formats.tally import Placed, Tally
from mia_plugins.data.columns import LEVELS, Depth, Quotes
from mia_plugins.importing import MarketRows

GAPPED = "book that may be wrong, as Databento lost something before"
ONE_SIDED = "a quote with one side alone"
EMPTY = "book without any level, which is not kept"


def take_books(run: Run, of: Followed, tally: Tally, *, with_books: bool = True) -> None:
    """Take records that show a book, and tell of a trade where one happened.

    A book is written where an event ends with it, if it differs from the one before; `with_books=False`
    takes the trades alone.
    """
    is_trade = run.records["action"] == TRADE
    take_trades(run.of(is_trade), of, tally)
    ends = (run.records["flags"] & LAST) != 0 if with_books else np.zeros(len(is_trade), np.bool_)
    tally.join(~ends & ~is_trade)
    tally.twice(ends & is_trade)
    if ends.any():
        _take_shown(run.of(ends), of, tally)


def _take_shown(run: Run, of: Followed, tally: Tally) -> None:
    """Take books that events end with."""
    levels, times = run.records["levels"], times_of(run.records)
    prices = points_of(np.concatenate((levels["bid"], levels["ask"]), axis=1))
    lots = np.concatenate((levels["bid_size"], levels["ask_size"]), axis=1).astype(np.int64)
    counts = np.concatenate((levels["bids"], levels["asks"]), axis=1)
    ticks = np.where(lots > 0, of.grid.ticks(prices, times), 0)
    book = np.concatenate((ticks, lots, counts), axis=1)
    changed = of.changes(f"book {run.rtype}", book)
    tally.join(~changed)
    write_books(book[changed], run.of(changed), of, tally)


def write_books(book: NDArray[np.signedinteger[Any]], run: Run, of: Followed, tally: Tally) -> None:
    """Write the book of each record: bid and ask prices (ticks), sizes and numbers of orders, best first.

    Books of ten levels are depth. Those of one level are quotes, for which both sides must be there.
    """
    size = book.shape[1] // 6
    is_empty = ~book[:, 2 * size : 4 * size].any(axis=1)
    tally.join(is_empty)
    tally.flag(EMPTY, is_empty)
    book, run = book[~is_empty], run.of(~is_empty)
    tally.flag(GAPPED, (run.records["flags"] & MAYBE_BAD_BOOK) != 0)
    sides = [book[:, at * size : (at + 1) * size] for at in range(6)]
    times = times_of(run.records)
    if size == LEVELS:
        tally.market(MarketRows(of.symbol, Depth(times, *sides), None, Placed(tally.word, run.numbers)))
        return
    bid, ask, bid_lots, ask_lots = (one[:, 0].astype(np.int64) for one in sides[:4])
    good = tally.sound(run.numbers, ((bid_lots == 0) | (ask_lots == 0), ONE_SIDED))
    columns = Quotes(times[good], bid[good], ask[good], bid_lots[good], ask_lots[good])
    tally.market(MarketRows(of.symbol, columns, None, Placed(tally.word, run.numbers[good])))
