"""MES and MNQ: quotes that follow those of ES and NQ."""

import numpy as np

from mia_plugins.data.columns import Depth, Quotes

DELAY_NS = (100_000, 900_000)
"""A micro follows its parent within this time."""
LOTS_A_PARENT_LOT = (0.6, 1.6)
"""Contracts quoted for one of the parent."""


def micro_quotes(parent: Depth, rng: np.random.Generator) -> Quotes:
    """Derive a micro's quotes from each change of the parent's best prices."""
    best = np.stack((parent.bid_ticks[:, 0], parent.ask_ticks[:, 0]))
    rows = np.flatnonzero(np.any(np.diff(best, axis=1, prepend=best[:, :1] - 1) != 0, axis=0))
    # At least a nanosecond apart: there and back at one time would be one quote twice.
    order = np.arange(len(rows))
    ts = np.maximum.accumulate(parent.ts[rows] + rng.integers(*DELAY_NS, len(rows)) - order) + order
    bid_lots, ask_lots = (
        np.ceil(lots[rows, 0] * rng.uniform(*LOTS_A_PARENT_LOT, len(rows))).astype(np.int64)
        for lots in (parent.bid_lots, parent.ask_lots)
    )
    return Quotes(ts, parent.bid_ticks[rows, 0], parent.ask_ticks[rows, 0], bid_lots, ask_lots)
