"""The VIX as rows of the table `vix`, from CSV: closes of days as Cboe and FRED give them, or values."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pyarrow as pa

from catalog.formats.cboe.sheet import cells_of
from catalog.formats.moments import EXCHANGED, DayOrder, day_of, may_be_exchanged, order_of, seconds_ns
from catalog.formats.tally import Tally
from catalog.formats.text import is_missing, number_of, read_text
from catalog.formats.zones import ZoneName
from mia_plugins.data.arrow import TIME
from mia_plugins.data.sessions import utc_ns
from mia_plugins.data.tables import VIX
from mia_plugins.importing import Importer, Part, Source, TableRows
from mia_plugins.settings import BaseSettings

MOST = 128 * 2**20
"""Bytes of a file."""
CLOSE = dt.time(16, 15)
"""New York: when a day's close is known."""
PREAMBLE = 20
"""Lines within which the header is looked for."""
TIMES = ("date", "trade date", "observation_date", "timestamp", "datetime", "time", "ts_event")
VALUES = ("close", "vix close", "vixcls", "adj close", "value", "vix", "last", "price")
HIGHEST = 1000.0
"""A VIX above it is none."""


class VixSettings(BaseSettings):
    """What a file of the VIX may not say."""

    time_zone: ZoneName = ""
    """The zone of times without one, such as America/New_York; empty: such rows are rejected."""
    dates: DayOrder = ""
    """How days such as 02/01/2026 are written; empty: as those above the 12th tell."""


@dataclass(frozen=True, slots=True)
class _Head:
    time: int
    value: int
    line: int
    """From 1."""


class VixImporter(Importer):
    """The VIX: a close a day, known at 16:15 New York, or values with their times."""

    Settings = VixSettings

    def parts(self, source: Source) -> Iterator[Part]:
        """Yield the values of a file."""
        assert isinstance(self.settings, VixSettings)  # noqa: S101 for the type checker
        zone = ZoneInfo(self.settings.time_zone) if self.settings.time_zone else None
        lines = read_text(source, MOST, "lines of the VIX").splitlines()
        head = _head(lines, source)
        cells = (cells_of(line) for line in lines[head.line :])
        order = order_of((row[head.time] for row in cells if len(row) > head.time), self.settings.dates)
        tally = Tally("line")
        rows: list[tuple[int, float, int]] = []
        for number, line in enumerate(lines[head.line :], start=head.line + 1):
            if line.strip(", \t"):
                tally.read += 1
                found = _row(cells_of(line), head, (zone, order))
                if isinstance(found, str):
                    tally.reject_some(found, 1, f"line {number}")
                else:
                    rows.append((*found, number))
        if rows:
            times = pa.array([time for time, _, _ in rows], pa.int64()).cast(TIME)
            table = pa.table([times, times, pa.array([value for _, value, _ in rows])], schema=VIX)
            tally.rows.append(TableRows("vix", table, lambda row: f"line {rows[row][2]}"))
        yield tally.part(source.size)


def _head(lines: Sequence[str], source: Source) -> _Head:
    for number, line in enumerate(lines[:PREAMBLE], start=1):
        plain = [cell.lower().strip(" ﻿") for cell in cells_of(line)]
        time = next((plain.index(name) for name in TIMES if name in plain), None)
        value = next((plain.index(name) for name in VALUES if name in plain), None)
        if time is not None and value is not None:
            return _Head(time, value, number)
    raise source.refuse(
        "line 1",
        f"no header with a column of times ({', '.join(TIMES)}) and one of values ({', '.join(VALUES)})",
        "give the columns such names",
    )


def _row(cells: Sequence[str], head: _Head, how: tuple[ZoneInfo | None, DayOrder]) -> tuple[int, float] | str:
    """Return a value with its time (UTC ns), or why it is none."""
    if max(head.time, head.value) >= len(cells):
        return "a line with too few columns"
    if is_missing(cells[head.value]):
        return "a value that is not given"
    value = number_of(cells[head.value])
    if value is None or not 0 < value < HIGHEST:
        return "a value that is no VIX"
    time = _time(cells[head.time], *how)
    return time if isinstance(time, str) else (time, value)


def _time(text: str, zone: ZoneInfo | None, order: DayOrder) -> int | str:
    if may_be_exchanged(text, order):
        return EXCHANGED
    day = day_of(text, order)
    if day:
        return utc_ns(day, CLOSE)
    try:
        found = dt.datetime.fromisoformat(text)
        found = found if found.tzinfo or zone is None else found.replace(tzinfo=zone)
        if found.tzinfo is None:
            return "a time without a zone: set time_zone in --settings"
        return seconds_ns(found.timestamp())
    except (ValueError, OverflowError):
        return "a time that is none"
