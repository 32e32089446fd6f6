"""Contracts by the names that feeds and files give them."""

import re

from mia_plugins.data.instruments import MONTHS, PRODUCTS

_OTHER = {"EP": "ES", "ENQ": "NQ"}
"""What CQG calls products."""
_NAME = re.compile(
    rf"(?<![A-Z])({'|'.join([*PRODUCTS, *_OTHER])})([{''.join(MONTHS.values())}])(?:20)?(\d{{1,2}})(?!\d)"
)
_CONTINUOUS = re.compile(rf"(?<![A-Z0-9])({'|'.join([*PRODUCTS, *_OTHER])})(?![A-Z])")


def symbol_in(text: str) -> str:
    """Return the contract that a name speaks of, as ESU6, or the product of a continuous series, as ES.

    ESU6, ESU26-CME, ESU2026, F.US.EPU26; ES1!, ES.c.0, NQ. "" where it speaks of neither.
    """
    found = _NAME.search(text.upper())
    if found:
        code, month, year = found.groups()
        return f"{_OTHER.get(code, code)}{month}{year[-1]}"
    found = _CONTINUOUS.search(text.upper())
    return _OTHER.get(found[1], found[1]) if found else ""
