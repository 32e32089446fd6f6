"""A calendar of announcements: a YAML or CSV file of times, names and kinds, read with all its mistakes told.

# file: news.yaml                                    at,name,kind
events:                                              2026-06-05 08:30,Employment,release
- {at: 2026-06-05 08:30, name: Employment}         2026-06-17T18:00:00Z,FOMC statement,fomc
- {at: 2026-06-17T18:00:00Z, name: FOMC statement, kind: fomc}
"""

import csv
import datetime as dt
import hashlib
import io
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from mia_plugins.data.sessions import NEW_YORK, NS
from mia_plugins.errors import MiaError, did_you_mean
from mia_plugins.settings.issues import Issue, Mark, SettingsError
from mia_plugins.settings.layers import read_text, shipped_configs
from mia_plugins.settings.model import BaseSettings
from mia_plugins.settings.tree import TreeReader
from mia_plugins.settings.validation import validate

SHIPPED = "fomc"
"""The calendar that comes with mia."""
COLUMNS = ("at", "name", "kind")
EXAMPLE = "a time such as 2026-06-17 14:00 or 2026-06-17T18:00:00Z"


class Announcement(NamedTuple):
    """Something that is announced at a time."""

    at: int
    """UTC ns."""
    name: str
    kind: str
    """Such as fomc; empty when none was given."""


@dataclass(frozen=True)
class Calendar:
    """Announcements in order of time."""

    name: str
    """The file's."""
    events: tuple[Announcement, ...]
    first: dt.date
    """The first day of the month of its first announcement: before, it says nothing."""
    end: dt.date
    """The first day of the month after that of its last one: from then on it says nothing."""

    @classmethod
    def of(cls, name: str, events: list[Announcement]) -> Self:
        """Return a calendar; it speaks for the months from its first announcement's to its last one's."""
        ordered = tuple(sorted(set(events)))
        days = [dt.datetime.fromtimestamp(ordered[at].at // NS, NEW_YORK).date() for at in (0, -1)]
        next_month = days[1].replace(day=28) + dt.timedelta(days=4)
        return cls(name, ordered, days[0].replace(day=1), next_month.replace(day=1))

    def covers(self, day: dt.date) -> bool:
        """Say whether it speaks for a day."""
        return self.first <= day < self.end

    def between(self, lo: int, hi: int) -> tuple[Announcement, ...]:
        """Return what is announced from `lo` to `hi` (UTC ns), both included."""
        first = bisect_left(self.events, lo, key=lambda event: event.at)
        return self.events[first : bisect_right(self.events, hi, key=lambda event: event.at)]


class _Row(BaseSettings):
    at: str
    """A time; without a zone it is New York's."""
    name: str
    kind: str = ""


class _File(BaseSettings):
    events: tuple[_Row, ...]


def place_of(calendar: str | Path) -> Path:
    """Return the file that a setting means."""
    return shipped_configs() / "calendars" / "fomc.csv" if calendar == SHIPPED else Path(calendar)


def hash_of_calendar(calendar: str | Path) -> str:
    """Return the hash of a calendar's content: 16 digits."""
    text = read_text(place_of(calendar), str(calendar))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_calendar(calendar: str | Path) -> Calendar:
    """Return the calendar of a file; all that is wrong with it is one error."""
    return _read(calendar, hash_of_calendar(calendar))


@lru_cache(maxsize=8)
def _read(calendar: str | Path, content: str) -> Calendar:
    """Read a file whose content has a hash."""
    del content
    path = place_of(calendar)
    text = read_text(path, str(path))
    match path.suffix.lower():
        case ".yaml" | ".yml":
            rows, issues = _rows_of_yaml(text, str(path))
        case ".csv":
            rows, issues = _rows_of_csv(text, str(path))
        case other:
            raise MiaError(f"{path} is no calendar: its name ends in '{other}'", "name it .yaml or .csv")
    events = []
    for mark, row in rows:
        try:
            events.append(Announcement(time_of(row.at), row.name.strip(), row.kind.strip().lower()))
        except ValueError as error:
            issues.append(Issue(mark, "at", str(error)))
    if not events and not issues:
        issues.append(Issue(Mark(str(path), 1, 1), "", "holds no announcement"))
    if issues:
        raise SettingsError(path, issues)
    return Calendar.of(path.stem, events)


def _rows_of_yaml(text: str, file: str) -> tuple[list[tuple[Mark, _Row]], list[Issue]]:
    reader = TreeReader()
    tree = reader.read(text, file)
    if reader.issues:
        return [], reader.issues
    made, issues = validate(_File, tree)
    if made is None:
        return [], issues
    rows = []
    for number, row in enumerate(made.events):
        value = tree.at(("events", number, "at")) or tree
        rows.append((value.mark, row))
    return rows, []


def _rows_of_csv(text: str, file: str) -> tuple[list[tuple[Mark, _Row]], list[Issue]]:
    lines = [
        (number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.startswith("#")
    ]
    if not lines:
        return [], []
    (first, header), *body = lines
    names = [name.strip().lower() for name in next(csv.reader([header]))]
    issues = list(_faults(names, Mark(file, first, 1)))
    if issues:
        return [], issues
    rows: list[tuple[Mark, _Row]] = []
    for number, line in body:
        mark, cells = Mark(file, number, 1), _cells(line)
        if len(cells) != len(names):
            issues.append(Issue(mark, "", f"has {len(cells)} values; the first line names {len(names)}"))
            continue
        row = dict(zip(names, cells, strict=True))
        if not row["name"]:
            issues.append(Issue(mark, "name", "is missing: say what is announced"))
        rows.append((mark, _Row(**row)))
    return rows, issues


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader(io.StringIO(line)))]


def _faults(names: list[str], mark: Mark) -> Iterator[Issue]:
    """Yield what is wrong with the first line of a CSV file."""
    for name in dict.fromkeys(names):
        if name not in COLUMNS:
            yield Issue(mark, name, f"unknown column{did_you_mean(name, COLUMNS)}")
        elif names.count(name) > 1:
            yield Issue(mark, name, "is named twice")
    for name in ("at", "name"):
        if name not in names:
            yield Issue(mark, name, "is missing: the first line names the columns, at,name,kind")


def time_of(text: str) -> int:
    """Return a time as UTC ns; one without a zone is New York's."""
    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"should be {EXAMPLE}; got {text[:60]!r}") from None
    if "T" not in text.upper() and ":" not in text:
        raise ValueError(f"should say the time of day too, as in {EXAMPLE}; got {text[:60]!r}")
    if found.tzinfo is None:
        found = _of_new_york(found, NEW_YORK)
    return int(found.timestamp()) * NS


def _of_new_york(naive: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return a time of New York; one that comes twice or never must say its offset."""
    early, late = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() != late.utcoffset():
        there = early.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) == naive
        when = "comes twice" if there else "does not come"
        raise ValueError(f"{naive} {when} in New York, where clocks change; write its offset, such as -05:00")
    return early
