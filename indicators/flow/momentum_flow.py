"""`momentum_flow`: the last trades' momentum and the last bars' move."""

from math import tanh
from typing import Annotated, Any

from pydantic import Field

from indicators.flow.bars import FlowBars
from indicators.flow.tick_momentum import LastTrades
from indicators.measured import AtrTicks
from mia_plugins.features import ODD, Feature, Market, Reading, Score, known, unknown
from mia_plugins.units import Bars

ATRS = 2
"""The move, in ATR, that tanh is taken of."""


class MomentumFlow(Feature):
    """Half for `tick_momentum`, half for the move of the last bars' closes in ATR."""

    class Settings(LastTrades.Settings):
        """What can be set."""

        bars: Annotated[Bars, Field(ge=1, le=399)] = Bars(10)
        """How many bars back the close is compared with."""

    kind = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"trades"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.last = market.measure(LastTrades, trades=settings.trades)
        self.flow = market.measure(FlowBars)
        self.atr = market.measure(AtrTicks)

    def read(self, now: int) -> Reading:
        """Look at the last trades, and at the close some bars ago."""
        del now
        wanted, momentum, atr = self.settings.bars, self.last.momentum, self.atr.value
        bars = self.flow.last(wanted + 1)
        if momentum is None:
            return unknown("no {} trades in this session yet", self.settings.trades)
        if len(bars) <= wanted:
            return unknown("{} of {} bars", len(bars), wanted + 1)
        if not atr:
            return unknown("no ATR yet")
        move = bars[-1].close - bars[0].close
        return known(
            0.5 * momentum + 0.5 * tanh(move / (ATRS * atr)),
            "tick momentum {:+.2f}, {:+d} t in {} bars",
            momentum,
            move,
            wanted,
        )
