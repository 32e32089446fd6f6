"""A run's figures by tier: what must be alike, what may differ in the last digits; all else is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose
from typing import Any

import pyarrow as pa

from mia_plugins.regress.tables import sequence_hash
from mia_plugins.runs.plain import flat

EXACT = frozenset({
    *("capital", "balance", "gross", "fees", "net", "max_drawdown"),  # $
    *("days", "trades", "wins", "exits", "decisions", "decisions_refused", "orders_refused"),
})  # fmt: skip
"""Statistics that are counts or money; the others are ratios."""
RTOL = {
    "total_return": 1e-9,
    "max_drawdown_share": 1e-9,
    "win_rate": 1e-9,
    "expectancy": 1e-9,
    "expectancy_r": 1e-9,
    "profit_factor": 1e-9,
    "annual_return": 1e-6,
    "sharpe": 1e-6,
    "sortino": 1e-6,
    "calmar": 1e-6,
}
"""How far apart a ratio may be, as a share of it."""
USUAL_RTOL = 1e-6
ROUNDED = 2e-9
"""Statistics keep nine decimals."""


@dataclass(frozen=True)
class Change:
    """A figure that differs; None where a side has none."""

    name: str
    recorded: Any
    now: Any
    tier: str
    """`exact` or `tolerant`."""


@dataclass(frozen=True)
class Figures:
    """What a run came to."""

    exact: Mapping[str, Any]
    tolerant: Mapping[str, float | None]
    rtol: Mapping[str, float]


def figures_of(statistics: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> Figures:
    """Return a run's figures by tier."""
    lines = flat(statistics)
    exact = {name: value for name, value in lines.items() if _first(name) in EXACT}
    exact |= {f"rows.{name}": table.num_rows for name, table in tables.items()}
    exact |= {f"sequence.{name}": sequence_hash(table) for name, table in tables.items()}
    tolerant = {name: value for name, value in lines.items() if _first(name) not in EXACT}
    return Figures(exact, tolerant, {name: RTOL.get(_first(name), USUAL_RTOL) for name in tolerant})


def changes(recorded: Figures, now: Figures) -> tuple[Change, ...]:
    """Return the figures that differ, the exact ones first."""
    exact = [
        Change(name, recorded.exact.get(name), now.exact.get(name), "exact")
        for name in {**recorded.exact, **now.exact}
        if recorded.exact.get(name) != now.exact.get(name)
    ]
    tolerant = [
        Change(name, one, other, "tolerant")
        for name in {**recorded.tolerant, **now.tolerant}
        if not _near(
            one := recorded.tolerant.get(name), other := now.tolerant.get(name), recorded.rtol.get(name, 0.0)
        )
    ]
    return (*exact, *tolerant)


def _near(one: float | None, other: float | None, rtol: float) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=rtol, abs_tol=ROUNDED)


def _first(name: str) -> str:
    return name.partition(".")[0]
