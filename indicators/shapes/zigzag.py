"""Swings by how far the price turns back: a zigzag."""

from collections import deque

from indicators.structure.swings import KEPT, Swing


class Zigzag:
    """Confirmed swings of alternating sides, each turned back from by a multiple of the ATR.

    A bar that makes a new extreme confirms none: which came first in it is not known.
    """

    def __init__(self, reversal: float) -> None:
        """`reversal` in ATR."""
        self._reversal = reversal
        self.count = 0
        """Bars taken in."""
        self.fresh: tuple[Swing, ...] = ()
        """What the last bar confirmed: one at most."""
        self.highs: deque[Swing] = deque(maxlen=KEPT)
        """Confirmed swing highs, the youngest last."""
        self.lows: deque[Swing] = deque(maxlen=KEPT)
        """Confirmed swing lows, the youngest last."""
        self._sought = {1, -1}
        """The sides of which the next swing may be: both before the first."""
        self._extremes: dict[int, tuple[int, int]] = {}
        """By side: the price times the side, and the bar."""

    def take(self, high: int, low: int, atr: float | None) -> None:
        """Take in a bar; prices and ATR in ticks."""
        self.fresh = ()
        now, reached = self.count, {1: high, -1: -low}
        self.count += 1
        for side, price in reached.items():
            if side not in self._extremes or price > self._extremes[side][0]:
                self._extremes[side] = price, now
        turned = [side for side in self._sought if self._turns(side, reached[-side], atr)]
        if len(turned) == 1:
            self._confirm(turned[0], (reached[-turned[0]], now))

    def _turns(self, side: int, other: int, atr: float | None) -> bool:
        """Say whether a bar that reached so far the other way turned back from an extreme before it."""
        price, bar = self._extremes[side]
        return atr is not None and bar < self.count - 1 and price + other >= self._reversal * atr

    def _confirm(self, side: int, other: tuple[int, int]) -> None:
        price, bar = self._extremes[side]
        swing = Swing(side, float(side * price), bar, self.count - 1)
        self.fresh = (swing,)
        (self.highs if side > 0 else self.lows).append(swing)
        self._sought = {-side}
        self._extremes[-side] = other
