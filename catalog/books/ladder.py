"""A book by price: levels are set and deleted, and the ten best a side are told when a batch ends."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mia_plugins.data.columns import LEVELS
from mia_plugins.kernels import kernel

CAPACITY = 4_096
"""Levels a side; what lies behind the worst of so many is forgotten."""
CLEAR, SET, DELETE, NOTHING = range(4)
"""What a change does; to SET a level to 0 contracts is to DELETE it."""
SIDE, WHAT, TICKS, LOTS, ORDERS, ENDS = range(6)
"""Columns of a change: 0 the bid or 1 the ask (a CLEAR is of both), what, price in ticks, contracts, orders,
and 1 if its batch ends."""


class Ladder(NamedTuple):
    """The state, which goes on from one call of `follow` to the next."""

    levels: NDArray[np.int64]
    """(2, CAPACITY, 3): a side's price in ticks, contracts and orders, best first."""
    counts: NDArray[np.int64]
    """Levels of each side; then 1 after a CLEAR, deleted levels that were not there, levels lost."""
    shown: NDArray[np.int32]
    """(6, LEVELS): what was told last: prices, contracts, orders of the bid, then of the ask."""


KNOWN, ABSENT, LOST = 2, 3, 4
"""Places in `counts`."""


def new_ladder() -> Ladder:
    """Return an empty book that has seen no CLEAR."""
    return Ladder(
        np.zeros((2, CAPACITY, 3), np.int64), np.zeros(5, np.int64), np.zeros((6, LEVELS), np.int32)
    )


@kernel
def follow(book: Ladder, changes: NDArray[np.int64], told: NDArray[np.int32], ends: NDArray[np.int64]) -> int:
    """Follow changes; write a row of `told` for each batch that changed the ten best, and where it ended.

    Returns how many rows there are. What comes before the first CLEAR changes nothing.
    """
    rows = 0
    for number in range(len(changes)):
        change = changes[number]
        if change[WHAT] == CLEAR:
            book.counts[0] = 0
            book.counts[1] = 0
            book.counts[KNOWN] = 1
        if book.counts[KNOWN] == 0:
            continue
        if change[WHAT] == SET and change[LOTS] > 0:
            _set(book, change)
        elif change[WHAT] == SET or change[WHAT] == DELETE:
            _delete(book, change)
        if change[ENDS] and _tell(book, told[rows]):
            ends[rows] = number
            rows += 1
    return rows


@kernel
def _place(book: Ladder, side: int, ticks: int) -> int:
    """Return where a price stands on its side, or would."""
    low = 0
    high = book.counts[side]
    while low < high:
        middle = (low + high) // 2
        other = book.levels[side, middle, 0]
        if (other > ticks) if side == 0 else (other < ticks):
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _set(book: Ladder, change: NDArray[np.int64]) -> None:
    """Set a level; one that is new pushes the worse ones down."""
    side = change[SIDE]
    place = _place(book, side, change[TICKS])
    levels = book.levels[side]
    count = book.counts[side]
    if place == count or levels[place, 0] != change[TICKS]:
        if count == CAPACITY:
            book.counts[LOST] += 1
            if place == count:
                return
            count -= 1
        for row in range(count, place, -1):
            for part in range(3):
                levels[row, part] = levels[row - 1, part]
        book.counts[side] = count + 1
    levels[place, 0] = change[TICKS]
    levels[place, 1] = change[LOTS]
    levels[place, 2] = change[ORDERS]


@kernel
def _delete(book: Ladder, change: NDArray[np.int64]) -> None:
    """Delete a level; one that is not there says that changes were lost."""
    side = change[SIDE]
    place = _place(book, side, change[TICKS])
    levels = book.levels[side]
    if place == book.counts[side] or levels[place, 0] != change[TICKS]:
        book.counts[ABSENT] += 1
        return
    book.counts[side] -= 1
    for row in range(place, book.counts[side]):
        for part in range(3):
            levels[row, part] = levels[row + 1, part]


@kernel
def _tell(book: Ladder, row: NDArray[np.int32]) -> bool:
    """Write the ten best of both sides, if they are others than last time and there is one at all."""
    changed = False
    for side in range(2):
        for level in range(LEVELS):
            for part in range(3):
                value = 0
                if level < book.counts[side]:
                    value = book.levels[side, level, part]
                place = 3 * side + part
                if book.shown[place, level] != value:
                    changed = True
                book.shown[place, level] = value
                row[place * LEVELS + level] = value
    return changed and book.counts[0] + book.counts[1] > 0
