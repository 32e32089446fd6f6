"""`volume_imbalance` and `volume_confirmation`: who came in the last bars, and whether volume agrees."""

from typing import Annotated, Any

from pydantic import Field

from indicators.flow.bars import FlowBar, FlowBars
from indicators.norms import TypicalVolume, Usual
from mia_plugins.features import EVEN, ODD, Feature, Market, Reading, Score, known, unknown
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Bars

MUCH = 1.8
"""Volume, in medians, that confirms in full."""
BY_VOLUME, BY_DELTA, BY_BODIES = 0.45, 0.35, 0.20


class LastBars(BaseSettings):
    """How far back flow is looked at."""

    bars: Annotated[Bars, Field(ge=1, le=400)] = Bars(5)
    """How many bars are looked at."""


class VolumeImbalance(Feature):
    """What was bought less what was sold in the last bars, as a share of both."""

    Settings = LastBars
    kind = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"trades"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.flow = market.measure(FlowBars)

    def read(self, now: int) -> Reading:
        """Look at the last bars."""
        del now
        wanted = self.settings.bars
        bars = self.flow.last(wanted)
        if len(bars) < wanted:
            return unknown("{} of {} bars", len(bars), wanted)
        bought, sold = sum(bar.bought for bar in bars), sum(bar.sold for bar in bars)
        if not bought + sold:
            return unknown("no trade of a known aggressor in {} bars", wanted)
        return known((bought - sold) / (bought + sold), "{} bought, {} sold in {} bars", bought, sold, wanted)


class VolumeConfirmation(Feature):
    """How far volume, one-sided flow, and bars that go with their delta, confirm what prices do."""

    class Settings(LastBars, Usual):
        """What can be set."""

    kind = Score.QUALITY
    mirror = EVEN
    inputs = frozenset({"trades"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.flow = market.measure(FlowBars)
        self.usual = market.measure(TypicalVolume, norm=settings.norm)

    def read(self, now: int) -> Reading:
        """Look at the last bar's volume, and at the last bars' flow."""
        del now
        wanted, median = self.settings.bars, self.usual.value
        bars = self.flow.last(wanted)
        if not median:
            return unknown("no 50 bars yet to tell usual volume from")
        if len(bars) < wanted:
            return unknown("{} of {} bars", len(bars), wanted)
        times, total, balance, agreeing = self.usual.last / median, 0, 0, 0
        for bar in bars:
            total += bar.lots
            balance += bar.delta
            agreeing += _agrees(bar)
        delta = abs(balance) / total if total else 0.0
        return known(
            BY_VOLUME * min(1.0, times / MUCH) + BY_DELTA * delta + BY_BODIES * agreeing / wanted,
            "volume {:.1f}x usual, {:.0%} one-sided, {} of {} bars with their delta",
            times,
            delta,
            agreeing,
            wanted,
        )


def _agrees(bar: FlowBar) -> bool:
    """Say whether a bar went where its delta did; one without a body or a delta did not."""
    return (bar.close - bar.open) * bar.delta > 0
