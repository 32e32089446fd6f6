"""The chart patterns there are, with their names either way up."""

from collections.abc import Callable
from typing import NamedTuple

from indicators.shapes import converging, diverging, turning
from indicators.shapes.formation import Formation, View

SHAPE, SIGN, MOVE = 1.0, 0.75, 0.5
"""What a kind weighs: a shape, a divergence or climax, a mere move."""


class Kind(NamedTuple):
    """A chart pattern and its mirror image."""

    up: str
    """Its name when it breaks upwards."""
    down: str
    """Its name when it breaks downwards."""
    find: Callable[[View], Formation | None]
    weight: float = SHAPE
    at_every_bar: bool = False
    """Whether it is looked for at each bar, not only when a swing is confirmed."""

    def name(self, side: int) -> str:
        """Return its name on a side."""
        return self.up if side > 0 else self.down


ALL = (
    Kind("double_bottom", "double_top", turning.double_bottom),
    Kind("triple_bottom", "triple_top", turning.triple_bottom),
    Kind("inverse_head_and_shoulders", "head_and_shoulders", turning.head_and_shoulders),
    Kind("cup_and_handle", "inverse_cup_and_handle", turning.cup_and_handle),
    Kind("ascending_triangle", "descending_triangle", converging.ascending_triangle),
    Kind("symmetrical_triangle_up", "symmetrical_triangle_down", converging.symmetrical_triangle),
    Kind("falling_wedge", "rising_wedge", converging.falling_wedge),
    Kind("bull_flag", "bear_flag", converging.bull_flag),
    Kind("bull_pennant", "bear_pennant", converging.bull_pennant),
    Kind("bullish_volume_divergence", "bearish_volume_divergence", diverging.volume_divergence, SIGN),
    Kind("accumulation", "distribution", diverging.accumulation, SIGN),
    Kind("selling_climax", "buying_climax", diverging.climax, SIGN, at_every_bar=True),
    Kind("bullish_rsi_divergence", "bearish_rsi_divergence", diverging.rsi_divergence, SIGN),
    Kind("bullish_macd_divergence", "bearish_macd_divergence", diverging.macd_divergence, SIGN),
    Kind("reversal_up", "reversal_down", diverging.reversal, SIGN),
    Kind("breakout_up", "breakout_down", diverging.breakout, MOVE),
    Kind("shift_up", "shift_down", diverging.momentum_shift, MOVE, at_every_bar=True),
)
