"""New York's clock for whole columns of times, as axes and breakdowns need it."""

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from mia_plugins.data.sessions import NEW_YORK, NS
from mia_plugins.statistics.figures import Ints

_HOUR = 3600


def new_york_seconds(ts: Ints) -> Ints:
    """Return times (UTC ns) as seconds of New York's clock since 1970, as if that were UTC."""
    seconds = np.asarray(ts, np.int64) // NS
    hours, places = np.unique(seconds // _HOUR, return_inverse=True)
    # The clock is changed at a full hour: an offset an hour is enough.
    offsets = np.array([_offset(int(hour) * _HOUR) for hour in hours], np.int64)
    found: Ints = seconds + offsets[places] if len(seconds) else seconds
    return found


def new_york_ms(ts: Ints) -> NDArray[np.float64]:
    """Return times (UTC ns) as plotly's dates: ms of New York's clock."""
    return new_york_seconds(ts).astype(np.float64) * 1000


def day_text(ts: int) -> str:
    """Return the date of a time (UTC ns) in New York: 1 Jun 2026."""
    at = dt.datetime.fromtimestamp(ts // NS, NEW_YORK)
    return f"{at.day} {at:%b %Y}"


def minute_text(ts: int) -> str:
    """Return a time (UTC ns) in New York: 2026-06-01 09:30."""
    return f"{dt.datetime.fromtimestamp(ts // NS, NEW_YORK):%Y-%m-%d %H:%M}"


def _offset(seconds: int) -> int:
    offset = dt.datetime.fromtimestamp(seconds, NEW_YORK).utcoffset()
    assert offset is not None  # noqa: S101 New York has one
    return int(offset.total_seconds())
