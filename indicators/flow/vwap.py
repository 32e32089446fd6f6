"""The session's volume-weighted average price and its bands."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import Session
from mia_plugins.features import Measure
from mia_plugins.kernels import kernel
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.tape import Tape

FIRST, LOTS, AWAY, SQUARES = range(4)


class Vwap(Measure):
    """The average price of the session's trades by volume, and their standard deviation; in ticks.

    Sums are of distances from the session's first price, which are whole numbers: nothing is rounded away.
    """

    class Settings(BaseSettings):
        """What can be set."""

        anchor: Literal["eth", "rth"] = "eth"
        """Where it begins: with the session at 18:00 New York, or with regular hours at 9:30."""

    reads = frozenset({Kind.TRADES})
    outputs = ("value", "sd", "upper_1", "lower_1", "upper_2", "lower_2", "upper_3", "lower_3")

    def reset(self) -> None:
        """Forget every trade."""
        self._sums = np.zeros(4, np.int64)
        self._from = 0

    def begin_session(self, session: Session) -> None:
        """Start anew."""
        self._sums[:] = 0
        self._from = session.open if self.settings.anchor == "eth" else session.rth_open

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take in trades."""
        trades = tape.trades(max(lo, min(self._from - 1, hi)), hi)
        if len(trades):
            add(self._sums, trades.ticks, trades.lots)

    @property
    def value(self) -> float | None:
        """The average, in ticks."""
        lots = self._sums[LOTS]
        return float(self._sums[FIRST] + self._sums[AWAY] / lots) if lots else None

    @property
    def sd(self) -> float | None:
        """The standard deviation, in ticks; `None` until it is a tick."""
        first, lots, away, squares = self._sums.tolist()
        del first
        if not lots:
            return None
        # Whole numbers of any size: what is subtracted is exact.
        variance: float = (squares * lots - away * away) / (lots * lots)
        return float(variance**0.5) if variance >= 1 else None

    def band(self, times: float) -> float | None:
        """Return the price so many standard deviations away, in ticks; `None` while they are not known."""
        middle, sd = self.value, self.sd
        return None if middle is None or sd is None else middle + times * sd

    upper_1 = property(lambda self: self.band(1))
    lower_1 = property(lambda self: self.band(-1))
    upper_2 = property(lambda self: self.band(2))
    lower_2 = property(lambda self: self.band(-2))
    upper_3 = property(lambda self: self.band(3))
    lower_3 = property(lambda self: self.band(-3))


@kernel
def add(sums: NDArray[np.int64], ticks: NDArray[Any], lots: NDArray[Any]) -> None:
    """Add trades to the sums."""
    if sums[LOTS] == 0:
        sums[FIRST] = ticks[0]
    for row in range(len(ticks)):
        away = ticks[row] - sums[FIRST]
        sums[LOTS] += lots[row]
        sums[AWAY] += away * lots[row]
        sums[SQUARES] += away * away * lots[row]
