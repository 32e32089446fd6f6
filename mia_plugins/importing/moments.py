"""Between which times a row can be."""

import datetime as dt

from mia_plugins.data.sessions import NS

EARLIEST = int(dt.datetime(1998, 1, 1, tzinfo=dt.UTC).timestamp()) * NS
LATEST = int(dt.datetime(2038, 1, 1, tzinfo=dt.UTC).timestamp()) * NS
"""UTC ns: what lies outside is no time of a row."""
