"""Trades and the book's changes in one order of time: what icebergs and absorption are seen by."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.events.orders import Prints
from mia_plugins.data.arrow import Kind
from mia_plugins.data.columns import LEVELS
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

NOTHING = np.empty((0, 7), np.int64)
BEFORE, NOW = range(2)
"""Of the two books, that of the last update and that of the one looked at."""

type Levels = NDArray[Any]
type Updates = tuple[NDArray[np.int64], Levels, Levels, Levels, Levels, Levels, Levels]
"""Times, then price, contracts and orders of the bids, and of the offers."""


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
        self._books = np.zeros((2, 2, LEVELS, 3), np.int64)
        self._room = NOTHING
        self.fresh = NOTHING

    def begin_session(self, session: Session) -> None:
        """Start with a book that is not known."""
        del session
        self._books[:] = 0

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Write the log anew."""
        trades, depth = self._prints.fresh, tape.depth(lo, hi)
        if not len(trades) and not len(depth):
            self.fresh = NOTHING
            return
        most = len(trades) + MOST * len(depth)
        if most > len(self._room):
            # Most of it is never written, and memory is taken only as it is; what was stays for the next.
            self._room = np.empty((most, 7), np.int64)
        updates = (
            depth.ts, depth.bid_ticks, depth.bid_lots, depth.bid_counts,
            depth.ask_ticks, depth.ask_lots, depth.ask_counts,
        )  # fmt: skip
        self.fresh = self._room[: note(self._books, trades, updates, self._room)]


@kernel
def note(
    books: NDArray[np.int64], trades: NDArray[np.int64], updates: Updates, log: NDArray[np.int64]
) -> int:
    """Write what happened to the log, keep the last book, and return how many rows there are."""
    rows = trade = 0
    times = updates[0]
    for update in range(len(times)):
        while trade < len(trades) and trades[trade, 0] <= times[update]:
            rows = _note_trade(books[BEFORE], trades[trade], log, rows)
            trade += 1
        _lay_out(books[NOW, 0], updates[1][update], updates[2][update], updates[3][update])
        _lay_out(books[NOW, 1], updates[4][update], updates[5][update], updates[6][update])
        rows = _note_update(books, times[update], log, rows)
    while trade < len(trades):
        rows = _note_trade(books[BEFORE], trades[trade], log, rows)
        trade += 1
    return rows


@kernel
def _lay_out(half: NDArray[Any], ticks: NDArray[Any], lots: NDArray[Any], counts: NDArray[Any]) -> None:
    """Write price, contracts and orders of each level beside one another."""
    for level in range(LEVELS):
        half[level, PRICE], half[level, STOOD], half[level, COUNT] = ticks[level], lots[level], counts[level]


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
def _note_update(books: NDArray[np.int64], ts: int, log: NDArray[np.int64], row: int) -> int:
    book, levels = books[BEFORE], books[NOW]
    bid, ask = levels[0, 0], levels[1, 0]
    if bid[STOOD] <= 0 or ask[STOOD] <= 0 or bid[PRICE] >= ask[PRICE]:
        return row
    moved = bid[PRICE] != book[0, 0, PRICE] or ask[PRICE] != book[1, 0, PRICE]
    for half in range(2):
        row = _note_half(books[:, half], ts, 1 - 2 * half, log, row)
    if moved:
        _write(log, row, (ts, BEST, 0, bid[PRICE], ask[PRICE], 0, 0))
        row += 1
    for half in range(2):
        for level in range(LEVELS):
            for column in range(3):
                book[half, level, column] = levels[half, level, column]
    return row


@kernel
def _note_half(halves: NDArray[Any], ts: int, side: int, log: NDArray[np.int64], row: int) -> int:
    """Compare a side of the book with what it was, price by price."""
    before, now = halves[BEFORE], halves[NOW]
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
