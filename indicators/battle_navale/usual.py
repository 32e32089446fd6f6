"""What ticks and contracts are worth on bars of another length: ratios to what is usual there."""

from indicators.norms import Typical
from mia_plugins.data.sessions import Session
from mia_plugins.tape.bars import Bar

LONGER_FROM = 20
"""Bars that must have closed before it is known what is usual for longer ones: 50 would take days."""


class UsualRanges:
    """By what ticks are multiplied: the median range of these bars over that of base bars."""

    def __init__(self, *, longer: bool) -> None:
        """`longer` says that the bars are not the base bars themselves."""
        self._longer = longer
        self._base, self._own = Typical(), Typical(least=LONGER_FROM)

    def take_base(self, bar: Bar) -> None:
        """Take a base bar."""
        self._base.add(bar.ts, bar.high - bar.low)

    def take(self, bar: Bar) -> None:
        """Take one of these bars."""
        if self._longer:
            self._own.add(bar.ts, bar.high - bar.low)

    @property
    def ratio(self) -> float | None:
        """1 for base bars; `None` until it is known what is usual."""
        if not self._longer:
            return 1.0
        own, base = self._own.value, self._base.value
        return own / base if own and base else None


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
