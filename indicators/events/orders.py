"""Aggressor orders: prints of one side and time are one order, told when it is closed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mia_plugins.data.arrow import Kind
from mia_plugins.features import Market, Measure
from mia_plugins.kernels import kernel
from mia_plugins.tape.tape import Tape

TS, KNOWN, SIDE, TICKS, LAST, LOTS, LEVELS = range(7)
"""Columns of an order: when it was, when it was closed (UTC ns), side, first and farthest price (ticks),
contracts, prices it went through."""

NO_ORDERS, NO_PRINTS = np.empty((0, 7), np.int64), np.empty((0, 4), np.int64)


class Prints(Measure):
    """The trades since the last look, in `fresh`: rows of time, price (ticks), contracts and side."""

    reads = frozenset({Kind.TRADES})

    def reset(self) -> None:
        """Have none."""
        self.fresh = NO_PRINTS

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take what was traded."""
        trades = tape.trades(lo, hi)
        self.fresh = NO_PRINTS
        if len(trades):
            made = self.fresh = np.empty((len(trades), 4), np.int64)
            made[:, 0], made[:, 1] = trades.ts, trades.ticks
            made[:, 2], made[:, 3] = trades.lots, trades.side


class AggressorOrders(Measure):
    """The orders that were closed since the last look, in `fresh`: rows of whole numbers, the columns above.

    A later time, or a print of another side, closes an order; our data carry no last-in-event flag. Prints
    whose side is unknown make orders of side 0.
    """

    reads = frozenset({Kind.TRADES})
    outputs = ("count",)

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self._prints = market.measure(Prints)

    def reset(self) -> None:
        """Forget the order that is open."""
        self._open = np.zeros(7, np.int64)
        self.fresh = NO_ORDERS
        self._count: int | None = None

    @property
    def count(self) -> int | None:
        """Orders since the start of this contract; `None` before there is one."""
        return self._count

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Group what was printed."""
        del tape, lo
        made = self._prints.fresh
        if not len(made) and not self._open[LOTS]:
            self.fresh = NO_ORDERS
            return
        orders = np.empty((len(made) + 1, 7), np.int64)
        self.fresh = orders[: group(self._open, made, orders, hi)]
        if len(self.fresh):
            self._count = (self._count or 0) + len(self.fresh)


@kernel
def group(opened: NDArray[np.int64], made: NDArray[np.int64], orders: NDArray[np.int64], now: int) -> int:
    """Write the orders that are closed by now and return how many; the one that is not stays in `opened`."""
    count = 0
    for number in range(len(made)):
        row = made[number]
        if row[2] <= 0:
            continue
        if opened[LOTS] > 0 and (row[0] > opened[TS] or row[3] != opened[SIDE]):
            _close(opened, min(row[0], opened[TS] + 1), orders[count])
            count += 1
        if opened[LOTS] == 0:
            opened[TS], opened[SIDE], opened[TICKS], opened[LAST] = row[0], row[3], row[1], row[1]
            opened[LEVELS] = 1
        elif (row[1] - opened[LAST]) * row[3] > 0:
            opened[LAST] = row[1]
            opened[LEVELS] += 1
        opened[LOTS] += row[2]
    if opened[LOTS] > 0 and now > opened[TS]:
        _close(opened, opened[TS] + 1, orders[count])
        count += 1
    return count


@kernel
def _close(opened: NDArray[Any], known: int, order: NDArray[Any]) -> None:
    opened[KNOWN] = known
    for column in range(7):
        order[column] = opened[column]
    opened[LOTS] = 0
