"""Market data as columns: what the synthetic market makes, importers yield and the catalog's writer takes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Trades:
    """One row a trade, in the order of the feed."""

    ts: NDArray[np.int64]
    """UTC ns; ts_event and ts_init are equal."""
    ticks: NDArray[np.int64]
    """Price in ticks."""
    lots: NDArray[np.int64]
    """Contracts."""
    side: NDArray[np.int8]
    """+1 buying aggressor, -1 selling, 0 unknown."""


@dataclass(frozen=True, slots=True)
class Depth:
    """One row an update of the ten best levels; arrays of two dimensions are (n, 10), best first."""

    ts: NDArray[np.int64]
    """UTC ns; ts_event and ts_init are equal."""
    bid_ticks: NDArray[np.int64]
    ask_ticks: NDArray[np.int64]
    bid_lots: NDArray[np.int64]
    ask_lots: NDArray[np.int64]
    bid_counts: NDArray[np.int64]
    """Orders that rest at each level."""
    ask_counts: NDArray[np.int64]
