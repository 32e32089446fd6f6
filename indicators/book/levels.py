"""The best levels of the book, update by update: the kernels under `BookLevels`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mia_plugins.kernels import kernel

LEVELS = 5
"""Levels of each side that are looked at."""
WEIGHT = 0.8
"""What a level weighs of the one before it."""
BY_TOUCH, BY_DEPTH = 0.6, 0.4

CHANGED, EMPTY = 1, 2
"""What may be true of an update: one of the levels changed, a side has no best price."""
STATE, MID, SPREAD = range(3)
"""Columns of marks; mids are bid plus ask, twice the price in ticks."""

WINDOW, HISTORY, COUNT, TRUE, BIDS, ASKS, LAST_MID, LAST_SPREAD, IMBALANCE = range(9)
RINGS = 9
"""Where the rings begin, after the numbers above."""


def rings(window: int, history: int) -> NDArray[np.float64]:
    """Return room for so many values, and for the depth and mid of so many updates and the current one."""
    state = np.zeros(RINGS + window + 2 * (history + 1))
    state[WINDOW], state[HISTORY] = window, history
    return state


@kernel
def mark(
    seen: NDArray[np.int64], ticks: NDArray[Any], lots: NDArray[Any], marks: NDArray[np.int64], sign: int
) -> None:
    """Mark the updates that changed a side's levels; `sign` is 1 for asks, -1 for bids."""
    for row in range(len(ticks)):
        for level in range(LEVELS):
            if ticks[row, level] != seen[level] or lots[row, level] != seen[LEVELS + level]:
                marks[row, STATE] |= CHANGED
                seen[level], seen[LEVELS + level] = ticks[row, level], lots[row, level]
        if lots[row, 0] == 0:
            marks[row, STATE] |= EMPTY
        marks[row, MID] += ticks[row, 0]
        marks[row, SPREAD] += sign * ticks[row, 0]


@kernel
def weigh(
    state: NDArray[np.float64],
    bid_lots: NDArray[Any],
    ask_lots: NDArray[Any],
    marks: NDArray[np.int64],
) -> None:
    """Weigh the updates that changed a level; crossed and one-sided books enter nothing."""
    window, history = int(state[WINDOW]), int(state[HISTORY])
    for row in range(len(marks)):
        state[TRUE] = marks[row, STATE] & EMPTY == 0 and marks[row, SPREAD] > 0
        if state[TRUE] == 0 or marks[row, STATE] & CHANGED == 0:
            continue
        bids = asks = heavy_bids = heavy_asks = 0.0
        weight = 1.0
        for level in range(LEVELS):
            bids += bid_lots[row, level]
            asks += ask_lots[row, level]
            heavy_bids += weight * bid_lots[row, level]
            heavy_asks += weight * ask_lots[row, level]
            weight *= WEIGHT
        bid, ask = float(bid_lots[row, 0]), float(ask_lots[row, 0])
        touch = (bid - ask) / (bid + ask)
        depth = (heavy_bids - heavy_asks) / (heavy_bids + heavy_asks)
        count = int(state[COUNT])
        place = RINGS + window + count % (history + 1)
        state[IMBALANCE] = BY_TOUCH * touch + BY_DEPTH * depth
        state[RINGS + count % window] = state[IMBALANCE]
        state[place], state[place + history + 1] = bids + asks, marks[row, MID]
        state[BIDS], state[ASKS] = bids, asks
        state[LAST_MID], state[LAST_SPREAD] = marks[row, MID], marks[row, SPREAD]
        state[COUNT] = count + 1
