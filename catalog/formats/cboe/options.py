"""One option of a chain as a file has it, and the codes that name options."""

import datetime as dt
import re
from dataclasses import dataclass

_OCC = re.compile(r"([A-Z]{1,6})\s*(\d{6})([CP])(\d{8})")
"""Root, expiry as yymmdd, call or put, strike in thousandths: SPXW260601C06000000."""
_OLD = re.compile(r"([A-Z]{1,6})(\d\d)(\d\d)([A-X])(\d{1,5}(?:\.\d+)?)(?:-[A-Z])?")
"""Root, year, day, month with call (A to L) or put (M to X), strike: SPXW1806D2400."""
_NAMED = re.compile(r"\(([A-Z0-9.\-]+)\)")
"""The code in `18 Apr 2400.00 (SPXW1806D2400)`."""


@dataclass(frozen=True, slots=True)
class Code:
    """What a code names."""

    root: str
    expiry: dt.date
    strike: float
    """Points."""
    is_call: bool


@dataclass(frozen=True, slots=True)
class Option:
    """One option; None for what is not given."""

    code: Code
    bid: float | None
    ask: float | None
    iv: float | None
    delta: float | None
    gamma: float | None
    open_interest: float | None
    volume: float | None
    place: str
    """Where it stands in the file."""


def code_of(text: str) -> Code | None:
    """Return what a code names; None for what is none."""
    named = _NAMED.search(text)
    plain = (named[1] if named else text).strip().upper().removeprefix("^")
    try:
        if found := _OCC.fullmatch(plain):
            root, day, kind, strike = found.groups()
            expiry = dt.date(2000 + int(day[:2]), int(day[2:4]), int(day[4:]))
            return Code(root, expiry, int(strike) / 1000, kind == "C")
        if found := _OLD.fullmatch(plain):
            root, year, day, letter, strike = found.groups()
            month = ord(letter) - ord("A")
            return Code(root, dt.date(2000 + int(year), month % 12 + 1, int(day)), float(strike), month < 12)
    except ValueError:
        pass
    return None
