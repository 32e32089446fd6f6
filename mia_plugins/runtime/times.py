"""Times as people read them."""

import datetime as dt

from mia_plugins.data.sessions import NEW_YORK, NS

TENTH = 100_000_000
"""ns in a tenth of a second, the grid of evaluations between bars."""


def told_time(ts: int) -> str:
    """Return UTC ns as New York's time, with the number itself."""
    seconds, ns = divmod(ts, NS)
    at = dt.datetime.fromtimestamp(seconds, NEW_YORK)
    fraction = f".{ns:09d}".rstrip("0").rstrip(".")
    return f"{at:%Y-%m-%d %H:%M:%S}{fraction} New York ({ts} UTC ns)"


def next_tenth(ts: int) -> int:
    """Return the first full tenth of a second at or after an instant (UTC ns)."""
    return -(-ts // TENTH) * TENTH
