"""When CME equity-index futures trade: sessions of 18:00–17:00 New York, half days and holidays.

A trading day is the date on which its session ends. exchange_calendars' CMES is the base; where it
differs from what CME publishes for equity indices, this module follows CME (docs/catalog.md lists it):

- CMES has no maintenance break: a session here ends at 17:00.
- CMES lets the days on which New York closes early run on, and Juneteenth too. CME halts at 13:15 on
  the former and at 13:00 on a stock-market holiday.
- CMES drops national days of mourning and every Good Friday. On mourning CME trades until 9:30, and
  on a Good Friday with an employment report until 9:15.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from mia_plugins.errors import MiaError

NEW_YORK = ZoneInfo("America/New_York")
NS = 1_000_000_000
"""ns in a second."""

OPEN = dt.time(18)
CLOSE = dt.time(17)
HOLIDAY_CLOSE = dt.time(13)
EARLY_CLOSE = dt.time(13, 15)
RTH_OPEN = dt.time(9, 30)
RTH_CLOSE = dt.time(16)
RTH_EARLY_CLOSE = dt.time(13)

MORNINGS = {
    dt.date(2015, 4, 3): dt.time(9, 15),
    dt.date(2018, 12, 5): dt.time(9, 30),
    dt.date(2021, 4, 2): dt.time(9, 15),
    dt.date(2023, 4, 7): dt.time(9, 15),
    dt.date(2025, 1, 9): dt.time(9, 30),
    dt.date(2026, 4, 3): dt.time(9, 15),
}
"""Sessions that end in the morning: Good Fridays with an employment report, days of mourning."""


class CalendarError(MiaError):
    """A day or a span in which there is nothing to trade."""


@dataclass(frozen=True, slots=True)
class Session:
    """One trading day of CME's equity-index futures; times are UTC ns, and ends are exclusive."""

    day: dt.date
    """The date on which it ends, in New York."""
    open: int
    """18:00 New York of the evening before."""
    close: int
    """17:00 New York, or earlier."""
    rth: tuple[int, int] | None
    """Open and close of regular hours, 9:30–16:00; None where the stock market does not open."""

    @property
    def has_rth(self) -> bool:
        """Say whether any of the regular hours lie in it."""
        return self.rth_open < self.rth_close

    @property
    def rth_open(self) -> int:
        """When regular hours begin; at the close where there are none in it."""
        return min(self.rth[0], self.close) if self.rth else self.close

    @property
    def rth_close(self) -> int:
        """When regular hours end; at the close where there are none in it."""
        return min(self.rth[1], self.close) if self.rth else self.close

    @property
    def seconds(self) -> int:
        """Its length in whole seconds."""
        return (self.close - self.open) // NS

    @property
    def is_short(self) -> bool:
        """Say whether it ends before 17:00."""
        return self.close < utc_ns(self.day, CLOSE)

    def __contains__(self, ts: int) -> bool:
        """Say whether an instant (UTC ns) lies in it."""
        return self.open <= ts < self.close


def utc_ns(day: dt.date, time: dt.time) -> int:
    """Return a New York date and time as UTC ns."""
    return int(dt.datetime.combine(day, time, NEW_YORK).timestamp()) * NS


def sessions(start: dt.date, end: dt.date) -> tuple[Session, ...]:
    """Return the sessions of the trading days from `start` to `end`, both included."""
    return tuple(
        session for year in range(start.year, end.year + 1) for session in _between(_year(year), start, end)
    )


def _between(year: tuple[Session, ...], start: dt.date, end: dt.date) -> tuple[Session, ...]:
    """Return those of a year's sessions whose days lie between two, both included."""
    return year[bisect_left(year, start, key=_day_of) : bisect_right(year, end, key=_day_of)]


def _day_of(session: Session) -> dt.date:
    return session.day


def full_sessions(start: dt.date, count: int) -> Iterator[Session]:
    """Yield the first so many sessions from a day on that have all their hours: no half day, no holiday."""
    while count > 0:
        for session in sessions(start, dt.date(start.year, 12, 31)):
            if session.rth and not session.is_short and count > 0:
                yield session
                count -= 1
        start = dt.date(start.year + 1, 1, 1)


def usual_session(day: dt.date) -> Session:
    """Return what a day's session would be without any holiday."""
    return _session(day, RTH_CLOSE)


def session_on(day: dt.date) -> Session:
    """Return the session of a trading day; a day without one is an error that names its neighbours."""
    found = sessions(day, day)
    if found:
        return found[0]
    near = sessions(day - dt.timedelta(days=7), day + dt.timedelta(days=7))
    before = max(session.day for session in near if session.day < day)
    after = min(session.day for session in near if session.day > day)
    raise CalendarError(
        f"{day} ({day:%A}) is no trading day of CME's equity-index futures",
        f"the nearest ones are {before} ({before:%A}) and {after} ({after:%A})",
    )


def session_at(ts: int) -> Session | None:
    """Return the session that an instant (UTC ns) lies in; None in a break, on a weekend or a holiday."""
    day = dt.datetime.fromtimestamp(ts // NS, NEW_YORK).date()
    near = sessions(day, day + dt.timedelta(days=1))
    return next((session for session in near if ts in session), None)


def breaks(start: dt.date, end: dt.date) -> Iterator[tuple[int, int]]:
    """Yield the spans without trading (UTC ns) between the sessions of some trading days."""
    for one, other in pairwise(sessions(start, end)):
        yield one.close, other.open


def is_stock_market_open(day: dt.date) -> bool:
    """Say whether the New York Stock Exchange opens on a day."""
    return day in _stock_market(day.year)


def previous_stock_market_day(day: dt.date) -> dt.date:
    """Return a day, or the last one before it on which the New York Stock Exchange opens."""
    while not is_stock_market_open(day):
        day -= dt.timedelta(days=1)
    return day


def next_stock_market_day(day: dt.date) -> dt.date:
    """Return the first day after a day on which the New York Stock Exchange opens."""
    day += dt.timedelta(days=1)
    while not is_stock_market_open(day):
        day += dt.timedelta(days=1)
    return day


def moved(day: dt.date, old: dt.date, new: dt.date) -> dt.date:
    """Return the day that lies as many stock-market days after `new` as `day` after `old`."""
    first = previous_stock_market_day(old)
    day, target = previous_stock_market_day(day), new
    while first < day:
        first, target = next_stock_market_day(first), next_stock_market_day(target)
    return target


@cache
def _year(year: int) -> tuple[Session, ...]:
    """Return the sessions that end in a year."""
    stock_market = _stock_market(year)
    days = {*_calendar_days("CMES", year), *(day for day in MORNINGS if day.year == year)}
    return tuple(_session(day, stock_market.get(day)) for day in sorted(days))


def _session(day: dt.date, stock_market_close: dt.time | None) -> Session:
    """Return the session of a day, given when the stock market closes on it, if it opens."""
    early = stock_market_close is not None and stock_market_close < RTH_CLOSE
    holiday = MORNINGS.get(day, HOLIDAY_CLOSE)
    close = holiday if stock_market_close is None else EARLY_CLOSE if early else CLOSE
    rth_close = RTH_EARLY_CLOSE if early else RTH_CLOSE
    return Session(
        day=day,
        open=utc_ns(day - dt.timedelta(days=1), OPEN),
        close=utc_ns(day, close),
        rth=None if stock_market_close is None else (utc_ns(day, RTH_OPEN), utc_ns(day, rth_close)),
    )


@cache
def _stock_market(year: int) -> dict[dt.date, dt.time]:
    """Return the days on which the New York Stock Exchange opens, with the time at which it closes."""
    return _calendar_days("XNYS", year)


def _calendar_days(name: str, year: int) -> dict[dt.date, dt.time]:
    """Return a calendar's days of a year with their closing times in New York."""
    # It takes 1.5 s to import.
    import exchange_calendars

    try:
        calendar = exchange_calendars.get_calendar(name, start=f"{year}-01-01", end=f"{year}-12-31")
    except ValueError as error:
        raise CalendarError(
            f"exchange_calendars knows no sessions of {name} in {year}", "choose other dates"
        ) from error
    closes = calendar.closes.dt.tz_convert(NEW_YORK)
    return {day.date(): close.time() for day, close in closes.items()}
