"""How much to risk a trade, by Kelly: from the lower end of the win rate's interval, and a quarter of it."""

from dataclasses import dataclass

import numpy as np

from mia_plugins.statistics.figures import Floats
from mia_plugins.statistics.intervals import wilson

TRADES = 200
"""The trades that are looked at: the last ones."""
MIN_TRADES = 50
FIXED = 0.005
"""What is risked while there are fewer trades than that."""
SHARE = 0.25
KELLY_ZERO = "kelly_zero"


@dataclass(frozen=True)
class Kelly:
    """What to risk a trade, from the last 200 closed trades."""

    trades: int
    """The trades it is made of, 200 at most."""
    p: float | None
    """The lower end of Wilson's interval of the win rate."""
    b: float | None
    """Average win / size of the average loss; None without wins or without losses."""
    f: float | None
    """p − (1 − p) / b; p itself without losses; None without wins or below 50 trades."""
    risk: float
    """The share of the balance to risk: f / 4, .005 below 50 trades, 0 where f is 0 or less."""
    reason: str
    """`kelly_zero` where nothing is to be risked."""


def kelly_of(results: Floats) -> Kelly:
    """Return what to risk, from results in the order of their closing, all in $ or all in R."""
    last = results[np.isfinite(results)][-TRADES:]
    count = len(last)
    if count < MIN_TRADES:
        return Kelly(count, None, None, None, FIXED, "")
    wins, losses = last[last > 0], last[last < 0]
    p = wilson(len(wins), count)[0]
    if not len(wins):
        return Kelly(count, p, None, None, 0.0, KELLY_ZERO)
    b = float(wins.mean() / -losses.mean()) if len(losses) else None
    f = p if b is None else p - (1 - p) / b
    return Kelly(count, p, b, f, max(0.0, SHARE * f), "" if f > 0 else KELLY_ZERO)
