"""Where things lie in a catalog: Nautilus' folders and file names, and ours beside them.

data/trades/ESU6.XCME/2026-05-31T22-00-00-000000000Z_2026-06-01T20-59-59-999999999Z.parquet
data/futures_contract/ESU6.XCME/….parquet
mia/catalog.json                  what made the catalog, and the days that are whole
mia/labels/2026-06-01.parquet     tables of our own, a file a trading day
mia/imports/a.scid.1f2e3d4c.json  what became of an imported file's records
mia/drafts/2026-06-01/…           what is being written
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mia_plugins.data.arrow import BAR_TYPE_END, Kind, identifier_of
from mia_plugins.data.sessions import NS

DATA = "data"
INSTRUMENTS = f"{DATA}/futures_contract"
OURS = "mia"
MANIFEST = f"{OURS}/catalog.json"
DRAFTS = f"{OURS}/drafts"
IMPORTS = f"{OURS}/imports"
PARQUET = ".parquet"

_TIME = r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)-(\d{9})Z"
_TABLE = re.compile(rf"{OURS}/([^/]+)/\d{{4}}-\d\d-\d\d\{PARQUET}")
_NAME = re.compile(rf"{_TIME}_{_TIME}\{PARQUET}")


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of market data, as its path tells of it."""

    path: str
    kind: Kind
    identifier: str
    """The instrument's id; for bars the bar type."""
    start: int
    """ts_init of the first row: UTC ns."""
    end: int
    """ts_init of the last row: UTC ns."""
    size: int = 0
    """Bytes."""

    @property
    def instrument_id(self) -> str:
        """The instrument it is of."""
        return self.identifier.split("-", 1)[0] if self.kind is Kind.BARS else self.identifier

    @property
    def is_ours(self) -> bool:
        """Say whether it is of the kind we read: bars of other lengths are not."""
        return self.kind is not Kind.BARS or self.identifier.endswith(BAR_TYPE_END)


def data_path(kind: Kind, instrument_id: str, start: int, end: int) -> str:
    """Return the path Nautilus gives a file of an instrument's data from `start` to `end` (UTC ns)."""
    name = f"{file_time(start)}_{file_time(end)}{PARQUET}"
    return f"{DATA}/{kind}/{identifier_of(kind, instrument_id)}/{name}"


def table_path(table: str, day: dt.date) -> str:
    """Return the path of a trading day of a table of our own."""
    return f"{OURS}/{table}/{day}{PARQUET}"


def table_name(path: str) -> str:
    """Return the table of our own that a path belongs to; "" if it is of none."""
    found = _TABLE.fullmatch(path)
    if found is None:
        return ""
    try:
        table_day(path)
    except ValueError:
        return ""
    return found[1]


def table_day(path: str) -> dt.date:
    """Return the trading day of a file of a table of our own."""
    return dt.date.fromisoformat(path.rpartition("/")[2].removesuffix(PARQUET))


def file_time(ts: int) -> str:
    """Return UTC ns as file names have it."""
    seconds, ns = divmod(ts, NS)
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%dT%H-%M-%S}-{ns:09d}Z"


def data_files(paths: Iterable[tuple[str, int]]) -> Iterator[DataFile]:
    """Yield what is market data with a proper name among paths, with their sizes in bytes."""
    for path, size in paths:
        parts = path.split("/")
        span = _span(parts[-1])
        if span and len(parts) == 4 and parts[0] == DATA and parts[1] in set(Kind):
            yield DataFile(path, Kind(parts[1]), parts[2], *span, size)


def _span(name: str) -> tuple[int, int] | None:
    """Return the times (UTC ns) that a file's name says; None where it says none that can be."""
    found = _NAME.fullmatch(name)
    try:
        return (_ns(found[1], found[2]), _ns(found[3], found[4])) if found else None
    except ValueError:
        return None


def _ns(time: str, ns: str) -> int:
    moment = dt.datetime.strptime(time, "%Y-%m-%dT%H-%M-%S").replace(tzinfo=dt.UTC)
    return int(moment.timestamp()) * NS + int(ns)
