"""What is usual: medians of what came before, and lots that are large for an instrument."""

from collections import deque
from statistics import median
from typing import Literal

from mia_plugins.data.sessions import Session
from mia_plugins.features import BarMeasure, Market
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import Bar

BARS = 50
"""Base bars that tell what is usual."""
SESSIONS, LEAST_SESSIONS = 20, 5
"""Sessions that tell what is usual at a time of day, and how many there must be."""
HALF_HOUR = 1_800_000_000_000
"""ns."""


class Usual(BaseSettings):
    """What something is compared with."""

    norm: Literal["bars", "time_of_day"] = "bars"
    """The last 50 base bars, or the same half hour of the last 20 sessions once there are 5."""


class Typical:
    """The median of what was usual before the value that is added last."""

    def __init__(self, norm: str = "bars", least: int = BARS) -> None:
        """`norm` as in `Usual`; `least` is how many bars there must be."""
        self._least = least
        self._by_day = norm == "time_of_day"
        self._last: deque[float] = deque(maxlen=BARS)
        self._days: deque[dict[int, list[float]]] = deque(maxlen=SESSIONS + 1)
        self._opening = 0
        self.value: float | None = None
        """`None` until there are enough."""

    def begin_session(self, session: Session) -> None:
        """Start a trading day."""
        self._opening = session.open
        self._days.append({})

    def add(self, ts: int, value: float) -> None:
        """Take a base bar's value, stamped at its close (UTC ns)."""
        self.value = median(self._last) if len(self._last) >= self._least else None
        self._last.append(value)
        if self._by_day:
            self._compare_with_days((ts - 1 - self._opening) // HALF_HOUR, value)

    def _compare_with_days(self, half_hour: int, value: float) -> None:
        *before, today = self._days
        found = [day[half_hour] for day in before if half_hour in day]
        if len(found) >= LEAST_SESSIONS:
            self.value = median(value for values in found for value in values)
        today.setdefault(half_hour, []).append(value)


class TypicalVolume(BarMeasure):
    """The median volume of base bars before the last one, in contracts."""

    Settings = Usual
    outputs = ("value",)

    def reset(self) -> None:
        """Forget every bar."""
        self._typical = Typical(self.settings.norm)
        self.last = 0
        """The last bar's volume, in contracts."""

    def begin_contract(self) -> None:
        """Go on: what volume is usual does not change with the contract."""
        self.follow_anew()

    def begin_session(self, session: Session) -> None:
        """Start a trading day."""
        self._typical.begin_session(session)

    def take_bar(self, bar: Bar) -> None:
        """Take a bar's volume."""
        self.last = bar.lots
        self._typical.add(bar.ts, bar.lots)

    @property
    def value(self) -> float | None:
        """The median; `None` until there are 50 bars before the last."""
        return self._typical.value


type LotsMode = Literal["auto", "fixed", "relative"]
"""Whether numbers of contracts are meant as they stand, or relative to what is usual."""


def lots_are_fixed(mode: str, market: Market) -> bool:
    """Say whether lots are meant as they stand: `auto` does for ES on bars of one minute."""
    if mode == "auto":
        return market.product == "ES" and market.tape.base.minutes == 1
    return mode == "fixed"
