"""What ticks and contracts are worth on bars of another length: ratios to what is usual there."""

from collections import deque
from statistics import median

from indicators.norms import BARS, Typical
from mia_plugins.data.sessions import Session
from mia_plugins.tape.bars import Bar

LONGER_FROM = 20
"""Bars that must have closed before it is known what is usual for longer ones: 50 would take days."""


class UsualRanges:
    """By what ticks are multiplied: the median range of these bars over that of base bars.

    Both medians are of the same time, that of the last 50 bars: nights are quieter than days.
    """

    def __init__(self, *, longer: bool) -> None:
        """`longer` says that the bars are not the base bars themselves."""
        self._longer = longer
        self._within: list[int] = []
        self._stretches: deque[tuple[int, list[int]]] = deque(maxlen=BARS)
        self.ratio: float | None = None if longer else 1.0
        """1 for base bars; `None` until it is known what is usual."""

    def take_base(self, bar: Bar) -> None:
        """Take a base bar."""
        if self._longer:
            self._within.append(bar.high - bar.low)

    def take(self, bar: Bar) -> None:
        """Take one of these bars, after the base bars that it is made of."""
        if not self._longer:
            return
        known = self._stretches
        if len(known) >= LONGER_FROM:
            base = median(high_to_low for _, within in known for high_to_low in within)
            self.ratio = median(own for own, _ in known) / base if base else None
        known.append((bar.high - bar.low, self._within))
        self._within = []


class UsualLots:
    """How many contracts a bar of full volume has: a number of the instrument, or the usual volume."""

    def __init__(self, fixed: float | None, norm: str, *, longer: bool) -> None:
        """`fixed` in contracts, None for what is usual by `norm`; `longer` as for ranges."""
        self._fixed = fixed
        self._typical = Typical(norm, LONGER_FROM) if longer else Typical(norm)

    def begin_session(self, session: Session) -> None:
        """Start a trading day."""
        self._typical.begin_session(session)

    def take(self, bar: Bar) -> None:
        """Take a bar."""
        if self._fixed is None:
            self._typical.add(bar.ts, bar.lots)

    @property
    def volume(self) -> float | None:
        """Contracts of the last bar, were it full; `None` until it is known what is usual."""
        return self._typical.value or None if self._fixed is None else self._fixed
