"""`tick_momentum`: which way the last trades went, and who came."""

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import Session
from mia_plugins.features import ODD, Feature, Market, Measure, Reading, Score, known, unknown
from mia_plugins.kernels import kernel
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.tape import Tape

STEPS, SIGNED, LOTS = range(3)
BY_STEPS, BY_LOTS = 0.4, 0.6


class LastTrades(Measure):
    """The session's last trades: the signs of their price changes, and their contracts by side.

    Each change is from the trade before, so there must be one trade more.
    """

    class Settings(BaseSettings):
        """What can be set."""

        trades: Annotated[int, Field(ge=1, le=1000)] = 20
        """How many trades."""

    reads = frozenset({Kind.TRADES})
    outputs = ("momentum",)

    def reset(self) -> None:
        """Forget every trade."""
        # The last two rows are no trades: sums of those before, and the last price and how many were pushed.
        self._ring = np.zeros((self.settings.trades + 2, 3), np.int64)
        self._seen = 0

    def begin_session(self, session: Session) -> None:
        """Forget the session before: between the two is no tick."""
        del session
        self._ring[:] = 0
        self._seen = 0

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take trades, of which the last few matter."""
        trades = tape.trades(lo, hi)
        if len(trades):
            tail = slice(-self.settings.trades - 1, None)
            push(self._ring, trades.ticks[tail], trades.lots[tail], trades.side[tail])
            self._seen += len(trades)

    @property
    def sums(self) -> tuple[int, int, int] | None:
        """Rises less falls, contracts bought less sold, all contracts; `None` until there are enough."""
        if self._seen <= self.settings.trades:
            return None
        steps, signed, lots = self._ring[-2].tolist()
        return steps, signed, lots

    @property
    def momentum(self) -> float | None:
        """.4 of the mean sign of price changes and .6 of the share that was bought less sold."""
        sums = self.sums
        if sums is None:
            return None
        steps, signed, lots = sums
        by_side = signed / lots if lots else 0.0
        return float(BY_STEPS * steps / self.settings.trades + BY_LOTS * by_side)


@kernel
def push(ring: NDArray[np.int64], ticks: NDArray[Any], lots: NDArray[Any], side: NDArray[Any]) -> None:
    """Put trades in the ring; the first of a session has no change of price."""
    kept = len(ring) - 2
    sums, last = ring[kept], ring[kept + 1]
    for row in range(len(ticks)):
        place = ring[last[1] % kept]
        change = ticks[row] - last[0] if last[1] else 0
        for column in range(3):
            sums[column] -= place[column]
        place[STEPS] = (change > 0) - (change < 0)
        place[SIGNED] = side[row] * lots[row]
        place[LOTS] = lots[row]
        for column in range(3):
            sums[column] += place[column]
        last[0] = ticks[row]
        last[1] += 1


class TickMomentum(Feature):
    """.4 of the mean sign of the last trades' price changes, .6 of what was bought less sold in them."""

    Settings = LastTrades.Settings
    kind = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"trades"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.last = market.measure(LastTrades, **settings.model_dump())

    def read(self, now: int) -> Reading:
        """Look at the last trades."""
        del now
        sums, momentum = self.last.sums, self.last.momentum
        if sums is None or momentum is None:
            return unknown("no {} trades in this session yet", self.settings.trades)
        steps, signed, lots = sums
        told = f"{steps:+d} ticks up less down, {signed:+d} of {lots} lots"
        return known(momentum, "{} in {} trades", told, self.settings.trades)
