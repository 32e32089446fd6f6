"""Patterns that count for some bars, less at each."""

from collections import deque
from collections.abc import Iterable
from typing import Protocol

SAME = 1e-9
"""Values that differ by less are equal."""


class Valued(Protocol):
    """What has a side and a weight."""

    @property
    def value(self) -> float:
        """Above 0 bullish, below 0 bearish."""
        ...


class Fading[P: Valued]:
    """The patterns of the last bars: those of the last one in full, older ones linearly less."""

    def __init__(self, bars: int) -> None:
        """`bars` is for how many a pattern counts."""
        self._bars = bars
        self._found: deque[tuple[P, ...]] = deque(maxlen=bars)

    def take(self, found: Iterable[P]) -> None:
        """Take the patterns of a closed bar."""
        self._found.append(tuple(found))

    @property
    def all(self) -> tuple[tuple[P, float], ...]:
        """The patterns with their values by now, the youngest first."""
        return tuple(
            (pattern, pattern.value * (1 - age / self._bars))
            for age, of_bar in enumerate(reversed(self._found))
            for pattern in of_bar
        )

    def strongest(self) -> tuple[P, float] | None:
        """Return the one of the largest value; None without any, and when two of opposite sides are equal."""
        return strongest_of(self.all)


def strongest_of[P](patterns: tuple[tuple[P, float], ...]) -> tuple[P, float] | None:
    """Return the one of the largest value; None without any, and when two of opposite sides are equal."""
    largest = max((abs(value) for _, value in patterns), default=0.0)
    if not largest:
        return None
    first, *others = [one for one in patterns if abs(one[1]) > largest - SAME]
    return None if any(other[1] * first[1] < 0 for other in others) else first
