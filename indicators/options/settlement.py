"""When options settle, and how long that is from now."""

import datetime as dt
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from indicators.options.black import Floats
from mia_plugins.data.instruments import monthly_expiry
from mia_plugins.data.sessions import (
    NEW_YORK,
    NS,
    OPEN,
    RTH_CLOSE,
    RTH_OPEN,
    CalendarError,
    session_on,
    sessions,
    utc_ns,
)

HOUR = 3600 * NS
NS_A_YEAR = 365 * 86_400 * NS
"""ACT/365."""
AM_SETTLED = frozenset({"SPX", "NDX"})
"""Roots whose monthly expiry settles on the opening prices; SPXW, NDXP and all others settle on the close."""
AM_QUARTERLY = frozenset({"ES", "NQ"})
"""Roots of which only the expiries of March, June, September and December do, with the future."""
UNKNOWN = 0
"""The settlement of an option without a sane expiry."""
WEEK = dt.timedelta(days=7)
FIRST_YEAR, LAST_YEAR = 1970, 2200
"""Expiries outside of these are faults."""


@cache
def settles_at(expiry: dt.date, root: str) -> int:
    """Return when the options of a root settle: 9:30 (AM) or the close of regular hours, New York; UTC ns."""
    if settles_in_the_morning(expiry, root):
        return utc_ns(expiry, RTH_OPEN)
    try:
        session = session_on(expiry)
    except CalendarError:
        # A date that the calendar does not know settles as on any other day.
        return utc_ns(expiry, RTH_CLOSE)
    return session.rth[1] if session.rth else session.close


def settles_in_the_morning(expiry: dt.date, root: str) -> bool:
    """Say whether the options of a root (such as SPXW) settle on the opening prices of a day."""
    is_quarterly = root in AM_QUARTERLY and expiry.month % 3 == 0
    return (root in AM_SETTLED or is_quarterly) and is_monthly(expiry)


@cache
def is_monthly(expiry: dt.date) -> bool:
    """Say whether a date is the third Friday of its month, or stands in for it on a holiday."""
    try:
        return expiry == monthly_expiry(expiry.year, expiry.month)
    except CalendarError:
        return False


def settlements(
    expiry: NDArray[np.datetime64], roots: Sequence[str], root: NDArray[np.intp]
) -> NDArray[np.int64]:
    """Return when each option settles (UTC ns), 0 without expiry; `root` says which of the roots it is of."""
    unique, at = np.unique(expiry.astype("datetime64[D]"), return_inverse=True)
    every = np.array([[_settles(day.item(), one) for one in roots] for day in unique], np.int64)
    return every.reshape(len(unique), len(roots))[at, root]


def years_until(settles: NDArray[np.int64], as_of: int) -> Floats:
    """Return the years (ACT/365) from an instant (UTC ns) until settlements; NaN where it is not known."""
    return np.where(settles == UNKNOWN, np.nan, (settles - as_of) / NS_A_YEAR)


def _settles(day: object, root: str) -> int:
    # Beyond the years 1 to 9999 numpy returns a number; no option lives as long as the rest.
    is_sane = isinstance(day, dt.date) and FIRST_YEAR <= day.year <= LAST_YEAR
    return settles_at(day, root) if is_sane else UNKNOWN


def trading_day(ts: int) -> dt.date | None:
    """Return the trading day that an instant (UTC ns) lies in, in a break the one that follows."""
    return _day_of(ts // HOUR)  # sessions open at a full hour


@lru_cache(maxsize=256)
def _day_of(hour: int) -> dt.date | None:
    now = dt.datetime.fromtimestamp(hour * HOUR // NS, NEW_YORK)
    day = now.date() + dt.timedelta(days=now.time() >= OPEN)
    try:
        return next((session.day for session in sessions(day, day + WEEK)), None)
    except CalendarError:
        return None
