"""The times of one trading day, as the exchange calendar gives them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from mia_plugins.data.sessions import Session as CalendarSession

SECOND = 1_000_000_000
"""Nanoseconds in a second."""
NEW_YORK = ZoneInfo("America/New_York")


@dataclass(frozen=True, slots=True)
class Session:
    """One Globex session and the regular hours inside it; all times in UTC ns."""

    day: dt.date
    """The trading day, which is the date of the close in New York."""
    open_ns: int
    close_ns: int
    rth_open_ns: int
    rth_close_ns: int

    @property
    def seconds(self) -> int:
        """Return the length of the session in whole seconds."""
        return (self.close_ns - self.open_ns) // SECOND


def session_of(calendar: CalendarSession) -> Session:
    """Return the session that the calendar gives; without regular hours they are empty, at its close."""
    rth = calendar.rth or (calendar.close, calendar.close)
    return Session(calendar.day, calendar.open, calendar.close, rth[0], min(rth[1], calendar.close))


def regular_session(day: dt.date) -> Session:
    """Return a session of the usual hours: 18:00 of the day before to 17:00, regular from 9:30 to 16:00."""
    return Session(
        day=day,
        open_ns=_utc_ns(day - dt.timedelta(days=1), dt.time(18)),
        close_ns=_utc_ns(day, dt.time(17)),
        rth_open_ns=_utc_ns(day, dt.time(9, 30)),
        rth_close_ns=_utc_ns(day, dt.time(16)),
    )


def regular_sessions(first: dt.date, count: int) -> Iterator[Session]:
    """Yield sessions of the usual hours on weekdays, knowing no holidays."""
    day = first
    while count > 0:
        if day.weekday() < 5:
            yield regular_session(day)
            count -= 1
        day += dt.timedelta(days=1)


def _utc_ns(day: dt.date, time: dt.time) -> int:
    return int(dt.datetime.combine(day, time, NEW_YORK).timestamp()) * SECOND
