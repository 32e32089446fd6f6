"""What trend and range ask of bars: a break beyond a price, a turn of delta."""

from typing import Any

from indicators.flow.bursts import DeltaBursts
from indicators.measured import AtrTicks
from indicators.norms import TypicalVolume
from mia_plugins.features import Market
from strategies.patterns.setups import NOT_THERE, UNKNOWN, Condition, all_of, at_least


class Moves:
    """The last bars' breaks and turns."""

    def __init__(self, market: Market, beyond: float, volume: float) -> None:
        """`beyond` in ATR, `volume` in medians: what makes a break."""
        self.atr = market.measure(AtrTicks)
        self.delta = market.measure(DeltaBursts)
        self._volume = market.measure(TypicalVolume)
        self._beyond, self._times = beyond, volume

    def breaks(self, side: int, close: int, before: int | None, price: float | None) -> Condition:
        """Say whether a close is beyond a price and the one before was not, on volume; all in ticks."""
        atr, usual = self.atr.value, self._volume.value
        if price is None or before is None or not atr or not usual:
            return UNKNOWN
        gone = side * (close - price) / atr
        if side * (before - price) / atr >= self._beyond:
            return NOT_THERE
        return all_of(at_least(gone, self._beyond), at_least(self._volume.last / usual, self._times))

    def turns(self, side: int) -> Condition:
        """Say whether delta turned to a side with the last bar; clear where both are as usual."""
        now, before, usual = self.delta.last, self.delta.before, self.delta.usual
        if now is None or before is None or usual is None:
            return UNKNOWN
        turned = min(side * now, -side * before)
        return Condition(turned > 0, turned / usual if usual else float(turned > 0))


def chosen(settings: Any, every: dict[str, Any]) -> dict[str, Any]:
    """Return the ways that are on."""
    return {name: way for name, way in every.items() if name in settings.entries}
