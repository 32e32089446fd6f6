"""Market data in memory: columns of numbers, one instrument a set, in the order of time.

Times are UTC ns since 1970-01-01. Prices are whole ticks from zero, so ES at 6000.25 is 24001. Sizes
are whole contracts. Every `of` or derivation keeps the order of its input.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVELS = 10
"""Price levels a side in a depth update."""
Whole = NDArray[np.signedinteger[Any]]
"""Whole numbers of any width: sixty in each update make a wide one dear."""


@dataclass(frozen=True, slots=True)
class Trades:
    """Trades, a row each."""

    ts: NDArray[np.int64]
    """When it happened and, for us, was known: UTC ns."""
    ticks: NDArray[np.int64]
    """Price, in ticks."""
    lots: NDArray[np.int64]
    """Contracts."""
    side: NDArray[np.int8]
    """Who came to the other: +1 a buyer, -1 a seller, 0 unknown."""

    def __len__(self) -> int:
        """Return the number of trades."""
        return len(self.ts)


@dataclass(frozen=True, slots=True)
class Depth:
    """The ten best levels of the book, a row each update; level arrays are (n, 10), best first."""

    ts: NDArray[np.int64]
    """UTC ns."""
    bid_ticks: Whole
    """Prices, in ticks."""
    ask_ticks: Whole
    """Prices, in ticks."""
    bid_lots: Whole
    """Contracts at each level; 0 where there is none."""
    ask_lots: Whole
    """Contracts at each level; 0 where there is none."""
    bid_counts: Whole
    """Orders at each level."""
    ask_counts: Whole
    """Orders at each level."""

    def __len__(self) -> int:
        """Return the number of updates."""
        return len(self.ts)


@dataclass(frozen=True, slots=True)
class Quotes:
    """Best bid and ask, a row each change."""

    ts: NDArray[np.int64]
    """UTC ns."""
    bid_ticks: NDArray[np.int64]
    """Price, in ticks."""
    ask_ticks: NDArray[np.int64]
    """Price, in ticks."""
    bid_lots: NDArray[np.int64]
    """Contracts."""
    ask_lots: NDArray[np.int64]
    """Contracts."""

    def __len__(self) -> int:
        """Return the number of quotes."""
        return len(self.ts)


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of one length, a row each; a minute without a trade has none."""

    ts: NDArray[np.int64]
    """When it closed: UTC ns."""
    open: NDArray[np.int64]
    """First price, in ticks."""
    high: NDArray[np.int64]
    """Highest price, in ticks."""
    low: NDArray[np.int64]
    """Lowest price, in ticks."""
    close: NDArray[np.int64]
    """Last price, in ticks."""
    lots: NDArray[np.int64]
    """Volume, in contracts."""

    def __len__(self) -> int:
        """Return the number of bars."""
        return len(self.ts)


def rows_of[T: Trades | Depth | Quotes | Bars](columns: T, rows: slice | NDArray[np.generic]) -> T:
    """Return some rows, in some order; a slice copies nothing."""
    return type(columns)(*(getattr(columns, name)[rows] for name in columns.__slots__))


def in_time_order[T: Trades | Depth | Quotes | Bars](columns: T) -> T:
    """Return rows as time has them; those of one time keep their order."""
    return rows_of(columns, np.argsort(columns.ts, kind="stable"))


def quotes_of(depth: Depth) -> Quotes:
    """Return the best bid and ask wherever price or size of one of them changed."""
    best = np.column_stack(
        (depth.bid_ticks[:, 0], depth.ask_ticks[:, 0], depth.bid_lots[:, 0], depth.ask_lots[:, 0])
    )
    changed = np.ones(len(depth), dtype=bool)
    changed[1:] = (best[1:] != best[:-1]).any(axis=1)
    bid_ticks, ask_ticks, bid_lots, ask_lots = np.ascontiguousarray(best[changed].T, np.int64)
    return Quotes(depth.ts[changed], bid_ticks, ask_ticks, bid_lots, ask_lots)
