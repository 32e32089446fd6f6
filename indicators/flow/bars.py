"""What was bought and sold in each bar."""

from collections import deque
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import Session
from mia_plugins.features import Measure
from mia_plugins.settings import BaseSettings
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


class FlowBars(Measure):
    """The last bars of a length with what was bought and sold in them."""

    class Settings(BaseSettings):
        """What can be set."""

        kept: Annotated[Bars, Field(ge=1, le=2000)] = Bars(400)
        """Bars that can be looked back upon."""
        minutes: Annotated[int, Field(ge=0, le=1440)] = 0
        """Their length; 0 for the base bars."""

    reads = frozenset({Kind.TRADES})
    outputs = ("delta", "cvd")

    @property
    def longer_bars(self) -> frozenset[int]:
        """Their length, where they are not the base bars."""
        return frozenset({self.settings.minutes} - {0})

    def reset(self) -> None:
        """Forget every bar."""
        self.bars: deque[FlowBar] = deque(maxlen=self.settings.kept)
        """The youngest last."""
        self.count = 0
        """Bars since the start of this contract."""
        self.cvd = 0
        """What was bought less what was sold in the session's closed bars, in contracts."""
        self._flow = np.zeros(3, np.int64)
        self._counted = 0

    def begin_session(self, session: Session) -> None:
        """Start sums anew."""
        del session
        self.cvd = 0
        self._flow[:] = 0

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take trades, and the bars that have closed; a trade at a bar's very end belongs to the next."""
        trades, first = tape.trades(lo, hi), 0
        bars = tape.bars(self.settings.minutes) if self.settings.minutes else tape.base
        for bar in bars.since(self._counted):
            end = int(np.searchsorted(trades.ts, bar.ts, side="left"))
            self._flow += _by_side(trades.side[first:end], trades.lots[first:end])
            sold, unknown, bought = self._flow.tolist()
            self.cvd += bought - sold
            self.bars.append(FlowBar(*bar, bought, sold, unknown))
            self._flow[:], first = 0, end
            self.count += 1
        self._counted = bars.count
        self._flow += _by_side(trades.side[first:], trades.lots[first:])

    @property
    def delta(self) -> int | None:
        """The last bar's, in contracts; `None` before there is one."""
        return self.bars[-1].delta if self.bars else None


def _by_side(side: NDArray[np.int8], lots: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return contracts sold, of unknown side, and bought."""
    return np.array([lots[side == of].sum() for of in (-1, 0, 1)], np.int64)
