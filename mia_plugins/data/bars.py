"""One-minute bars from trades."""

import numpy as np

from mia_plugins.data.columns import Bars, Trades
from mia_plugins.data.sessions import NS

MINUTE = 60 * NS
"""ns."""


def bars_of(trades: Trades) -> Bars:
    """Return one-minute bars, stamped at their close; a trade at a full minute belongs to the next bar.

    New York's 18:00 and 17:00 fall on full minutes of UTC, so no bar spans the break. The trades must
    be in order and hold whole minutes: a minute that is cut in two makes two bars.
    """
    if not len(trades):
        none = np.empty(0, np.int64)
        return Bars(none, none, none, none, none, none)
    minutes = trades.ts // MINUTE
    starts = np.flatnonzero(np.diff(minutes, prepend=minutes[0] - 1))
    ends = np.append(starts[1:], len(trades)) - 1
    return Bars(
        ts=(minutes[starts] + 1) * MINUTE,
        open=trades.ticks[starts],
        high=np.maximum.reduceat(trades.ticks, starts),
        low=np.minimum.reduceat(trades.ticks, starts),
        close=trades.ticks[ends],
        lots=np.add.reduceat(trades.lots, starts),
    )
