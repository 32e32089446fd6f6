"""The units a trader counts in, as types: `Ticks` and `Points` cannot be mixed up under a type checker.

A settings field that is annotated with one of these shows its unit in `mia plugins show`, in the
JSON Schema and in the documentation.
"""

from decimal import Decimal
from typing import NewType, TypeAliasType, get_args

Ticks = NewType("Ticks", float)
"""Price distance in minimum price steps: .25 points on ES and NQ."""
Points = NewType("Points", float)
"""Price distance in index points."""
Contracts = NewType("Contracts", int)
"""A number of futures contracts."""
Dollars = NewType("Dollars", Decimal)
"""Money, in US dollars; exact."""
Percent = NewType("Percent", float)
"""A share of a hundred: 1.0 is one per cent."""
Multiple = NewType("Multiple", float)
"""A multiple of another quantity, such as of the ATR or of the risk taken (R)."""
Bars = NewType("Bars", int)
"""A number of base bars."""
Sessions = NewType("Sessions", int)
"""A number of trading days."""
Milliseconds = NewType("Milliseconds", float)
Seconds = NewType("Seconds", float)
Minutes = NewType("Minutes", float)
Hours = NewType("Hours", float)
Nanoseconds = NewType("Nanoseconds", int)
"""UTC, since 1970-01-01 when it is a time."""

UNITS: tuple[tuple[object, str], ...] = (
    (Ticks, "ticks"),
    (Points, "points"),
    (Contracts, "contracts"),
    (Dollars, "$"),
    (Percent, "%"),
    (Multiple, "×"),
    (Bars, "bars"),
    (Sessions, "sessions"),
    (Milliseconds, "ms"),
    (Seconds, "s"),
    (Minutes, "min"),
    (Hours, "h"),
    (Nanoseconds, "ns"),
)


def unit_of(annotation: object) -> str:
    """Return the unit an annotation carries, looking into unions and containers; "" when it has none."""
    for unit_type, unit in UNITS:
        if annotation is unit_type:
            return unit
    if isinstance(annotation, TypeAliasType):
        return unit_of(annotation.__value__)
    return next((unit for part in get_args(annotation) if (unit := unit_of(part))), "")
