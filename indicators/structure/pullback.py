"""`pullback_quality`: whether about half of the last swing has been given back."""

from typing import Annotated, Any

from pydantic import Field

from indicators.classic.levels import Retracements
from indicators.measured import AtrTicks
from indicators.structure.technical import RetracementTicks
from mia_plugins.features import EVEN, Feature, Market, Reading, Score, known, quiet, unknown
from mia_plugins.units import Multiple

LEAST, FROM, TO, MOST = 0.20, 0.38, 0.62, 0.80
"""Shares of the swing: between the middle two the quality is 1, outside the outer two 0, else in between."""


class PullbackQuality(Feature):
    """1 when 38–62 % of the last confirmed swing is given back, 0 below 20 % and above 80 %.

    The share is that of the last close; linear in between. A last swing that is less than 2 ATR high is
    none that could be given back: not known.
    """

    class Settings(Retracements.Settings):
        """What can be set."""

        least: Annotated[Multiple, Field(ge=0)] = Multiple(2.0)
        """How high the swing is at least, in ATR."""

    kind = Score.QUALITY
    mirror = EVEN

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.retracements = market.measure(RetracementTicks, sides=settings.sides)
        self.atr = market.measure(AtrTicks)

    def read(self, now: int) -> Reading:
        """Look at how much is given back."""
        del now
        share, swing, atr = self.retracements.value, self.retracements.swing, self.atr.value
        if share is None or swing is None:
            return unknown("no confirmed swing yet")
        if not atr:
            return unknown("no ATR yet")
        if swing < self.settings.least * atr:
            return unknown("the last swing of {:.0f} t is less than {:g} ATR", swing, self.settings.least)
        told = "{:.0%} of {:.0f} t given back"
        value = pullback_quality(share)
        return known(value, told, share, swing) if value else quiet(told, share, swing)


def pullback_quality(share: float) -> float:
    """Return how good a pullback is by the share of the swing that is given back."""
    return min(1.0, max(0.0, min((share - LEAST) / (FROM - LEAST), (MOST - share) / (MOST - TO))))
