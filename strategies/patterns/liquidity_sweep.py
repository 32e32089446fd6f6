"""`liquidity_sweep_reversal`: stops beyond a swing are taken, and the price closes back inside."""

from typing import Annotated, Any

from pydantic import Field

from indicators.events.liquidity_sweep import LiquiditySweep, LiquiditySweeps
from indicators.flow.bars import FlowBars
from indicators.flow.bursts import DeltaBursts
from mia_plugins.features import Market
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Bars, Ticks
from strategies.patterns.pattern import Pattern
from strategies.patterns.setups import NOT_THERE, UNKNOWN, Condition, Look, at_least, fact
from strategies.patterns.strategy import PatternSettings, PatternStrategy


class SweepReversal(Pattern):
    """A wick of 6 t or more beyond a confirmed swing, a close back inside, delta that flips: back inside.

    Delta flips when that of the bar that comes back is on the side of the trade and that of the bars that
    were beyond is not; where one bar does both, that of the bar before it.
    """

    class Settings(Pattern.Settings):
        """What can be set."""

        wick: Annotated[Ticks, Field(gt=0, le=1000)] = Ticks(6)
        """How far beyond the swing, at least."""
        within: Annotated[Bars, Field(ge=1, le=100)] = Bars(3)
        """How many bars it may take to close back inside."""
        sides: Annotated[Bars, Field(ge=1, le=100)] = Bars(3)
        """How many bars each way make a swing."""

    names = ("wick", "closed_back", "delta_flips")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.sweeps = market.measure(
            LiquiditySweeps, pierce=settings.wick, within=settings.within, sides=settings.sides
        )
        self.flow = market.measure(FlowBars)
        self.delta = market.measure(DeltaBursts)

    def look(self, side: int, bar: Bar) -> Look:
        """Look whether the bar came back from beyond a swing."""
        found = next((one for one in reversed(self.sweeps.events) if one.side == side), None)
        if found is None or found.known != bar.ts:
            return Look(side, (NOT_THERE, fact(holds=False), UNKNOWN))
        wick = at_least(abs(found.far - found.ticks), self.settings.wick)
        return Look(side, (wick, fact(holds=True), self._flips(found)), found.known, about=found.ticks)

    def _flips(self, found: LiquiditySweep) -> Condition:
        usual, bars = self.delta.usual, self.flow.last(self.settings.within + 1)
        if usual is None or len(bars) < 2:
            return UNKNOWN
        *earlier, last = bars
        beyond = [one.delta for one in earlier if one.ts >= found.pierced] or [earlier[-1].delta]
        turned = min(found.side * last.delta, -found.side * sum(beyond))
        return Condition(turned > 0, turned / usual if usual else float(turned > 0))

    def ended(self, look: Look, bar: Bar) -> bool:
        """Say whether the price closed beyond the swing again."""
        return bool(look.side * (bar.close - look.about) <= 0)


class LiquiditySweepReversal(PatternStrategy):
    """Trades back inside when a sweep of a swing has failed."""

    class Settings(PatternSettings, SweepReversal.Settings):
        """What can be set."""

    pattern = SweepReversal
