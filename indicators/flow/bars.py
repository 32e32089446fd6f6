"""What was bought and sold in each bar."""

from collections import deque
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indicators.within_bars import WithinBars
from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import Session
from mia_plugins.features import Market
from mia_plugins.kernels import kernel
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import Bar
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Bars


class FlowBar(NamedTuple):
    """A closed bar with its flow; prices in ticks, sizes in contracts."""

    ts: int
    """When it closed: UTC ns."""
    open: int
    high: int
    low: int
    close: int
    lots: int
    bought: int
    """By aggressors."""
    sold: int
    """By aggressors."""
    unknown: int
    """Of which nobody says who came to whom."""

    @property
    def delta(self) -> int:
        """What was bought less what was sold."""
        return self.bought - self.sold


class FlowBars(WithinBars):
    """The last bars of a length with what was bought and sold in them.

    Contracts whose aggressor is unknown are in no delta; they are counted.
    """

    class Settings(BaseSettings):
        """What can be set."""

        kept: Annotated[Bars, Field(ge=1, le=2000)] = Bars(400)
        """Bars that can be looked back upon."""
        minutes: Annotated[int, Field(ge=0, le=1440)] = 0
        """Their length; 0 for the base bars."""

    reads = frozenset({Kind.TRADES})
    outputs = ("delta", "cvd", "unknown")

    def __init__(self, market: Market, settings: Any) -> None:
        self.minutes = settings.minutes
        super().__init__(market, settings)

    def reset(self) -> None:
        """Forget every bar."""
        self.bars: deque[FlowBar] = deque(maxlen=self.settings.kept)
        """The youngest last."""
        self.count = 0
        """Bars since the start of this contract."""
        self.cvd = 0
        """What was bought less what was sold in the session's closed bars, in contracts."""
        self.unknown = 0
        """Contracts of unknown aggressors in the session's closed bars."""
        self._flow = np.zeros(3, np.int64)

    def begin_session(self, session: Session) -> None:
        """Start sums anew."""
        del session
        self.cvd = self.unknown = 0
        self._flow[:] = 0

    def take_rows(self, tape: Tape, lo: int, hi: int) -> None:
        """Take trades."""
        trades = tape.trades(lo, hi)
        if len(trades):
            add_by_side(self._flow, trades.lots, trades.side)

    def take_bar(self, bar: Bar) -> None:
        """Take the bar its trades have made."""
        sold, unknown, bought = self._flow.tolist()
        self._flow[:] = 0
        self.cvd += bought - sold
        self.unknown += unknown
        self.bars.append(FlowBar(*bar, bought, sold, unknown))
        self.count += 1

    @property
    def delta(self) -> int | None:
        """The last bar's, in contracts; `None` before there is one."""
        return self.bars[-1].delta if self.bars else None

    def last(self, count: int) -> tuple[FlowBar, ...]:
        """Return the last bars, the youngest last; fewer while there are not so many."""
        bars, there = self.bars, len(self.bars)
        return tuple(bars[number] for number in range(max(0, there - count), there))


@kernel
def add_by_side(flow: NDArray[np.int64], lots: NDArray[Any], side: NDArray[Any]) -> None:
    """Add contracts sold, of unknown side, and bought."""
    for row in range(len(lots)):
        flow[side[row] + 1] += lots[row]
