"""The loops of DBN: where records begin, and a book by price out of one by order."""

import numpy as np
from numpy.typing import NDArray

from mia_plugins.kernels import kernel

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]
Small = NDArray[np.int32]

WHOLE, SHORT, BROKEN = 0, 1, 2
"""How a walk ended: at the end of the bytes, within a record, or at a record that cannot be."""
LEVELS = 10
"""Levels a side that are published."""

ORDER, TICKS, LOTS, SIDE, ACTION, ENDS, FAULT = range(7)
"""Columns of an event: the order's number, price, size, side (+1 bid, -1 ask), what happens, whether a
batch ends with it, and what is wrong with it."""
EVENT_COLUMNS = 7
ADD, CANCEL, MODIFY, CLEAR, OTHER, NONE = range(6)
"""What happens; another event changes no book, and one that is none is a fault."""
GOOD, ORDER_AGAIN, ORDER_NEW, UNKNOWN_ORDER, BAD_EVENT = range(5)
"""Faults: an order added that was there already, one modified that was not there, which are taken all the
same; a cancellation of no order; what was bad before."""

COUNT, NEXT, ROWS, CHANGED = range(4)
"""Of a book's own numbers, the last row of its orders: how many they are, the next event, how many books
were published, and whether anything changed since the last."""
BOOK_COLUMNS = 6 * LEVELS + 1
"""Bid and ask prices, sizes and numbers of orders, and the number of the event that ended the batch."""


@kernel
def walk(data: Bytes, offsets: Numbers, ended: Numbers) -> int:
    """Find where the records in some bytes begin; return how many are whole.

    `ended` is given the byte at which the walk ended, and how.
    """
    at, count = 0, 0
    ended[1] = WHOLE
    while at < len(data):
        size = 4 * int(data[at])
        if size < 16:
            ended[1] = BROKEN
            break
        if at + size > len(data):
            ended[1] = SHORT
            break
        offsets[count] = at
        count += 1
        at += size
    ended[0] = at
    return count


@kernel
def slot_of(orders: Numbers, order: int) -> int:
    """Return where an order is in the table, or the free place where it would be."""
    places = len(orders) - 1
    mixed = (order & 0x7FFFFFFF) * 1640531527 + ((order >> 31) & 0x7FFFFFFF) * 40503
    slot = (mixed >> 7) % places
    while orders[slot, SIDE] != 0 and orders[slot, ORDER] != order:
        slot = (slot + 1) % places
    return slot


@kernel
def free(orders: Numbers, slot: int) -> None:
    """Take an order out of the table; those that it had pushed on move up."""
    places = len(orders) - 1
    orders[places, COUNT] -= 1
    orders[slot, SIDE] = 0
    after = slot
    while True:
        after = (after + 1) % places
        if orders[after, SIDE] == 0:
            return
        side = orders[after, SIDE]
        orders[after, SIDE] = 0
        place = slot_of(orders, orders[after, ORDER])
        orders[place, ORDER] = orders[after, ORDER]
        orders[place, TICKS] = orders[after, TICKS]
        orders[place, LOTS] = orders[after, LOTS]
        orders[place, SIDE] = side


@kernel
def change_level(levels: Numbers, side: int, ticks: int, lots: int, count: int) -> None:  # noqa: C901 as one
    """Add size and orders to a price of one side; the best price stands last, the first row counts."""
    of = 0 if side > 0 else 1
    key = ticks * side
    low, high = 1, levels[of, 0, 0] + 1
    while low < high:
        middle = (low + high) // 2
        if levels[of, middle, 0] < key:
            low = middle + 1
        else:
            high = middle
    end = levels[of, 0, 0]
    if low > end or levels[of, low, 0] != key:
        for row in range(end, low - 1, -1):
            for column in range(3):
                levels[of, row + 1, column] = levels[of, row, column]
        levels[of, low, 0], levels[of, low, 1], levels[of, low, 2] = key, 0, 0
        levels[of, 0, 0] = end + 1
    levels[of, low, 1] += lots
    levels[of, low, 2] += count
    if levels[of, low, 2] <= 0:
        end = levels[of, 0, 0]
        for row in range(low, end):
            for column in range(3):
                levels[of, row, column] = levels[of, row + 1, column]
        levels[of, 0, 0] = end - 1


@kernel
def clear(orders: Numbers, levels: Numbers) -> None:
    """Empty a book."""
    for slot in range(len(orders) - 1):
        orders[slot, SIDE] = 0
    orders[len(orders) - 1, COUNT] = 0
    levels[0, 0, 0] = 0
    levels[1, 0, 0] = 0


@kernel
def apply(event: Numbers, orders: Numbers, levels: Numbers) -> int:
    """Change a book by one event; return what is wrong with it."""
    action, order = event[ACTION], event[ORDER]
    if event[FAULT] != GOOD or action == OTHER:
        return int(event[FAULT])
    if action == CLEAR:
        clear(orders, levels)
        return GOOD
    slot = slot_of(orders, order)
    is_there = orders[slot, SIDE] != 0
    if action == CANCEL:
        if not is_there:
            return UNKNOWN_ORDER
        left = max(0, orders[slot, LOTS] - event[LOTS])
        change_level(
            levels, orders[slot, SIDE], orders[slot, TICKS], left - orders[slot, LOTS], 0 if left else -1
        )
        orders[slot, LOTS] = left
        if left == 0:
            free(orders, slot)
        return GOOD
    if is_there:
        change_level(levels, orders[slot, SIDE], orders[slot, TICKS], -orders[slot, LOTS], -1)
    else:
        orders[len(orders) - 1, COUNT] += 1
    orders[slot, ORDER], orders[slot, TICKS] = order, event[TICKS]
    orders[slot, LOTS], orders[slot, SIDE] = event[LOTS], event[SIDE]
    change_level(levels, event[SIDE], event[TICKS], event[LOTS], 1)
    if is_there == (action == MODIFY):
        return GOOD
    return ORDER_AGAIN if is_there else ORDER_NEW


@kernel
def write_book(levels: Numbers, books: Small, row: int, event: int) -> bool:
    """Write the ten best levels into a row; say whether they differ from the row above."""
    differs = False
    for of in range(2):
        end = levels[of, 0, 0]
        for rank in range(LEVELS):
            is_there = rank < end
            for column in range(3):
                value = levels[of, end - rank, column] if is_there else 0
                if column == 0 and of == 1:
                    value = -value
                at = (2 * column + of) * LEVELS + rank
                books[row, at] = value
                differs = differs or books[row, at] != books[row - 1, at]
    books[row, BOOK_COLUMNS - 1] = event
    return differs


@kernel
def rebuild(events: Numbers, orders: Numbers, levels: Numbers, books: Small) -> bool:
    """Take events into a book until none is left or there is no room, which is False.

    At the end of a batch the book is written to the next row of `books`, if its ten levels differ from the
    row before; row 0 is the last one of the call before. Room is for a level a side, half the places for
    orders, and one book.
    """
    own = len(orders) - 1
    while orders[own, NEXT] < len(events):
        at = orders[own, NEXT]
        if (
            2 * (orders[own, COUNT] + 1) > own
            or max(levels[0, 0, 0], levels[1, 0, 0]) + 2 >= levels.shape[1]
            or orders[own, ROWS] + 1 >= len(books)
        ):
            return False
        fault = apply(events[at], orders, levels)
        events[at, FAULT] = fault
        if events[at, ACTION] != OTHER and fault <= ORDER_NEW:
            orders[own, CHANGED] = 1
        if events[at, ENDS] and orders[own, CHANGED]:
            orders[own, CHANGED] = 0
            if write_book(levels, books, orders[own, ROWS] + 1, at):
                orders[own, ROWS] += 1
        orders[own, NEXT] += 1
    return True


@kernel
def move_orders(old: Numbers, new: Numbers) -> None:
    """Bring the orders of a table, and its own numbers, to an empty one with more places."""
    for column in range(4):
        new[len(new) - 1, column] = old[len(old) - 1, column]
    for slot in range(len(old) - 1):
        if old[slot, SIDE] != 0:
            place = slot_of(new, old[slot, ORDER])
            for column in range(4):
                new[place, column] = old[slot, column]
