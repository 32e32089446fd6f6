"""A strategy that is woken by trades and judges by trades and depth; its trigger may be made to cheat."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mia_plugins.data.arrow import Kind
from mia_plugins.journal.decision import Decision, Outcome
from mia_plugins.runtime.strategy import MiaStrategy, StrategySettings
from mia_plugins.tape.tape import Tape

type Cheat = Literal["", "early", "late", "peeks"]


class Burst:
    """Large trades, whose events call for an evaluation; and the flow since the start."""

    reads = frozenset({Kind.TRADES})

    def __init__(self, lots: int, cheat: Cheat) -> None:
        """`lots` is what a large trade has, in contracts."""
        self._lots, self._cheat = lots, cheat
        self.flow = 0

    def advance(self, tape: Tape, lo: int, hi: int) -> None:
        """Add up who bought and who sold."""
        trades = tape.trades(lo, hi)
        self.flow += int((trades.lots * trades.side).sum())

    def triggers(self, tape: Tape, lo: int, hi: int) -> NDArray[np.int64]:
        """Return when large trades came."""
        trades = tape.trades(lo, hi)
        if self._cheat == "peeks":  # the last of what lies before it, whatever that is
            return trades.ts[-1:]
        return trades.ts[trades.lots >= self._lots] + {"early": -1, "late": 1}.get(self._cheat, 0)


class Lean:
    """To which side the book leans at its last update."""

    reads = frozenset({Kind.DEPTH})

    def __init__(self) -> None:
        self.last = 0.0

    def advance(self, tape: Tape, lo: int, hi: int) -> None:
        """Look at the last update."""
        depth = tape.depth(lo, hi)
        if len(depth):
            bid, ask = int(depth.bid_lots[-1].sum()), int(depth.ask_lots[-1].sum())
            self.last = (bid - ask) / (bid + ask)


class Triggered(MiaStrategy):
    """Goes with flow and book, at bars, large trades and its own fills."""

    class Settings(StrategySettings):
        """How to be woken."""

        lots: int = 45
        cheat: Cheat = ""

    features = ("flow", "lean")
    reads = frozenset({Kind.TRADES, Kind.DEPTH})
    longer_bars = (5,)
    after_fills = True

    def begin(self) -> None:
        """Set up the features."""
        self._burst, self._lean = Burst(self.settings.lots, self.settings.cheat), Lean()
        self.measures = (self._burst, self._lean)

    def evaluate(self, now: int) -> Decision:
        """Go with the book where the flow agrees."""
        del now
        flow, lean, bars = self._burst.flow, self._lean.last, self.tape.base
        found = Decision(values=(flow, lean))
        if not bars.count or flow * lean <= 0:
            return found
        side = 1 if lean > 0 else -1
        found.side, found.size, found.outcome = side, 1, Outcome.TAKEN
        found.stop, found.target = bars.close - side * 10, bars.close + side * 15
        return found
