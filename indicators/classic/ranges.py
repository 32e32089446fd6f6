"""What several indicators ask of bars: the true range, and the extremes of the last few."""

from collections import deque


def true_range(high: float, low: float, close_before: float) -> float:
    """Return how far the price went since the close before (price difference)."""
    return max(high - low, abs(high - close_before), abs(low - close_before))


class Extremes:
    """The highest high and the lowest low of the last bars (prices)."""

    def __init__(self, period: int) -> None:
        """`period` in bars."""
        self._highs: deque[float] = deque(maxlen=period)
        self._lows: deque[float] = deque(maxlen=period)

    def take(self, high: float, low: float) -> tuple[float, float] | None:
        """Take in a bar and return the highest and the lowest, `None` before there are enough bars."""
        self._highs.append(high)
        self._lows.append(low)
        return (max(self._highs), min(self._lows)) if len(self._highs) == self._highs.maxlen else None
