"""Trading days: the one a time belongs to, those between two, and hours as the protocol tells them."""

import datetime as dt

from mia_plugins.data.sessions import (
    NEW_YORK,
    NS,
    Session,
    sessions,
)

CHICAGO = "US/Central"
"""The zone in which hours are told."""
_DAYS_TOLD = 6


def session_from(ts: int) -> Session:
    """Return the session that a time (UTC ns) lies in; in a break, the next one."""
    day = dt.datetime.fromtimestamp(ts // NS, NEW_YORK).date()
    found = sessions(day, day + dt.timedelta(days=14))
    return next(session for session in found if session.close > ts)


def trading_hours(ts: int, *, regular: bool = False) -> str:
    """Return the sessions from a time on, in Chicago's: `20261120:0830-20261120:1500;20261121:CLOSED;…`."""
    day = session_from(ts).day
    found = {one.day: one for one in sessions(day, day + dt.timedelta(days=_DAYS_TOLD))}
    days = [day + dt.timedelta(days=number) for number in range(_DAYS_TOLD)]
    told = []
    for one in days:
        session = found.get(one)
        if session is None or (regular and not session.has_rth):
            told.append(f"{one:%Y%m%d}:CLOSED")
        elif regular:
            told.append(f"{_minute(session.rth_open)}-{_minute(session.rth_close)}")
        else:
            told.append(f"{_minute(session.open)}-{_minute(session.close)}")
    return ";".join(told)


def has_regular_hours(ts: int) -> bool:
    """Say whether a time (UTC ns) lies in regular hours."""
    session = session_from(ts)
    return session.rth_open <= ts < session.rth_close


def _minute(ts: int) -> str:
    """Return a time as hours have it: an hour behind New York, all the year."""
    there = dt.datetime.fromtimestamp(ts // NS, NEW_YORK) - dt.timedelta(hours=1)
    return f"{there:%Y%m%d:%H%M}"


def stamp(ts: int) -> str:
    """Return a time (UTC ns) as the protocol writes it: `20261120 14:30:00 UTC`."""
    return f"{dt.datetime.fromtimestamp(ts // NS, dt.UTC):%Y%m%d %H:%M:%S} UTC"
