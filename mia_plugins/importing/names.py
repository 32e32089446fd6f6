"""Contracts by the names that feeds and files give them."""

import re

from mia_plugins.data.instruments import MONTHS, PRODUCTS

_OTHER = {"EP": "ES", "ENQ": "NQ"}
"""What CQG calls products."""
_NAME = re.compile(
    rf"(?<![A-Z])({'|'.join([*PRODUCTS, *_OTHER])})([{''.join(MONTHS.values())}])(?:20)?(\d{{1,2}})(?!\d)"
)
_OPTION = re.compile(r"(?<![A-Z0-9])[CP] ?\d{3,5}(?!\d)|\b(?:CALL|PUT)\b")
"""A strike, as in ESM6 C6000: an option is no contract of ours."""
_CONTINUOUS = re.compile(rf"(?<![A-Z0-9])({'|'.join([*PRODUCTS, *_OTHER])})(?![A-Z])")


def symbol_in(text: str) -> str:
    """Return the contract that a name speaks of, as ESU6, or the product of a continuous series, as ES.

    ESU6, ESU26-CME, ESU2026, F.US.EPU26; ES1!, ES.c.0, NQ. "" where it speaks of neither, of several
    contracts, as a spread does, or of an option.
    """
    plain = text.upper()
    found = _contract_in(plain) or _product_in(plain)
    return "" if _OPTION.search(plain) else found


def symbol_in_file_name(name: str) -> str:
    """Return the same of a file's name, in which a product alone has to stand in capitals: `es` is a word."""
    return _contract_in(name.upper()) or _product_in(name)


def _contract_in(text: str) -> str:
    contracts = {f"{_OTHER.get(code, code)}{month}{year[-1]}" for code, month, year in _NAME.findall(text)}
    return contracts.pop() if len(contracts) == 1 else ""


def _product_in(text: str) -> str:
    found = _CONTINUOUS.search(text)
    return _OTHER.get(found[1], found[1]) if found and not _NAME.search(text.upper()) else ""
