"""When options settle, and how long that is from now."""

import datetime as dt
from functools import cache

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

NS_A_YEAR = 365 * 86_400 * NS
"""ACT/365."""
AM_SETTLED = frozenset({"SPX", "NDX"})
"""Their monthly expiry settles on the opening prices; SPXW, NDXP and all others settle on the close."""
WEEK = dt.timedelta(days=7)
FIRST_YEAR, LAST_YEAR = 1970, 2200
"""Expiries outside of these are faults."""


@cache
def settles_at(expiry: dt.date, underlying: str) -> int:
    """Return when an expiry settles: 9:30 (AM) or the close of regular hours, New York; UTC ns."""
    if underlying in AM_SETTLED and is_monthly(expiry):
        return utc_ns(expiry, RTH_OPEN)
    try:
        session = session_on(expiry)
    except CalendarError:
        # A date that the calendar does not know settles as on any other day.
        return utc_ns(expiry, RTH_CLOSE)
    return session.rth[1] if session.rth else session.close


@cache
def is_monthly(expiry: dt.date) -> bool:
    """Say whether a date is the third Friday of its month, or stands in for it on a holiday."""
    try:
        return expiry == monthly_expiry(expiry.year, expiry.month)
    except CalendarError:
        return False


def years_to_settlement(expiry: NDArray[np.datetime64], underlying: str, as_of: int) -> Floats:
    """Return the years (ACT/365) from an instant (UTC ns) until each option settles; NaN without expiry."""
    days = expiry.astype("datetime64[D]")
    unique, at = np.unique(days, return_inverse=True)
    years = [
        np.nan if np.isnat(day) else (_settles(day.item(), underlying) - as_of) / NS_A_YEAR for day in unique
    ]
    return np.array(years, np.float64)[at]


def _settles(day: object, underlying: str) -> float:
    # Beyond the years 1 to 9999 numpy returns a number; no option lives as long as the rest.
    is_sane = isinstance(day, dt.date) and FIRST_YEAR <= day.year <= LAST_YEAR
    return settles_at(day, underlying) if is_sane else np.nan


@cache
def trading_day(ts: int) -> dt.date | None:
    """Return the trading day that an instant (UTC ns) lies in, in a break the one that follows."""
    now = dt.datetime.fromtimestamp(ts // NS, NEW_YORK)
    day = now.date() + dt.timedelta(days=now.time() >= OPEN)
    try:
        return next((session.day for session in sessions(day, day + WEEK)), None)
    except CalendarError:
        return None
