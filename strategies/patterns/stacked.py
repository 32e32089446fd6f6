"""`stacked_imbalance_continuation`: one side without an answer at price after price."""

from typing import Any

from indicators.flow.footprint import Footprint, Stack, largest
from indicators.flow.stacking import Stacking
from indicators.flow.vwap import Vwap
from mia_plugins.features import Market
from mia_plugins.tape.bars import Bar
from strategies.patterns.pattern import OwnEvents, Pattern
from strategies.patterns.setups import NOT_THERE, UNKNOWN, Condition, Look, at_least, on_side
from strategies.patterns.strategy import PatternSettings, PatternStrategy


class StackedImbalance(Pattern):
    """Three stacked imbalances or more in the bar: buyers' above VWAP are bought, sellers' below sold.

    Where both sides have stacks the larger one counts. Its own event is the first stack of a side in a bar
    that has not closed yet; at the close the whole bar is looked at.
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
        own = self.own_events(settings, market.tape.base.minutes)
        self.stacking = market.measure(Stacking, **own.settings)

    @classmethod
    def own_events(cls, settings: Any, minutes: int) -> OwnEvents:
        """Return the first stack of a side in a bar."""
        return OwnEvents(Stacking, settings.footprint.model_dump() | {"minutes": minutes})

    def reset(self) -> None:
        """Forget every bar."""
        super().reset()
        self._stacks: tuple[Stack, ...] | None = None
        self._bar_ends = 0

    def note(self, bar: Bar) -> None:
        """Note the stacks of the bar that closed."""
        known = self.footprint.buys is not None
        self._stacks, self._bar_ends = self.footprint.stacks if known else None, bar.ts

    def note_event(self) -> None:
        """Note the stacks of the bar that forms."""
        self._stacks, self._bar_ends = self.stacking.stacks, self.stacking.end

    def look(self, side: int, bar: Bar) -> Look:
        """Look at a side's stacks."""
        middle = self.vwap.value
        beyond = None if middle is None else side * (bar.close - middle)
        # Of equally large stacks the one that lies farther the way of the trade: alike on both sides.
        starts = [
            (stack.rows, side * (stack.low if side > 0 else stack.high))
            for stack in self._stacks or ()
            if stack.side == side
        ]
        start = side * max(starts)[1] if starts else 0
        conditions = (self._stacked(side), on_side(beyond, self.vwap.sd))
        return Look(side, conditions, self._bar_ends, about=start)

    def _stacked(self, side: int) -> Condition:
        if self._stacks is None:
            return UNKNOWN
        own, other = largest(self._stacks, side), largest(self._stacks, -side)
        return at_least(own, self.settings.footprint.stacked) if own > other else NOT_THERE

    def ended(self, look: Look, bar: Bar) -> bool:
        """Say whether the price closed beyond where the stack begins."""
        return bool(look.side * (bar.close - look.about) < 0)


class StackedImbalanceContinuation(PatternStrategy):
    """Goes with stacked imbalances on VWAP's side."""

    class Settings(PatternSettings, StackedImbalance.Settings):
        """What can be set."""

    pattern = StackedImbalance
