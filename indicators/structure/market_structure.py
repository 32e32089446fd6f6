"""`market_structure`: what the last swings say about the trend."""

from typing import Any

from indicators.structure.trend import TrendStructure
from mia_plugins.features import ODD, Feature, Followed, Market, Reading, Score, known, quiet, unknown

TOLD = {
    1.0: "higher high and higher low",
    0.5: "only one of high and low is higher",
    0.0: "the last two highs and lows contradict each other",
    -0.5: "only one of high and low is lower",
    -1.0: "lower high and lower low",
}


class TrendTicks(Followed):
    """The trend of base bars by their swings, -1 to 1, and the side of a break that still counts."""

    indicator = TrendStructure
    Settings = TrendStructure.Settings
    outputs = ("value", "broken")

    @property
    def broken(self) -> float | None:
        """The side of the break that still counts, 0 when none does."""
        broken: float | None = self.inner.broken
        return broken


class MarketStructure(Feature):
    """1 for a higher high and low, -1 for lower ones, half when one of the two differs, 0 mixed.

    A close beyond the last confirmed swing is 1 or -1 for ten bars.
    """

    Settings = TrendTicks.Settings
    kind = Score.DIRECTIONAL
    mirror = ODD

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.trend = market.measure(TrendTicks, **settings.model_dump())

    def read(self, now: int) -> Reading:
        """Say what the swings say."""
        del now
        value = self.trend.value
        if value is None:
            return unknown("fewer than two swings of each kind")
        if self.trend.broken:
            return known(value, "closed {} the last swing", "above" if value > 0 else "below")
        return known(value, TOLD[value]) if value else quiet(TOLD[value])
