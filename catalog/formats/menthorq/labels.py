"""What labels of levels are called here, and what stands for a price."""

import re
from dataclasses import replace

from mia_plugins.data.instruments import PRODUCTS
from mia_plugins.data.level_names import TENORS, Level, LevelKind, level_named
from mia_plugins.importing import symbol_in
from mia_plugins.units import Points

_NAMES = {
    LevelKind.CALL_WALL: "Call Resistance",
    LevelKind.PUT_WALL: "Put Support",
    LevelKind.GAMMA_WALL: "Gamma Wall",
    LevelKind.HVL: "HVL",
    LevelKind.DAY_MIN: "1D Min",
    LevelKind.DAY_MAX: "1D Max",
    LevelKind.GEX: "GEX",
    LevelKind.BLIND_SPOT: "BL",
    LevelKind.RISK_TRIGGER: "Risk Trigger",
}
_TENOR_FIRST = re.compile(rf"({TENORS}) (.+)", re.IGNORECASE)
_FIGURE = re.compile(
    r"\b(?:net|iv|hv|rv|dex|vex|charm|vanna|delta|skew|ratio|rank|percentile|score|volume|oi)\b",
    re.IGNORECASE,
)
"""Words of what is given beside levels and is no price: Net GEX, IV 30D."""


def level_of(label: str) -> Level:
    """Return the level that a label means, with a name of ours; of a kind that mia does not know, its own."""
    plain = " ".join(label.replace("_", " ").split())
    found = _TENOR_FIRST.fullmatch(plain)
    if found:
        plain = f"{found[2]} {found[1]}"
    level = level_named(plain, Points(0.0))
    name = _NAMES.get(level.kind)
    if name is None:
        return replace(level, name=plain.title() if plain.islower() else plain)
    parts = [name, "" if level.rank is None else str(level.rank), level.tenor]
    return replace(level, name=" ".join(part for part in parts if part))


def is_figure(label: str) -> bool:
    """Say whether a label that mia does not know is of a figure, not of a price."""
    return _FIGURE.search(label) is not None


def underlying_of(ticker: str) -> str:
    """Return what a ticker's prices are of: ES of ES1!, ESM2026 and MES; SPX of $SPX."""
    plain = ticker.strip().lstrip("$^").upper()
    symbol = symbol_in(plain)
    code = next((one for one in sorted(PRODUCTS, key=len, reverse=True) if symbol.startswith(one)), "")
    return code.removeprefix("M") if code else plain


def contract_in(ticker: str) -> str:
    """Return the contract that a ticker names, as ESM6, a micro as its large one; "" where it names none."""
    symbol = symbol_in(ticker)
    return "" if symbol in PRODUCTS else symbol.removeprefix("M")


def is_index(underlying: str) -> bool:
    """Say whether prices are not of a future."""
    return underlying not in PRODUCTS
