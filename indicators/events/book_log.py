"""Trades and the book's changes in one order of time: what icebergs and absorption are seen by."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.events.orders import Prints
from mia_plugins.data.arrow import Kind
from mia_plugins.data.columns import LEVELS, Depth
from mia_plugins.data.sessions import Session
from mia_plugins.features import Market, Measure
from mia_plugins.kernels import kernel
from mia_plugins.tape.tape import Tape

TS, WHAT, SIDE, TICKS, LOTS, SHOWN, ORDERS = range(7)
"""Columns of the log. SIDE is the book's: 1 bids, -1 offers; of a trade the side that was hit."""
TRADE, CHANGE, APPEARED, BEST = range(4)
"""A trade of LOTS where SHOWN stood before; a price at which LOTS (fewer: negative) of ORDERS came, so that
SHOWN stand now; a price that came into view from beyond the worst one; the best bid TICKS and offer LOTS
changed."""
PRICE, STOOD, COUNT = range(3)
MOST = 4 * LEVELS + 1
"""Rows of the log that an update of the book can make."""

NOTHING, NO_BOOKS = np.empty((0, 7), np.int64), np.empty((0, 1 + 6 * LEVELS), np.int64)


class BookLog(Measure):
    """What happened since the last look, in `fresh`: rows of whole numbers, the columns above.

    Of one time trades come first: an update shows the book they left. Updates that lack a side or are crossed
    are left out. What leaves the ten levels of the feed is forgotten.
    """

    reads = frozenset({Kind.TRADES, Kind.DEPTH})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self._prints = market.measure(Prints)

    def reset(self) -> None:
        """Forget the book."""
        self._book = np.zeros((2, LEVELS, 3), np.int64)
        self.fresh = NOTHING

    def begin_session(self, session: Session) -> None:
        """Start with a book that is not known."""
        del session
        self._book[:] = 0

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Write the log anew."""
        trades, depth = self._prints.fresh, _books(tape.depth(lo, hi))
        if not len(trades) and not len(depth):
            self.fresh = NOTHING
            return
        # Most of it is never written, and memory is taken only as it is.
        log = np.empty((len(trades) + MOST * len(depth), 7), np.int64)
        self.fresh = log[: note(self._book, trades, depth, log)]


def _books(depth: Depth) -> NDArray[np.int64]:
    """Return a row an update: its time, then price, contracts and orders of each level, bids first."""
    if not len(depth):
        return NO_BOOKS
    made = np.empty((len(depth), 1 + 6 * LEVELS), np.int64)
    made[:, 0] = depth.ts
    lay_out(made, depth.bid_ticks, depth.bid_lots, depth.bid_counts, 1)
    lay_out(made, depth.ask_ticks, depth.ask_lots, depth.ask_counts, 1 + 3 * LEVELS)
    return made


@kernel
def lay_out(
    made: NDArray[np.int64], ticks: NDArray[Any], lots: NDArray[Any], counts: NDArray[Any], first: int
) -> None:
    """Write price, contracts and orders of each level beside one another, from a column on."""
    for row in range(len(made)):
        for level in range(LEVELS):
            column = first + 3 * level
            made[row, column] = ticks[row, level]
            made[row, column + 1] = lots[row, level]
            made[row, column + 2] = counts[row, level]


@kernel
def note(
    book: NDArray[np.int64], trades: NDArray[np.int64], depth: NDArray[np.int64], log: NDArray[np.int64]
) -> int:
    """Write what happened to the log, keep the last book, and return how many rows there are."""
    rows = trade = 0
    for update in range(len(depth)):
        while trade < len(trades) and trades[trade, 0] <= depth[update, 0]:
            rows = _note_trade(book, trades[trade], log, rows)
            trade += 1
        rows = _note_update(book, depth[update], log, rows)
    while trade < len(trades):
        rows = _note_trade(book, trades[trade], log, rows)
        trade += 1
    return rows


@kernel
def _note_trade(book: NDArray[np.int64], trade: NDArray[np.int64], log: NDArray[np.int64], row: int) -> int:
    side = -trade[3]
    log[row, TS], log[row, WHAT], log[row, SIDE] = trade[0], TRADE, side
    log[row, TICKS], log[row, LOTS], log[row, ORDERS] = trade[1], trade[2], 0
    log[row, SHOWN] = 0
    for level in range(LEVELS):
        if side != 0 and book[(1 - side) // 2, level, PRICE] == trade[1]:
            log[row, SHOWN] = book[(1 - side) // 2, level, STOOD]
    return row + 1


@kernel
def _note_update(book: NDArray[np.int64], update: NDArray[np.int64], log: NDArray[np.int64], row: int) -> int:
    levels = update[1:].reshape(2, LEVELS, 3)
    bid, ask = levels[0, 0], levels[1, 0]
    if bid[STOOD] <= 0 or ask[STOOD] <= 0 or bid[PRICE] >= ask[PRICE]:
        return row
    moved = bid[PRICE] != book[0, 0, PRICE] or ask[PRICE] != book[1, 0, PRICE]
    for half in range(2):
        row = _note_half(book, update, half, log, row)
    if moved:
        _write(log, row, (update[0], BEST, 0, bid[PRICE], ask[PRICE], 0, 0))
        row += 1
    for half in range(2):
        for level in range(LEVELS):
            for column in range(3):
                book[half, level, column] = levels[half, level, column]
    return row


@kernel
def _note_half(
    book: NDArray[np.int64], update: NDArray[Any], half: int, log: NDArray[np.int64], row: int
) -> int:
    """Compare a side of the book with what it was, price by price."""
    ts, side = update[0], 1 - 2 * half
    before, now = book[half], update[1:].reshape(2, LEVELS, 3)[half]
    for level in range(LEVELS):
        if now[level, STOOD] <= 0:
            continue
        price = now[level, PRICE]
        old = _level_of(before, price, level)
        if old < 0:
            # Within what was in view nothing stood there, so that all of it came; beyond, nobody knows.
            came = _was_in_view(before, price, side)
            what, orders = (CHANGE, now[level, COUNT]) if came else (APPEARED, 0)
            _write(log, row, (ts, what, side, price, now[level, STOOD], now[level, STOOD], orders))
            row += 1
        elif before[old, STOOD] != now[level, STOOD] or before[old, COUNT] != now[level, COUNT]:
            more, orders = now[level, STOOD] - before[old, STOOD], now[level, COUNT] - before[old, COUNT]
            _write(log, row, (ts, CHANGE, side, price, more, now[level, STOOD], orders))
            row += 1
    for level in range(LEVELS):
        price, stood = before[level, PRICE], before[level, STOOD]
        if stood > 0 and side * (price - now[0, PRICE]) > 0:
            _write(log, row, (ts, CHANGE, side, price, -stood, 0, -before[level, COUNT]))
            row += 1
    return row


@kernel
def _was_in_view(levels: NDArray[Any], price: int, side: int) -> bool:
    """Say whether a price is no worse than the worst that was shown; of no book nothing was."""
    if levels[0, STOOD] <= 0:
        return False
    worst = levels[LEVELS - 1]
    return bool(worst[STOOD] <= 0 or side * (price - worst[PRICE]) > 0)


@kernel
def _level_of(levels: NDArray[Any], price: int, guess: int) -> int:
    """Return where a price stands, or -1; mostly where it stood before."""
    if levels[guess, PRICE] == price and levels[guess, STOOD] > 0:
        return guess
    for level in range(LEVELS):
        if levels[level, PRICE] == price and levels[level, STOOD] > 0:
            return level
    return -1


@kernel
def _write(log: NDArray[np.int64], row: int, values: tuple[int, int, int, int, int, int, int]) -> None:
    for column in range(7):
        log[row, column] = values[column]
