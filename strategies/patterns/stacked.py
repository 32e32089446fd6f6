"""`stacked_imbalance_continuation`: one side without an answer at price after price."""

from typing import Any

from indicators.flow.footprint import Footprint
from indicators.flow.vwap import Vwap
from mia_plugins.features import Market
from mia_plugins.tape.bars import Bar
from strategies.patterns.pattern import Pattern
from strategies.patterns.setups import NOT_THERE, UNKNOWN, Condition, Look, at_least, on_side
from strategies.patterns.strategy import PatternSettings, PatternStrategy


class StackedImbalance(Pattern):
    """Three stacked imbalances or more in the bar: buyers' above VWAP are bought, sellers' below sold.

    Where both sides have stacks the larger one counts.
    """

    class Settings(Pattern.Settings):
        """What can be set."""

        footprint: Footprint.Settings = Footprint.Settings()
        """What an imbalance is, and how many rows make a stack."""
        vwap: Vwap.Settings = Vwap.Settings()
        """Where VWAP begins."""

    names = ("stacked", "vwap_side")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.footprint = market.measure(Footprint, **settings.footprint.model_dump())
        self.vwap = market.measure(Vwap, **settings.vwap.model_dump())

    def look(self, side: int, bar: Bar) -> Look:
        """Look at a side's stacks."""
        middle = self.vwap.value
        beyond = None if middle is None else side * (bar.close - middle)
        # Of equally large stacks the one that lies farther the way of the trade: alike on both sides.
        starts = [
            (stack.rows, side * (stack.low if side > 0 else stack.high))
            for stack in self.footprint.stacks
            if stack.side == side
        ]
        start = side * max(starts)[1] if starts else 0
        return Look(side, (self._stacked(side), on_side(beyond, self.vwap.sd)), bar.ts, about=start)

    def _stacked(self, side: int) -> Condition:
        sign = self.footprint.sign
        if sign is None:
            return UNKNOWN
        rows = self.footprint.stacked_buys if side > 0 else self.footprint.stacked_sells
        return at_least(rows, self.settings.footprint.stacked) if sign == side else NOT_THERE

    def ended(self, look: Look, bar: Bar) -> bool:
        """Say whether the price closed beyond where the stack begins."""
        return bool(look.side * (bar.close - look.about) < 0)


class StackedImbalanceContinuation(PatternStrategy):
    """Goes with stacked imbalances on VWAP's side."""

    class Settings(PatternSettings, StackedImbalance.Settings):
        """What can be set."""

    pattern = StackedImbalance
