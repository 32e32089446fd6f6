"""The spring and the upthrust: who makes them, and whether the tape shows them by Wyckoff's definition.

A range of 20 one-minute bars with two tests of its support, a low more than two ticks below, a close
above it within three bars, on a volume that is not in the upper fifth. An upthrust is its mirror.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.market import world as w
from catalog.market.streams import stream
from mia_plugins.data.bars import MINUTE, bars_of
from mia_plugins.data.columns import Bars, Trades, in_time_order
from mia_plugins.data.sessions import NS, Session

SIDES = {"spring": 1, "upthrust": -1}
"""Who makes them buys, or sells."""
BEGIN_MINUTES = {"spring": (40, 50), "upthrust": (120, 130)}
"""From the regular open: between the news, and on a half day too."""
LONGEST_MINUTES = 75
HEIGHT = (0.07, 0.11)
"""Of the range, as a share of the day's standard deviation."""
LEG_SECONDS = (100, 160)
"""From one edge of the range to the other."""

RANGE_BARS = 20
TESTS = 2
TEST_TICKS = 2
"""A bar tests the support when its low is this near; a low further below pierces it."""
RETURN_BARS = 3
QUIET = 0.8
"""The piercing bar's volume is at most at this quantile of the bars before."""
NORM_BARS = 50
"""Bars of which the quantile is taken."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A spring or an upthrust that the tape shows; times in UTC ns."""

    start: int
    """Where its range begins."""
    end: int
    """The close of the bar that comes back."""
    ticks: int
    """The support, or the resistance."""


def spring_agent(
    seed: int, session: Session, name: str, start: int, es_sigma: float
) -> list[NDArray[np.int64]]:
    """Return who makes a spring or an upthrust; `es_sigma` is the day's standard deviation in ticks."""
    rng = stream(seed, f"scenario {name} operator", session.day)
    row = np.zeros((1, w.AGENT_COLUMNS), np.int64)
    row[0, [w.KIND, w.SIDE]] = w.COMPOSITE, SIDES[name]
    row[0, w.START] = row[0, w.NEXT] = start
    row[0, w.END] = start + LONGEST_MINUTES * MINUTE
    row[0, w.SIZE] = round(rng.uniform(*HEIGHT) * es_sigma)
    row[0, w.DELAY] = int(rng.uniform(*LEG_SECONDS) * NS)
    return [row]


def shown(trades: Trades, side: int, start: int, end: int) -> Shown | None:
    """Return the first spring (side 1) or upthrust (-1) whose range begins at `start`, if there is one."""
    # A faulty feed may deliver them otherwise.
    bars = bars_of(in_time_order(trades))
    first, last = np.searchsorted(bars.ts, (start + MINUTE, end)).tolist()
    low = bars.low if side > 0 else -bars.high
    close = side * bars.close
    for pierce in range(first + RANGE_BARS, last):
        support = int(low[first:pierce].min())
        back = np.flatnonzero(close[pierce : pierce + RETURN_BARS] > support)
        if (
            low[pierce] < support - TEST_TICKS
            and len(back)
            and _tests(low[first:pierce], support) >= TESTS
            and _is_quiet(bars, pierce)
        ):
            return Shown(start, int(bars.ts[pierce + back[0]]), side * support)
    return None


def _tests(low: NDArray[np.int64], support: int) -> int:
    """Return how often the lows come to a support, having been away in between."""
    near = low <= support + TEST_TICKS
    return int(np.sum(np.diff(near.astype(np.int8), prepend=0) == 1))


def _is_quiet(bars: Bars, at: int) -> bool:
    """Say whether a bar's volume is no higher than four fifths of those before it."""
    before = bars.lots[max(at - NORM_BARS, 0) : at]
    return bool(bars.lots[at] <= np.quantile(before, QUIET))
