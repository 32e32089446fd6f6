"""How a screen and a log write things: numbers with units, prices in points, and texts from anywhere."""

import math

from mia_plugins.data.instruments import TICK, TICK_POINTS
from mia_plugins.reports.numbers import MINUS, NONE, dollars
from mia_plugins.secrets import redact
from mia_plugins.statistics.limits import LEFT

LONGEST = 400
"""Characters of a text that are kept."""


def plain_text(text: str) -> str:
    """Return a text as one line that neither moves a terminal's cursor nor tells a secret."""
    kept = redact(text).replace("\t", " ").replace("\n", " ")
    kept = "".join(char if char.isprintable() else "�" for char in kept).strip()
    return kept if len(kept) <= LONGEST else f"{kept[: LONGEST - 1]}…"


def price_text(ticks: float | None) -> str:
    """Return a price in points as traders write it: 6012.25; an average has two decimals too."""
    if ticks is None:
        return NONE
    return f"{ticks * TICK:.2f}" if isinstance(ticks, int) else f"{ticks * TICK_POINTS:.2f}"


def age_text(seconds: float | None) -> str:
    """Return an age in s, with a tenth while it is short."""
    if seconds is None:
        return "none yet"
    seconds = max(0.0, seconds)
    return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:,.0f} s"


def lots_text(lots: int) -> str:
    """Return contracts with their sign: +2, −1, 0."""
    return f"{MINUS if lots < 0 else '+' if lots else ''}{abs(lots)}"


def measured(number: float, unit: str) -> str:
    """Return a number with its unit: −$12.50 left, 62.5 %, 3 trades left."""
    if not math.isfinite(number):
        return NONE
    if unit.removesuffix(LEFT) == "$":
        return dollars(number, cents=True) + (LEFT if unit.endswith(LEFT) else "")
    size = abs(number)
    shown = f"{size:,.2f}".rstrip("0").rstrip(".") if size >= 0.1 else f"{size:.2g}"
    sign = MINUS if number < 0 else ""
    return f"{sign}{shown} {unit}".rstrip()
