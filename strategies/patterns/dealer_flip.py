"""`dealer_flip_breakout`: a close across the gamma flip, to where dealers chase the price."""

from collections import deque
from typing import Annotated, Any

from pydantic import Field

from indicators.flow.bursts import DeltaBursts
from indicators.measured import AtrTicks
from indicators.options.choices import DealerSettings
from mia_plugins.data.sessions import Session
from mia_plugins.features import Market
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Bars, Multiple
from strategies.patterns.dealers import CLEAR, DealersGamma
from strategies.patterns.pattern import Pattern
from strategies.patterns.setups import NOT_THERE, UNKNOWN, Condition, Look, above, at_least, on_side
from strategies.patterns.strategy import PatternSettings, PatternStrategy


class DealerFlip(Pattern):
    """A close beyond the flip by .25 ATR, into negative gamma, with a burst of delta: along with it.

    One of the closes just before was on the other side of the flip as it lies now, and the last of them
    not so far beyond it yet: it is the price that crosses, not the flip.
    """

    class Settings(Pattern.Settings):
        """What can be set."""

        beyond: Annotated[Multiple, Field(gt=0, le=10)] = Multiple(0.25)
        """How far beyond the flip the close is at least, in ATR."""
        crossing: Annotated[Bars, Field(ge=1, le=60)] = Bars(3)
        """In how many bars, this one included, the price must have crossed."""
        quantile: Annotated[float, Field(gt=0, lt=1)] = 0.90
        """Of the sizes of 50 bars' deltas: what this one's must be above."""
        levels: DealerSettings = DealerSettings()
        """Of the flip and dealers."""

    names = ("crossed", "negative_gamma", "delta_burst")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.dealers = DealersGamma(market, settings.levels)
        self.delta = market.measure(DeltaBursts, quantile=settings.quantile)
        self.atr = market.measure(AtrTicks)

    def reset(self) -> None:
        """Forget every bar."""
        super().reset()
        self._closes: deque[int] = deque(maxlen=self.settings.crossing + 1)

    def begin_session(self, session: Session) -> None:
        """Forget the closes before the break: nobody traded across the flip in it."""
        super().begin_session(session)
        self._closes.clear()

    def note(self, bar: Bar) -> None:
        """Note the close."""
        self._closes.append(bar.close)

    def look(self, side: int, bar: Bar) -> Look:
        """Look whether the price crossed to a side."""
        balance, delta = self.dealers.balance(bar.close), self.delta.last
        conditions = (
            self._crossed(side),
            on_side(None if balance is None else -balance, CLEAR),
            above(None if delta is None else side * delta, self.delta.burst),
        )
        return Look(side, conditions, bar.ts, about=self.dealers.flip)

    def _crossed(self, side: int) -> Condition:
        flip, atr = self.dealers.flip, self.atr.value
        if flip is None or not atr:
            return UNKNOWN
        *before, now = (side * (close - flip) / atr for close in self._closes)
        if not before or min(before) > 0 or before[-1] >= self.settings.beyond:
            return NOT_THERE
        return at_least(now, self.settings.beyond)

    def ended(self, look: Look, bar: Bar) -> bool:
        """Say whether the price closed back across the flip."""
        return bool(look.side * (bar.close - look.about) <= 0)


class DealerFlipBreakout(PatternStrategy):
    """Goes with a close across the flip into negative gamma."""

    class Settings(PatternSettings, DealerFlip.Settings):
        """What can be set."""

    pattern = DealerFlip
