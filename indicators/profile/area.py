"""Where most was traded: the point of control, and the value area around it. Rows count from 0."""

from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from mia_plugins.kernels import kernel


def point_of_control(lots: NDArray[np.int64], *, up: bool = False) -> float:
    """Return the row with the most contracts.

    Of tied rows the one nearest to the average row by volume; of two that are equally near their middle,
    which may lie half a row between two. With `up` it is the highest of tied rows.
    """
    return float(busiest(lots, int(up)))


def value_area(
    lots: NDArray[np.int64], poc: float, share: float, *, step: int = 2, up: bool = False
) -> tuple[int, int]:
    """Return the first and the last row of the value area: at least a share (%) of all contracts.

    It grows from the point of control (from the two rows around it, if it lies between two) by the larger
    of the next `step` rows above and below: 2 is the rule of the CBOT, 1 the simple one. Of equal ones
    both are added, with `up` the upper.
    """
    wanted = share * int(lots.sum()) / 100
    first, last = grow(lots, (floor(poc), ceil(poc)), wanted, (step, int(up)))
    return int(first), int(last)


@kernel
def busiest(lots: NDArray[np.int64], up: int) -> float:
    """Return the row of `point_of_control`."""
    most, total, weighted = 0, 0, 0
    for row in range(len(lots)):
        most = max(most, lots[row])
        total += lots[row]
        weighted += row * lots[row]
    least, rows, count = 0, 0, 0
    for row in range(len(lots)):
        if lots[row] != most:
            continue
        # The distance from the average, times all contracts: whole numbers, so that equal is equal.
        away = abs(row * total - weighted)
        if up != 0 or count == 0 or away < least:
            least, rows, count = away, row, 1
        elif away == least:
            rows += row
            count += 1
    return rows / count


@kernel
def grow(
    lots: NDArray[np.int64], rows: tuple[int, int], wanted: float, how: tuple[int, int]
) -> tuple[int, int]:
    """Grow rows until they hold what is wanted; `how` is the step, and whether equal ones go up."""
    first, last = rows
    step, up = how
    inside = held(lots, first, last + 1)
    while inside < wanted and (first > 0 or last + 1 < len(lots)):
        # A side that has come to its end has less than nothing to offer.
        below = held(lots, first - step, first) if first > 0 else -1
        above = held(lots, last + 1, last + 1 + step) if last + 1 < len(lots) else -1
        rises, falls = above >= below, below > above or (below == above and up == 0)
        if rises:
            last = min(last + step, len(lots) - 1)
            inside += above
        if falls:
            first = max(first - step, 0)
            inside += below
    return first, last


@kernel
def held(lots: NDArray[np.int64], first: int, end: int) -> int:
    """Return the contracts in some rows, of which there may be fewer."""
    total = 0
    for row in range(max(first, 0), min(end, len(lots))):
        total += lots[row]
    return total
