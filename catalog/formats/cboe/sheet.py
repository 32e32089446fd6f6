"""Chains as CSV: a few lines of preamble, a header, then calls and puts side by side around the strike.

Columns are found by their names, the time and the spot by keywords: the layout differs by year. Until
2018 a column named option, month and strike together, and there were no greeks.
"""

import csv
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from catalog.formats.cboe.options import Code, Option, code_of
from catalog.formats.moments import day_of, seconds_ns
from catalog.formats.tally import Tally
from catalog.formats.text import number_of
from mia_plugins.data.sessions import NEW_YORK
from mia_plugins.importing import Source

PREAMBLE = 20
"""Lines within which the header is looked for."""
NAMES = {
    "bid": ("bid",),
    "ask": ("ask",),
    "iv": ("iv", "implied volatility", "imp vol"),
    "delta": ("delta",),
    "gamma": ("gamma",),
    "open_interest": ("open int", "open interest", "oi"),
    "volume": ("vol", "volume"),
}
EXPIRY, STRIKE = ("expiration date", "expiration", "expiry", "expires"), ("strike", "strike price")
_LAST = re.compile(r"\blast:?\s*,?\s*\$?([\d,]+(?:\.\d+)?)", re.IGNORECASE)
_TIME = re.compile(
    r"(?:date:\s*)?\"?([A-Z][a-z]{2,8}\.? \d{1,2},? \d{4})(?:\s*(?:at|@|,)\s*)"
    r"(\d{1,2}:\d\d(?::\d\d)?)\s*([AP]M)?\s*(E[SD]?T|C[SD]?T|UTC|GMT)?",
    re.IGNORECASE,
)
_ZONES = {"E": NEW_YORK, "C": ZoneInfo("America/Chicago"), "U": ZoneInfo("UTC"), "G": ZoneInfo("UTC")}
_ROOT = re.compile(r"\^?([A-Z]{1,6})\s*\(")


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the options."""

    underlying: str
    """Empty where only the options' codes tell it."""
    spot: float | None
    as_of: int | None
    """UTC ns."""
    calls: Mapping[str, int]
    puts: Mapping[str, int]
    """Columns by what they are; `code` is the option's own."""
    expiry: int | None
    strike: int | None
    line: int
    """Of the header, from 1."""


def head_of(text: str, source: Source) -> Head:
    """Return what stands before the options; a text without a header of a chain is an error."""
    before: list[str] = []
    for number, line in enumerate(text.splitlines()[:PREAMBLE], start=1):
        plain = [cell.lower().strip(" ﻿") for cell in cells_of(line)]
        if "calls" in plain and "puts" in plain:
            return _head(before, plain, number)
        before.append(line)
    raise source.refuse(
        "line 1",
        f"no header with 'Calls' and 'Puts' in the first {PREAMBLE} lines",
        "name a chain as Cboe's page of delayed quotes gives it, CSV or JSON",
    )


def cells_of(line: str) -> list[str]:
    """Return the cells of a line."""
    try:
        return [cell.strip() for cell in next(csv.reader([line]), [])]
    except csv.Error:
        return [line]


def options_of(text: str, head: Head, tally: Tally) -> Iterator[Option]:
    """Yield the options of a chain, the call and the put of each line."""
    for number, line in enumerate(text.splitlines()[head.line :], start=head.line + 1):
        if not line.strip(", \t"):
            continue
        cells = cells_of(line)
        for columns, is_call in ((head.calls, True), (head.puts, False)):
            tally.read += 1
            place = f"line {number}"
            code = _code(cells, head, columns, is_call=is_call)
            if isinstance(code, str):
                tally.reject_some(code, 1, place)
                continue
            values = {name: _value(_cell(cells, columns.get(name))) for name in NAMES}
            yield Option(code, place=place, **values)


def _value(text: str) -> float | None:
    """Return a number; 21.5 % is .215."""
    number = number_of(text.removesuffix("%"))
    return number / 100 if number is not None and text.endswith("%") else number


def _head(before: Sequence[str], plain: Sequence[str], line: int) -> Head:
    calls, puts = plain.index("calls"), plain.index("puts")
    split = (calls, puts), (puts, len(plain))
    sides = [{"code": start} | _columns(plain, start, end) for start, end in split]
    root = next((found[1] for row in before if (found := _ROOT.match(row.strip(' "')))), "")
    return Head(
        root,
        next((spot for row in before if (spot := _spot(row)) is not None), None),
        next((time for row in before if (time := _time(row)) is not None), None),
        sides[0],
        sides[1],
        _first(plain, EXPIRY),
        _first(plain, STRIKE),
        line,
    )


def _columns(plain: Sequence[str], start: int, end: int) -> dict[str, int]:
    """Return the columns of one side."""
    return {
        what: start + at
        for what, names in NAMES.items()
        if (at := _first(plain[start:end], names)) is not None
    }


def _first(plain: Sequence[str], names: Sequence[str]) -> int | None:
    return next((plain.index(name) for name in names if name in plain), None)


def _spot(row: str) -> float | None:
    """Return the price of the underlying that a line says; in old files it is the second cell."""
    found = _LAST.search(row)
    if found is None and _ROOT.match(row.strip(' "')):
        cells = cells_of(row)
        return number_of(cells[1]) if len(cells) > 1 else None
    return number_of(found[1].rstrip(",")) if found else None


def _time(row: str) -> int | None:
    """Return the time that a line says, UTC ns; without a zone it is New York's."""
    found = _TIME.search(row)
    if found is None:
        return None
    day, clock, half, zone = found.groups()
    on = day_of(day.replace(".", ""), "mdy")
    try:
        hour, minute = map(int, clock.split(":")[:2])
        time = dt.time(hour % 12 + (12 if half.upper() == "PM" else 0) if half else hour, minute)
    except ValueError:
        return None
    if on is None:
        return None
    there = _ZONES[zone[0].upper()] if zone else NEW_YORK
    return seconds_ns(dt.datetime.combine(on, time, there).timestamp())


def _code(cells: Sequence[str], head: Head, columns: Mapping[str, int], *, is_call: bool) -> Code | str:
    """Return what option a line is of, or why that is not known."""
    text = _cell(cells, columns["code"])
    code = code_of(text)
    expiry, strike = day_of(_cell(cells, head.expiry), "mdy"), number_of(_cell(cells, head.strike))
    if code is None and expiry is not None and strike is not None:
        return Code(text[:6], expiry, strike, is_call)
    if code is None:
        return "an option whose code and columns do not say expiry and strike"
    told = (expiry or code.expiry, code.strike if strike is None else strike, is_call)
    if told != (code.expiry, code.strike, code.is_call):
        return "an option whose code says another expiry, strike or kind than its columns"
    return code


def _cell(cells: Sequence[str], at: int | None) -> str:
    return cells[at] if at is not None and at < len(cells) else ""
