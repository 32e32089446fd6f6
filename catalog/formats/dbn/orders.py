"""A book by price, rebuilt from one by order: MBO to the ten best levels."""

import numpy as np
from numpy.typing import NDArray

from catalog.formats.dbn.books import write_books
from catalog.formats.dbn.following import Followed
from catalog.formats.dbn.kernels import (
    ACTION,
    ADD,
    BAD_EVENT,
    BOOK_COLUMNS,
    CANCEL,
    CLEAR,
    COUNT,
    ENDS,
    EVENT_COLUMNS,
    FAULT,
    GOOD,
    LOTS,
    MODIFY,
    NEXT,
    NONE,
    ORDER,
    ORDER_AGAIN,
    ORDER_NEW,
    OTHER,
    ROWS,
    SIDE,
    TICKS,
    UNKNOWN_ORDER,
    move_orders,
    rebuild,
)
from catalog.formats.dbn.layout import LAST, SNAPSHOT, TOP_OF_BOOK
from catalog.formats.dbn.layout import NO_PRICE as NO_PRICE_RAW
from catalog.formats.dbn.records import Run
from catalog.formats.dbn.trades import TRADE, take_trades
from catalog.formats.dbn.values import MOST, points_of, signs_of, times_of
from catalog.formats.tally import Flags, Tally
from mia_plugins.importing import NO_PRICE

ROOM = 1 << 12
"""Places for orders, at first."""
LEVEL_ROOM = 1 << 9
"""Levels a side, at first."""
BOOKS = 1 << 13
"""Books that are made at once."""
_ACTION_OF = np.full(256, NONE, np.int64)
_ACTION_OF[np.frombuffer(b"ACMRTFN", np.uint8)] = (ADD, CANCEL, MODIFY, CLEAR, OTHER, OTHER, OTHER)
NO_ACTION = "an action that is none"
BEST_ONLY = "a best price in a book by order"
NO_PRICE_THERE = "an order without a price"
OFF_GRID = "an order with a price that is no whole number of ticks"
NO_LOTS = "an order without contracts"
BEYOND = "an order of more contracts than there can be"
NO_SIDE = "an order of no side"
NOT_THERE = "a cancellation of an order that is not there"
AGAIN = "order added that was there already, and replaced"
NEW = "order modified that was not there, and added"
EARLY = "a change of a book before it is cleared or its snapshot begins (partial_books takes it)"
PARTIAL = "book that lacks the orders from before the file"


class OrderBook:
    """The orders of one instrument; it has room for whatever comes."""

    def __init__(self, *, partial: bool = False) -> None:
        """`partial` begins empty, though orders may be there; else changes wait for a snapshot."""
        self.is_partial = partial
        self.is_known = False
        self._orders = np.zeros((ROOM + 1, 4), np.int64)
        self._levels = np.zeros((2, LEVEL_ROOM, 3), np.int64)
        self._books = np.zeros((BOOKS, BOOK_COLUMNS), np.int32)
        # No book has these prices, so the first one differs.
        self._books[0] = -1

    def take(self, events: NDArray[np.int64]) -> NDArray[np.int32]:
        """Take events, whose faults are written into them; return the books, with the event of each."""
        found = []
        self._orders[-1, NEXT] = 0
        whole = False
        while not whole:
            self._orders[-1, ROWS] = 0
            whole = rebuild(events, self._orders, self._levels, self._books)
            rows = int(self._orders[-1, ROWS])
            found.append(self._books[1 : rows + 1].copy())
            self._books[0] = self._books[rows]
            if not whole:
                self._make_room()
        return np.concatenate(found)

    def _make_room(self) -> None:
        """Double what is full."""
        places = len(self._orders) - 1
        if 2 * (int(self._orders[-1, COUNT]) + 1) > places:
            larger = np.zeros((2 * places + 1, 4), np.int64)
            move_orders(self._orders, larger)
            self._orders = larger
        if int(self._levels[:, 0, 0].max()) + 2 >= self._levels.shape[1]:
            self._levels = np.concatenate((self._levels, np.zeros_like(self._levels)), axis=1)


def take_orders(run: Run, of: Followed, book: OrderBook, tally: Tally) -> None:
    """Take records of orders: their trades, and the ten best levels at the end of each event."""
    is_trade = run.records["action"] == TRADE
    take_trades(run.of(is_trade), of, tally)
    events = _events(run, of, tally)
    begins = _begins(run, book, events, tally)
    shown = book.take(events)
    fault = events[:, FAULT]
    tally.reject(NOT_THERE, run.numbers[fault == UNKNOWN_ORDER])
    tally.flag(AGAIN, fault == ORDER_AGAIN)
    tally.flag(NEW, fault == ORDER_NEW)
    is_rejected = (fault == BAD_EVENT) | (fault == UNKNOWN_ORDER)
    shows = np.zeros(len(events), np.bool_)
    shows[shown[:, BOOK_COLUMNS - 1]] = True
    tally.flag(PARTIAL, shows[:begins])
    # An event may end with a trade, or with what is rejected, and show a book all the same.
    tally.join(~is_trade & ~is_rejected & ~shows)
    tally.twice(shows & (is_trade | is_rejected))
    write_books(shown[:, : BOOK_COLUMNS - 1], run.of(shows), of, tally)


def _events(run: Run, of: Followed, tally: Tally) -> NDArray[np.int64]:
    """Return records as the kernel takes them; what cannot be is rejected and marked."""
    records = run.records
    times = times_of(records)
    events = np.empty((len(records), EVENT_COLUMNS), np.int64)
    events[:, ORDER] = records["order"].view(np.int64)
    events[:, TICKS] = of.grid.ticks(points_of(records["price"]), times)
    events[:, LOTS] = records["size"]
    events[:, SIDE] = signs_of(records["side"])
    events[:, ACTION] = _ACTION_OF[records["action"]]
    # A book of no time cannot be shown; the end of the next event shows it.
    events[:, ENDS] = ((records["flags"] & LAST) != 0) & (times > 0)
    events[:, FAULT] = np.where(_sound(run, events, tally), GOOD, BAD_EVENT)
    return events


def _begins(run: Run, book: OrderBook, events: NDArray[np.int64], tally: Tally) -> int:
    """Return from which event on a book is whole; changes before are rejected, but of a partial one."""
    if book.is_known:
        return 0
    whole = (events[:, ACTION] == CLEAR) | ((run.records["flags"] & SNAPSHOT) != 0)
    book.is_known = bool(whole.any())
    begins = int(np.argmax(whole)) if book.is_known else len(events)
    if not book.is_partial:
        early = np.isin(events[:begins, ACTION], (ADD, CANCEL, MODIFY)) & (events[:begins, FAULT] == GOOD)
        tally.reject(EARLY, run.numbers[:begins][early])
        events[:begins, FAULT][early] = BAD_EVENT
    return begins


def _sound(run: Run, events: NDArray[np.int64], tally: Tally) -> Flags:
    """Return which records can be taken into the book; those of trades are looked at elsewhere."""
    action = events[:, ACTION]
    sets = (action == ADD) | (action == MODIFY)
    changes = sets | (action == CANCEL)
    return tally.sound(
        run.numbers,
        (action == NONE, NO_ACTION),
        (changes & (run.records["flags"] & TOP_OF_BOOK != 0), BEST_ONLY),
        (sets & (run.records["price"] == NO_PRICE_RAW), NO_PRICE_THERE),
        (sets & (events[:, TICKS] == NO_PRICE), OFF_GRID),
        (sets & (events[:, LOTS] == 0), NO_LOTS),
        (changes & (events[:, LOTS] > MOST), BEYOND),
        (sets & (events[:, SIDE] == 0), NO_SIDE),
    )
