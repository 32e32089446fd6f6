"""Bars of whole days, of regular hours by default, and how far a day goes: the daily ATR."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from indicators.classic.volatility import Atr
from mia_plugins.data.sessions import Session
from mia_plugins.features import BarMeasure
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Sessions


class DayBars(BarMeasure):
    """The last finished day as one bar, in ticks. A day is finished when the next session begins.

    A base bar counts to regular hours when it closes in them: after 9:30 and not after 16:00.
    """

    class Settings(BaseSettings):
        """What can be set."""

        hours: Literal["rth", "eth"] = "rth"
        """What of a day counts: regular hours, 9:30–16:00, or the whole session from 18:00 New York."""

    outputs: ClassVar[tuple[str, ...]] = ("high", "low", "close")

    def reset(self) -> None:
        """Forget every day."""
        self.last: Bar | None = None
        """The last finished day that had bars."""
        self.count = 0
        """Finished days of this contract."""
        self.today: Bar | None = None
        """What there is of this day."""
        self._hours = (0, 0)

    def begin_session(self, session: Session) -> None:
        """Start a trading day; the one before is finished."""
        self.finish()
        whole = self.settings.hours == "eth"
        self._hours = (session.open, session.close) if whole else (session.rth_open, session.rth_close)

    def take_bar(self, bar: Bar) -> None:
        """Add a bar of the hours that count."""
        opening, close = self._hours
        if not opening < bar.ts <= close:
            return
        day = self.today or bar
        self.today = Bar(
            bar.ts,
            day.open,
            max(day.high, bar.high),
            min(day.low, bar.low),
            bar.close,
            bar.lots + (self.today.lots if self.today else 0),
        )

    def finish(self) -> None:
        """Make a finished day of what there is."""
        if self.today is not None:
            self.last, self.today = self.today, None
            self.count += 1

    @property
    def high(self) -> int | None:
        """The last finished day's high."""
        return self.last.high if self.last else None

    @property
    def low(self) -> int | None:
        """The last finished day's low."""
        return self.last.low if self.last else None

    @property
    def close(self) -> int | None:
        """The last finished day's close."""
        return self.last.close if self.last else None


class DailyAtr(DayBars):
    """Wilder's average of the true range of finished days, in ticks; of regular hours by default.

    How far a day goes does not change with the contract: the average goes on, and the first day of
    another contract, whose prices are not those of the last, counts without its gap.
    """

    class Settings(DayBars.Settings):
        """What can be set."""

        period: Annotated[Sessions, Field(ge=1, le=1_000)] = Sessions(14)
        """How many days it looks back."""

    outputs = ("value",)

    def reset(self) -> None:
        """Forget every day."""
        super().reset()
        self._atr = Atr(self.settings.period)
        self._shift = 0
        self._is_other = False

    @property
    def value(self) -> float | None:
        """The average; `None` until there is one day more than it looks back."""
        return self._atr.value

    def begin_contract(self) -> None:
        """Go on with another contract's bars."""
        self.follow_anew()
        self.finish()
        self._is_other = True

    def finish(self) -> None:
        """Take the day in."""
        day, before = self.today, self.last
        super().finish()
        if day is None:
            return
        if self._is_other and before is not None:
            # As if it had opened where the last contract closed.
            self._shift += before.close - day.open
        self._is_other = False
        self._atr.update(*(price + self._shift for price in (day.high, day.low, day.close)))
