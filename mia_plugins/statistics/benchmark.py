"""What holding one contract would have come to: what a run is measured against."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mia_plugins.data.columns import Bars
from mia_plugins.statistics.figures import Floats, Ints


@dataclass(frozen=True)
class Held:
    """One contract held throughout, at no costs: at each roll the old one is left and the new one bought."""

    ts: Ints
    """When each bar closed: UTC ns."""
    profit: Floats
    """Profit or loss since the first price, in $."""


def held_of(contracts: Sequence[Bars], tick_value: float) -> Held:
    """Return what holding comes to over the bars of one contract after the other; `tick_value` is in $.

    The step in price from one contract to the next is nobody's profit.
    """
    ts, ticks, before = [], [], 0
    for bars in (one for one in contracts if len(one)):
        ts.append(bars.ts)
        ticks.append(before + bars.close - bars.open[0])
        before = int(ticks[-1][-1])
    none = np.empty(0, np.int64)
    return Held(np.concatenate([none, *ts]), np.concatenate([none, *ticks]) * tick_value)
