"""What patterns ask of dealers: walls and flip in ticks, and whether they are long gamma at a price."""

from typing import Any

from indicators.measured import AtrTicks
from indicators.options.dealers import GammaLevelsOnFuture
from indicators.options.exposure import DealerSign
from indicators.options.flip import net_gex_at
from mia_plugins.features import Market
from mia_plugins.units import Points

CLEAR = 0.25
"""Net over gross gamma from which dealers are clearly long or short."""


class DealersGamma:
    """Walls, the flip and the sign of dealers' gamma; of the chain, or of imported levels."""

    def __init__(self, market: Market, settings: Any) -> None:
        """`settings` are `DealerSettings`."""
        self._market = market
        self._levels = market.measure(GammaLevelsOnFuture, **settings.model_dump())
        self._atr = market.measure(AtrTicks)
        sign = DealerSign(settings.dealers)
        self._sign = sign.mirrored if market.mirrored else sign

    def walls(self, side: int) -> tuple[float, ...]:
        """Return the walls that a side trades away from, in ticks: put walls hold, call walls stop."""
        levels = self._levels.levels
        if levels is None:
            return ()
        return tuple(wall / self._market.tick for wall in (levels.puts if side > 0 else levels.calls))

    @property
    def flip(self) -> float | None:
        """The flip, or HVL in its place, in ticks."""
        return self._levels.flip

    def balance(self, price: float) -> float | None:
        """Return dealers' gamma at a price (ticks), -1 all short to 1 all long; `None`: not known.

        Of the chain it is net over gross gamma, repriced there. Imported levels tell it by HVL, above which
        dealers are long: then it is the distance from it in ATR, a quarter of it for each.
        """
        if self._levels.source == "chain":
            return self._repriced(price)
        flip, atr = self.flip, self._atr.value
        if flip is None or not atr:
            return None
        above = -1 if self._market.mirrored else 1
        return max(-1.0, min(1.0, above * CLEAR * (price - flip) / atr))

    def _repriced(self, price: float) -> float | None:
        figures, basis = self._levels.option_chain.figures, self._levels.basis.value
        if figures is None or basis is None:
            return None
        spot = basis.on_index(Points(price * self._market.tick))
        net = net_gex_at(figures.chain, spot, self._sign)
        gross = net_gex_at(figures.chain, spot, DealerSign.LONG_ALL)
        return net / gross if net is not None and gross else None
