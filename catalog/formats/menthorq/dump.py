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

from catalog.formats.moments import seconds_ns
from mia_plugins.data.sessions import NS

_BLIND_SPOT = re.compile(r"blind_spot_(\d{1,3})", re.IGNORECASE)
LEVEL, VIX = "menthorq_level", "vix"
APART = 300 * NS
"""ns without a level after which a set is whole."""
_ZERO = dt.datetime(1899, 12, 30, tzinfo=dt.UTC)
"""Day 0 of Sierra Chart's times in days."""
_UNITS = ((1e11, 1.0), (1e14, 1e-3), (1e17, 1e-6), (1e20, 1e-9))
"""What numbers below are, in seconds."""
_DAYS = 1e5
"""Numbers below are days of Sierra Chart's."""
_LATEST = 4e9
"""Seconds since 1970: what is later is no time."""
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


def line_of(raw: bytes, number: int) -> Line | str:
    """Return what a line says, or why it cannot be used."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        data = None
    return _said(data, number) if isinstance(data, dict) else "a line that is no JSON object"


def _said(data: dict[str, Any], number: int) -> Line | str:
    kind = data.get("type")
    if kind not in {LEVEL, VIX}:
        return f"a line of type {str(kind)[:20]}, which mia does not read from dumps"
    time = _time(data.get("t"))
    if time is None:
        return "a line without a time"
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


def _time(value: Any) -> int | None:
    """Return a time as UTC ns: an ISO time with its zone, or a number of s, ms, µs, ns or Sierra's days."""
    number = _number(value)
    if number is None or number <= 0:
        return _iso(value) if isinstance(value, str) else None
    unit = next((unit for below, unit in _UNITS if number < below), 1.0)
    seconds = _ZERO.timestamp() + number * 86_400 if number < _DAYS else number * unit
    return seconds_ns(seconds) if abs(seconds) < _LATEST else None


def _iso(text: str) -> int | None:
    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return seconds_ns(found.timestamp()) if found.tzinfo else None


def lines(chunks: Iterator[list[bytes]]) -> Iterator[list[tuple[bytes, int]]]:
    """Yield lines with their numbers, a bounded part at a time."""
    number = 0
    for chunk in chunks:
        yield [(raw, number + at) for at, raw in enumerate(chunk, start=1)]
        number += len(chunk)
