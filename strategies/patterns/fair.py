"""Prices that a market comes back to: VWAP and the point of control."""

from typing import Literal

from indicators.flow.vwap import Vwap
from indicators.profile.volume import VolumeProfile
from mia_plugins.features import Market

type Fair = Literal["nearer", "vwap", "poc"]
"""What is aimed at."""


class FairPrices:
    """The session's VWAP and point of control as targets."""

    def __init__(self, market: Market, wanted: Fair) -> None:
        self._vwap = market.measure(Vwap) if wanted != "poc" else None
        self._profile = market.measure(VolumeProfile) if wanted != "vwap" else None

    @property
    def prices(self) -> tuple[float, ...]:
        """Those that are known, in ticks."""
        found = (self._vwap.value if self._vwap else None, self._profile.poc if self._profile else None)
        return tuple(price for price in found if price is not None)
