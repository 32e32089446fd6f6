"""Numbers as a report writes them: a real minus sign, thousands apart, intervals in brackets."""

import math
from decimal import Decimal

from mia_plugins.statistics.figures import Figure

NONE = "–"
"""What stands where there is no number."""
MINUS = "−"


def dollars(amount: float | Decimal | None, *, signed: bool = False, cents: bool = False) -> str:
    """Return an amount as −$1,234 or, with cents, −$1,234.50."""
    if amount is None or not math.isfinite(amount):
        return NONE
    digits = 2 if cents else 0
    size = f"{abs(amount):,.{digits}f}"
    return f"{_sign(amount if float(size.replace(',', '')) else 0, signed=signed)}${size}"


def plain(value: float | None, digits: int = 2, unit: str = "", *, signed: bool = False) -> str:
    """Return a number with so many decimals and its unit."""
    if value is None or not math.isfinite(value):
        return NONE
    size = f"{abs(value):,.{digits}f}"
    text = f"{_sign(value if float(size.replace(',', '')) else 0, signed=signed)}{size}"
    return f"{text} {unit}" if unit else text


def percent(share: float | None, digits: int = 1, *, signed: bool = False) -> str:
    """Return a share of 1 in %."""
    return plain(None if share is None else share * 100, digits, "%", signed=signed)


def interval(figure: Figure, how: str, digits: int = 2) -> str:
    """Return the 95 % interval of a figure, or why there is none; `how` is dollars, plain or percent."""
    if figure.low is None or figure.high is None:
        return figure.note
    return f"95 %: {written(figure.low, how, digits)} to {written(figure.high, how, digits)}"


def written(value: float | None, how: str, digits: int = 2) -> str:
    """Return a number as dollars, plain or percent."""
    if how == "dollars":
        return dollars(value)
    if how == "dollars_cents":
        return dollars(value, cents=True)
    return percent(value, min(digits, 1)) if how == "percent" else plain(value, digits)


def counted(count: int, thing: str) -> str:
    """Return a count with its noun, which takes an s but of one."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    """Return a span of time in the two largest units that it has."""
    if not math.isfinite(seconds):
        return NONE
    whole = round(seconds)
    days, hours, minutes = whole // 86_400, whole // 3600 % 24, whole // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"


def _sign(amount: float | Decimal, *, signed: bool) -> str:
    if amount < 0:
        return MINUS
    return "+" if signed and amount > 0 else ""
