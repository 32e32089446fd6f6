"""The extremes of parts of the session that are over: the overnight, and the first hour."""

from typing import Annotated

from pydantic import Field

from mia_plugins.data.sessions import NS, Session
from mia_plugins.features import BarMeasure
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Minutes


class SessionLevels(BarMeasure):
    """Overnight high and low, from 9:30 on, and the initial balance, from 10:30 on; in ticks.

    Before that they are `None`, and on days without regular hours they stay so. They appear with the
    first base bar that closes then or later.
    """

    class Settings(BaseSettings):
        """What can be set."""

        balance: Annotated[Minutes, Field(gt=0, le=390)] = Minutes(60)
        """How long after 9:30 the initial balance is made."""

    outputs = ("overnight_high", "overnight_low", "balance_high", "balance_low")

    def reset(self) -> None:
        """Forget every bar."""
        self._opening = self._balanced = self._last = 0
        self._night: tuple[int, int] | None = None
        self._first: tuple[int, int] | None = None

    def begin_session(self, session: Session) -> None:
        """Start a trading day."""
        self.reset()
        if session.has_rth:
            self._opening = session.rth_open
            self._balanced = session.rth_open + round(self.settings.balance * 60 * NS)

    def take_bar(self, bar: Bar) -> None:
        """Take a bar; one that closes at 9:30 is the last of the night."""
        self._last = bar.ts
        if bar.ts <= self._opening:
            self._night = _wider(self._night, bar)
        elif bar.ts <= self._balanced:
            self._first = _wider(self._first, bar)

    @property
    def overnight_high(self) -> int | None:
        """The highest price between 18:00 and 9:30."""
        return self._night[0] if self._night and self._last >= self._opening else None

    @property
    def overnight_low(self) -> int | None:
        """The lowest price between 18:00 and 9:30."""
        return self._night[1] if self._night and self._last >= self._opening else None

    @property
    def balance_high(self) -> int | None:
        """The highest price of the first hour."""
        return self._first[0] if self._first and self._last >= self._balanced else None

    @property
    def balance_low(self) -> int | None:
        """The lowest price of the first hour."""
        return self._first[1] if self._first and self._last >= self._balanced else None


def _wider(known: tuple[int, int] | None, bar: Bar) -> tuple[int, int]:
    """Return the high and the low with those of another bar."""
    return (max(known[0], bar.high), min(known[1], bar.low)) if known else (bar.high, bar.low)
