"""What strategies make at mid of a market in which there is nothing to find, or only what was planted.

A result at mid leaves out the spread, slippage and fees: of a martingale it is 0 on average, whatever is
bought or sold and whenever it is left. Days are independent, and each is one observation.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catalog.market.martingale import FAMILY_WISE_ERROR, found, student_tail

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

LEAST_TRADES = 100
"""A strategy with fewer is not tested."""
LEAST_PLANTED = 400
"""Trades of the strategy that claims a planted edge, at least."""
CLAIMS = {"iceberg": "iceberg_tracker_follow", "sweep": "smart_money"}
"""The strategy that claims to find what follows an event, by the event."""


class DayOfTrading(NamedTuple):
    """One strategy, one trading day."""

    day: str
    """The date it ends on, in New York."""
    strategy: str
    trades: int
    """Round trips that were closed."""
    at_mid: float
    """What they came to at the mid of the best quotes, in ticks."""
    net: float
    """What they came to after spread, slippage and fees, in ticks."""


def result_at_mid(bought: Ints, fill_ts: Ints, quote_ts: Ints, mids: Floats) -> float:
    """Return what fills came to at mid, in ticks; they leave nothing open.

    `bought` are contracts, below 0 sold; times are UTC ns. A fill's mid is that of the last quote at its
    time: nothing that the fill could know is later.
    """
    rows = np.searchsorted(quote_ts, fill_ts, side="right") - 1
    if len(rows) and int(rows.min()) < 0:
        raise ValueError("a fill lies before the first quote")
    if int(bought.sum()):
        raise ValueError(f"the fills leave {int(bought.sum()):+d} contracts open at the day's end")
    return float(-(bought * mids[rows]).sum()) + 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of one strategy after some days."""

    strategy: str
    trades: int
    days: int
    at_mid: float
    """Ticks a day, on average."""
    error: float
    """Its standard error."""
    net: float
    """Ticks a day after costs, on average."""

    @property
    def is_tested(self) -> bool:
        """Say whether it traded enough to be told from nothing."""
        return self.trades >= LEAST_TRADES and self.error > 0

    @property
    def p(self) -> float:
        """Return the probability of so large a mean, when there is nothing."""
        if self.error <= 0:
            return 1.0
        t = self.at_mid / self.error
        tail = student_tail(t, self.days - 1) / 2
        return tail if t > 0 else 1 - tail

    @property
    def a_trade(self) -> float:
        """Return what a trade came to at mid, in ticks."""
        return self.at_mid * self.days / self.trades if self.trades else math.nan

    @property
    def bound(self) -> float:
        """Return the lower bound of that at 99 %, one-sided, in ticks."""
        if not self.trades:
            return math.nan
        return (self.at_mid - one_sided_99(self.days - 1) * self.error) * self.days / self.trades


def verdicts(rows: Sequence[DayOfTrading]) -> list[Verdict]:
    """Return a verdict for each strategy, by name; a day on which it did not trade is a day too."""
    days = {row.day for row in rows}
    return [_verdict(name, rows, len(days)) for name in sorted({row.strategy for row in rows})]


def _verdict(name: str, rows: Sequence[DayOfTrading], days: int) -> Verdict:
    own = [row for row in rows if row.strategy == name]
    if len({row.day for row in own}) != len(own):
        raise ValueError(f"there are two results of {name} for one day")
    results = np.zeros(days)
    results[: len(own)] = [row.at_mid for row in own]
    return Verdict(
        strategy=name,
        trades=sum(row.trades for row in own),
        days=days,
        at_mid=float(results.mean()),
        error=float(results.std(ddof=1) / math.sqrt(days)) if days > 1 else 0.0,
        net=sum(row.net for row in own) / days,
    )


def too_good(every: Sequence[Verdict], error: float = FAMILY_WISE_ERROR) -> list[Verdict]:
    """Return who made too much for a market without anything to find: Holm over those that are tested."""
    return found([one for one in every if one.is_tested], error)


def one_sided_99(freedom: int) -> float:
    """Return Student's t that is exceeded once in a hundred."""
    low, high = 0.0, 1_000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if student_tail(middle, freedom) / 2 > 0.01 else (low, middle)
    return (low + high) / 2
