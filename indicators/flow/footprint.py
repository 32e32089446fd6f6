"""The footprint of a base bar: what was bought and sold at each price, and where one side had no answer."""

from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indicators.norms import LotsMode, lots_are_fixed
from indicators.within_bars import WithinBars
from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import Session
from mia_plugins.kernels import kernel
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import Bar
from mia_plugins.tape.tape import Tape
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


class Footprint(WithinBars):
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

    reads = frozenset({Kind.TRADES})
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

    def begin_session(self, session: Session) -> None:
        """Drop what no bar has closed on."""
        del session
        self._clear()

    def take_rows(self, tape: Tape, lo: int, hi: int) -> None:
        """Take in trades."""
        trades = tape.trades(lo, hi)
        if len(trades):
            add(self._span, self._open, trades.ticks, trades.side * trades.lots)

    def take_bar(self, bar: Bar) -> None:
        """Compare the rows of a bar."""
        del bar
        first, low, high, seen, self.outside = self._span.tolist()
        start = first - REACH
        self.rows = self._open[low - start : high + 1 - start].copy() if seen else self._open[:0].copy()
        self.low = low
        self._clear()
        sold, bought = self.rows.T
        buys = self._beat(bought, np.append(0, sold[:-1]) if seen else sold)
        sells = self._beat(sold, np.append(bought[1:], 0) if seen else bought)
        self.buys, self.sells = int(buys.sum()), int(sells.sum())
        self.stacks = (*self._stacks(1, buys), *self._stacks(-1, sells))

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

    def _beat(self, those: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say in which rows those are enough, and enough times the others."""
        if lots_are_fixed(self.settings.lots, self.market):
            least: float = self.settings.least
        else:
            least = max(SHARE * self.rows.sum(axis=1).max(initial=0), 1)
        enough: NDArray[np.bool_] = (those >= self.settings.ratio * np.maximum(others, 1)) & (those >= least)
        return enough

    def _stacks(self, side: int, rows: NDArray[np.bool_]) -> tuple[Stack, ...]:
        if rows.sum() < self.settings.stacked:
            return ()
        edges = np.flatnonzero(np.diff(rows.astype(np.int8), prepend=0, append=0))
        found = (Stack(side, self.low + a, self.low + b - 1) for a, b in edges.reshape(-1, 2).tolist())
        return tuple(stack for stack in found if stack.rows >= self.settings.stacked)

    def _largest(self, side: int) -> int | None:
        if self.buys is None:
            return None
        return max((stack.rows for stack in self.stacks if stack.side == side), default=0)

    def _clear(self) -> None:
        first, low, high, seen, _ = self._span.tolist()
        if seen:
            self._open[low - first + REACH : high + 1 - first + REACH] = 0
        self._span[:] = 0


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
