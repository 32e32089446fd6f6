"""Sierra Chart's dump: a JSON object a line, of which those of levels and of the VIX are read.

A chart says its levels again and again. They make a set when one of them comes again or five minutes
pass; a set that says what the one before said is joined to it, so that its time is when it was first seen.
"""

import datetime as dt
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from catalog.formats.moments import seconds_ns
from mia_plugins.data.sessions import NS

_BLIND_SPOT = re.compile(r"blind_spot_(\d{1,3})", re.IGNORECASE)
LEVEL, VIX = "menthorq_level", "vix"
APART = 300 * NS
"""ns without a level after which a set is whole."""
_ZERO = dt.datetime(1899, 12, 30)  # noqa: DTZ001 of the chart's zone
"""Day 0 of Sierra Chart's times in days."""
_UNITS = ((1e11, 1.0), (1e14, 1e-3), (1e17, 1e-6), (1e20, 1e-9))
"""What numbers below are, in seconds."""
_DAYS = 1e5
"""Numbers below are days of Sierra Chart's."""
_LATEST = 4e9
"""Seconds since 1970: what is later is no time."""
NO_TIME = "a line without a time"
NO_ZONE = "a time of the chart's zone, which is not known: set time_zone"
_VALUES = ("value", "last", "price", "close", "vix")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the dump that says a level or a VIX."""

    time: int
    """UTC ns."""
    symbol: str
    label: str
    """Empty for a VIX."""
    value: float
    number: int
    """Of the line, from 1."""


@dataclass
class Sets:
    """Sets of levels of one symbol, as they become whole."""

    _now: dict[str, Line] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)

    def take(self, line: Line) -> list[Line]:
        """Take a line; return the set that is whole with it, if it says anything new."""
        newest = max((one.time for one in self._now.values()), default=line.time)
        whole = line.label in self._now or abs(line.time - newest) > APART
        found = self.end() if whole else []
        self._now[line.label] = line
        return found

    def end(self) -> list[Line]:
        """Return what is there as a set, if it says anything new."""
        found, self._now = list(self._now.values()), {}
        says = {one.label: one.value for one in found}
        if says == self._last:
            return []
        self._last = says
        return found


def line_of(raw: bytes, number: int, zone: ZoneInfo | None = None) -> Line | str:
    """Return what a line says, or why it cannot be used; `zone` is that of times that say none."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        data = None
    return _said(data, number, zone) if isinstance(data, dict) else "a line that is no JSON object"


def _said(data: dict[str, Any], number: int, zone: ZoneInfo | None) -> Line | str:
    kind = data.get("type")
    if kind not in {LEVEL, VIX}:
        return f"a line of type {str(kind)[:20]}, which mia does not read from dumps"
    time = _time(data.get("t"), zone)
    if isinstance(time, str):
        return time
    names = ("price",) if kind == LEVEL else _VALUES
    value = next((_number(data[name]) for name in names if name in data), None)
    if value is None or value <= 0:
        return "a line without a price above zero"
    label = _label(data.get("level_type"))
    if kind == LEVEL and not label:
        return "a level without a level_type"
    return Line(time, str(data.get("sym") or ""), label if kind == LEVEL else "", value, number)


def _label(level_type: Any) -> str:
    """Return a level's label; blind spots are numbered from 0 in a dump, elsewhere from 1."""
    label = level_type.strip() if isinstance(level_type, str) else ""
    found = _BLIND_SPOT.fullmatch(label)
    return f"BL {int(found[1]) + 1}" if found else label


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _time(value: Any, zone: ZoneInfo | None) -> int | str:
    """Return a time as UTC ns, or why it is none.

    ISO, a number of s, ms, µs or ns since 1970, or of Sierra's days, which are of the chart's zone.
    """
    number = _number(value)
    if number is None or number <= 0:
        return _iso(value, zone) if isinstance(value, str) else NO_TIME
    if number < _DAYS:
        day = _ZERO + dt.timedelta(microseconds=round(number * 86_400e6))
        return _in_zone(day, zone)
    unit = next((unit for below, unit in _UNITS if number < below), 1.0)
    return seconds_ns(number * unit) if number * unit < _LATEST else NO_TIME


def _iso(text: str, zone: ZoneInfo | None) -> int | str:
    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return NO_TIME
    return _in_zone(found, zone)


def _in_zone(moment: dt.datetime, zone: ZoneInfo | None) -> int | str:
    if moment.tzinfo is None and zone is None:
        return NO_ZONE
    try:
        return seconds_ns((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())
    except OverflowError:
        return NO_TIME


def lines(chunks: Iterator[list[bytes]]) -> Iterator[list[tuple[bytes, int]]]:
    """Yield lines with their numbers, a bounded part at a time."""
    number = 0
    for chunk in chunks:
        yield [(raw, number + at) for at, raw in enumerate(chunk, start=1)]
        number += len(chunk)
