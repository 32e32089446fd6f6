"""What clocks say: New York's, and that of whoever looks."""

import datetime as dt

from mia_plugins.data.sessions import NEW_YORK, NS


def clock_text(ts: int) -> str:
    """Return an instant (UTC ns) on New York's clock: 09:31:05."""
    return f"{dt.datetime.fromtimestamp(ts // NS, NEW_YORK):%H:%M:%S}"


def clocks_text(ts: int, zone: dt.tzinfo | None = None) -> list[str]:
    """Return an instant (UTC ns) in New York and, where it is another time, in a zone: the machine's own."""
    there = dt.datetime.fromtimestamp(ts // NS, NEW_YORK)
    here = there.astimezone(zone)
    told = [f"{there:%a %d %b %H:%M:%S} New York"]
    return told if here.utcoffset() == there.utcoffset() else [*told, f"{here:%H:%M:%S %Z}"]
