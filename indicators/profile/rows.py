"""Contracts by price: a row each tick, around the first price and grown when a price lies outside."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mia_plugins.kernels import kernel

BASE, FIRST, LOW, HIGH, LOTS = range(5)
START = 256
"""Rows each side of the first price to begin with."""
REACH = 32_768
"""Ticks from the first price that are kept at most: what lies further is no price of this session."""


class Rows:
    """Contracts traded at each price, in ticks."""

    def __init__(self) -> None:
        self._lots = np.zeros(0, np.int64)
        self._state = np.zeros(5, np.int64)
        self.left_out = 0
        """Contracts at prices that are no prices of this session: more than 32 768 t from the first."""

    def add(self, ticks: NDArray[Any], lots: NDArray[Any]) -> None:
        """Add trades; those of no contract are left out."""
        if len(ticks) and not len(self._lots):
            self._begin(int(ticks[0]))
        done = 0
        while done < len(ticks):
            done += add(self._lots, self._state, ticks[done:], lots[done:])
            if done < len(ticks) and not self._has_room_for(int(ticks[done])):
                self.left_out += int(lots[done])
                done += 1

    @property
    def total(self) -> int:
        """All contracts."""
        return int(self._state[LOTS])

    @property
    def low(self) -> int:
        """The lowest price with volume, in ticks; meaningless without any."""
        return int(self._state[LOW])

    @property
    def high(self) -> int:
        """The highest price with volume, in ticks; meaningless without any."""
        return int(self._state[HIGH])

    @property
    def lots(self) -> NDArray[np.int64]:
        """Contracts at each tick from `low` to `high`; a view."""
        if not self.total:
            return self._lots[:0]
        base, _, low, high, _ = self._state.tolist()
        return self._lots[low - base : high - base + 1]

    def _begin(self, tick: int) -> None:
        self._lots = np.zeros(2 * START + 1, np.int64)
        self._state[:] = tick - START, tick, 0, 0, 0

    def _has_room_for(self, tick: int) -> bool:
        """Make room for a price, unless it is none of this session."""
        base, first, *_ = self._state.tolist()
        if abs(tick - first) > REACH:
            return False
        # Twice what there was: a day's prices move the array a few times at most.
        size = len(self._lots)
        low = max(min(base, tick - size), first - REACH) if tick < base else base
        high = min(tick + size, first + REACH) if tick >= base + size else base + size - 1
        grown = np.zeros(high - low + 1, np.int64)
        grown[base - low : base - low + size] = self._lots
        self._lots = grown
        self._state[BASE] = low
        return True


@kernel
def add(rows: NDArray[np.int64], state: NDArray[np.int64], ticks: NDArray[Any], lots: NDArray[Any]) -> int:
    """Add trades until one has a price without a row, and return how many were taken."""
    for trade in range(len(ticks)):
        at = ticks[trade] - state[BASE]
        if at < 0 or at >= len(rows):
            return trade
        if lots[trade] <= 0:
            continue
        if state[LOTS] == 0:
            state[LOW] = ticks[trade]
            state[HIGH] = ticks[trade]
        state[LOW] = min(state[LOW], ticks[trade])
        state[HIGH] = max(state[HIGH], ticks[trade])
        state[LOTS] += lots[trade]
        rows[at] += lots[trade]
    return len(ticks)
