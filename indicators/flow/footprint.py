"""The footprint of a base bar: what was bought and sold at each price, and where one side had no answer."""

from collections.abc import Iterable
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indicators.norms import LotsMode, lots_are_fixed
from indicators.within_bars import WithTrades
from mia_plugins.data.columns import Trades
from mia_plugins.data.sessions import Session
from mia_plugins.kernels import kernel
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Contracts, Multiple

REACH = 2048
"""Ticks each way from a bar's first price that rows are kept for."""
ROWS = 2 * REACH + 1
SHARE = 0.1
"""Of the bar's largest row: the least contracts of an imbalance where lots are relative."""
FIRST, LOW, HIGH, SEEN, OUTSIDE = range(5)


class Stack(NamedTuple):
    """Imbalances of one side in rows that follow each other."""

    side: int
    """1 buyers, -1 sellers."""
    low: int
    """The lowest row, in ticks."""
    high: int
    """The highest row, in ticks."""

    @property
    def rows(self) -> int:
        """How many rows."""
        return self.high - self.low + 1


class Footprint(WithTrades):
    """Imbalances of the last closed base bar: aggressors who were `ratio` times those of the other side.

    Buyers at a price are compared with sellers a tick below, sellers with buyers a tick above: those who
    met in one spread. Unknown aggressors are in no row. Trades more than 2048 ticks from the bar's first have
    no row either; they are counted.
    """

    class Settings(BaseSettings):
        """What can be set."""

        ratio: Annotated[Multiple, Field(ge=1, le=100)] = Multiple(3.0)
        """How many times the other side, which counts as one contract at least."""
        least: Annotated[Contracts, Field(ge=1)] = Contracts(10)
        """The fewest contracts of an imbalance where lots are fixed; else a tenth of the largest row."""
        lots: LotsMode = "auto"
        """`fixed`, `relative`, or `auto`: fixed for ES on bars of one minute."""
        stacked: Annotated[int, Field(ge=2, le=100)] = 3
        """How many rows in a row make a stack."""

    outputs = ("buys", "sells", "stacked_buys", "stacked_sells", "sign")

    def reset(self) -> None:
        """Forget every bar."""
        self.buys: int | None = None
        """Rows of the last bar with an imbalance of buyers; `None` before there is a bar."""
        self.sells: int | None = None
        """Rows of the last bar with an imbalance of sellers; `None` before there is a bar."""
        self.stacks: tuple[Stack, ...] = ()
        """The last bar's, each side's from low to high."""
        self.rows: NDArray[np.int64] = np.zeros((0, 2), np.int64)
        """Contracts sold and bought at each price of the last bar, the lowest first."""
        self.low = 0
        """The lowest price that has a row, in ticks."""
        self.outside = 0
        """Contracts of the last bar that were too far away for a row."""
        self._open = np.zeros((ROWS, 2), np.int64)
        self._span = np.zeros(5, np.int64)
        self._found = np.zeros(4, np.int64)
        fixed = lots_are_fixed(self.settings.lots, self.market)
        self._limits = limits_of(self.settings, fixed=fixed)

    def begin_session(self, session: Session) -> None:
        """Drop what no bar has closed on."""
        del session
        self._clear()

    def take_rows(self, rows: Trades) -> None:
        """Take in trades."""
        add(self._span, self._open, rows.ticks, rows.side * rows.lots)

    def take_bar(self, bar: Bar) -> None:
        """Compare the rows of a bar."""
        del bar
        first, low, high, seen, self.outside = self._span.tolist()
        below = low - first + REACH
        self.rows = self._open[below : below + (high - low + 1) * seen].copy()
        self.low = low
        self._clear()
        self.stacks = stacks_in(self.rows, low, self.settings.stacked, (self._limits, self._found))
        self.buys, self.sells = self._found[:2].tolist()

    @property
    def stacked_buys(self) -> int | None:
        """Rows of the largest stack of buyers in the last bar, 0 without one."""
        return self._largest(1)

    @property
    def stacked_sells(self) -> int | None:
        """Rows of the largest stack of sellers in the last bar, 0 without one."""
        return self._largest(-1)

    @property
    def sign(self) -> int | None:
        """The side with the larger stack; 0 when there is none or both are alike."""
        buys, sells = self.stacked_buys, self.stacked_sells
        return None if buys is None or sells is None else (buys > sells) - (buys < sells)

    def _largest(self, side: int) -> int | None:
        return None if self.buys is None else largest(self.stacks, side)

    def _clear(self) -> None:
        first, low, high, seen, _ = self._span.tolist()
        if seen:
            self._open[low - first + REACH : high + 1 - first + REACH] = 0
        self._span[:] = 0


def limits_of(settings: Footprint.Settings, *, fixed: bool) -> NDArray[np.float64]:
    """Return what makes an imbalance: the ratio, the least contracts, the least share of the largest row."""
    return np.array([settings.ratio, *((settings.least, 0) if fixed else (1, SHARE))], np.float64)


def stacks_in(
    rows: NDArray[np.int64], low: int, stacked: int, into: tuple[NDArray[np.float64], NDArray[np.int64]]
) -> tuple[Stack, ...]:
    """Return the stacks among rows of which the lowest is at `low` ticks, each side's from low to high.

    `into` is what makes an imbalance, and where it is told how many there are.
    """
    marks = np.zeros((len(rows), 2), np.int8)
    limits, found = into
    compare(rows, limits, marks, found)
    if max(found[2:].tolist()) < stacked:
        return ()
    return tuple(
        Stack(side, low + a, low + b - 1)
        for side in (1, -1)
        for a, b in np.flatnonzero(np.diff(marks[:, (1 - side) // 2], prepend=0, append=0))
        .reshape(-1, 2)
        .tolist()
        if b - a >= stacked
    )


def largest(stacks: Iterable[Stack], side: int) -> int:
    """Return the rows of a side's largest stack, 0 without one."""
    return max((stack.rows for stack in stacks if stack.side == side), default=0)


@kernel
def add(span: NDArray[np.int64], rows: NDArray[np.int64], ticks: NDArray[Any], signed: NDArray[Any]) -> None:
    """Add trades to the rows of their prices; contracts bought are above 0, sold below."""
    for row in range(len(ticks)):
        price, lots = ticks[row], signed[row]
        if span[SEEN] == 0:
            span[FIRST] = span[LOW] = span[HIGH] = price
            span[SEEN] = 1
        at = price - span[FIRST] + REACH
        if at < 0 or at >= ROWS:
            span[OUTSIDE] += abs(lots)
            continue
        span[LOW], span[HIGH] = min(span[LOW], price), max(span[HIGH], price)
        if lots > 0:
            rows[at, 1] += lots
        else:
            rows[at, 0] -= lots


@kernel
def compare(
    rows: NDArray[np.int64],
    limits: NDArray[np.float64],
    marks: NDArray[np.int8],
    found: NDArray[np.int64],
) -> None:
    """Mark imbalances of buyers and sellers; find how many there are of each, and the longest runs."""
    ratio, least, count = limits[0], limits[1], len(rows)
    for row in range(count):
        least = max(least, limits[2] * (rows[row, 0] + rows[row, 1]))
    found[:] = 0
    buys = sells = 0
    for row in range(count):
        sold_below = rows[row - 1, 0] if row > 0 else 0
        bought_above = rows[row + 1, 1] if row + 1 < count else 0
        marks[row, 0] = rows[row, 1] >= least and rows[row, 1] >= ratio * max(sold_below, 1)
        marks[row, 1] = rows[row, 0] >= least and rows[row, 0] >= ratio * max(bought_above, 1)
        buys, sells = (buys + 1) * marks[row, 0], (sells + 1) * marks[row, 1]
        found[0] += marks[row, 0]
        found[1] += marks[row, 1]
        found[2], found[3] = max(found[2], buys), max(found[3], sells)
