"""Times as a person reads them: UTC to the nanosecond, and New York."""

import datetime as dt

from mia_plugins.data.sessions import NEW_YORK, NS


def utc_text(ts: int) -> str:
    """Return a time (UTC ns) in UTC, to the nanosecond."""
    seconds, ns = divmod(ts, NS)
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%d %H:%M:%S}.{ns:09d} UTC"


def new_york_text(ts: int) -> str:
    """Return a time (UTC ns) in New York, with as much of a second's fraction as is not zero."""
    seconds, ns = divmod(ts, NS)
    fraction = f".{ns:09d}".rstrip("0").rstrip(".")
    return f"{dt.datetime.fromtimestamp(seconds, NEW_YORK):%Y-%m-%d %H:%M:%S}{fraction}"


def weekday_and_zone(ts: int) -> tuple[str, str]:
    """Return the day of the week of a time (UTC ns) in New York, and EST or EDT."""
    at = dt.datetime.fromtimestamp(ts // NS, NEW_YORK)
    return f"{at:%a}", f"{at:%Z}"


def new_york_day(ts: int) -> dt.date:
    """Return the date of a time (UTC ns) in New York."""
    return dt.datetime.fromtimestamp(ts // NS, NEW_YORK).date()
