"""What a run came to, in a few numbers that say the same wherever they are made."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from mia_plugins.runtime.account import Role
from mia_plugins.statistics.figures import Figure
from mia_plugins.statistics.run import Core
from mia_plugins.statistics.sources import Sources
from mia_plugins.statistics.trades import Days, trades_of

DIGITS = 9
"""Decimals of ratios: machines differ in the last bits."""


def statistics_of(folder: Path, days: Days, capital: Decimal) -> dict[str, Any]:
    """Return the headline figures of a run in the making, given the trading days that it reached.

    Its closed trades are held in memory, its decisions and orders a piece at a time.
    """
    sources = Sources(folder)
    core = Core.of(trades_of(sources), days, int(capital * 100))
    figures, returns = core.figures, core.returns
    outcomes = _counted(sources, "decisions", "outcome")
    ends = _counted(sources, "orders", "role", "state")
    refused = {role: ends[role, "denied"] + ends[role, "rejected"] for role, _ in ends}
    exits = Counter(core.trades.exit.tolist())
    return {
        "capital": f"{capital:.2f}",
        "balance": f"{Decimal(core.balance) / 100:.2f}",
        "trades": figures.trades,
        "wins": figures.wins,
        "gross": f"{Decimal(core.gross) / 100:.2f}",
        "fees": f"{Decimal(core.fees) / 100:.2f}",
        "net": f"{figures.net:.2f}",
        "max_drawdown": f"{core.drawdown.amount:.2f}",
        "exits": dict(sorted(exits.items())),
        "decisions": {outcome: count for (outcome,), count in sorted(outcomes.items())},
        "decisions_refused": refused.get(Role.ENTRY, 0),
        "orders_refused": sum(refused.values()),
        "days": returns.days,
        "total_return": _number(returns.total),
        "annual_return": _number(returns.annual),
        "max_drawdown_share": round(core.drawdown.share, DIGITS),
        "sharpe": _with_interval(returns.sharpe),
        "sortino": _with_interval(returns.sortino),
        "calmar": _number(returns.calmar),
        "win_rate": _with_interval(figures.win_rate),
        "profit_factor": _with_interval(figures.profit_factor),
        "expectancy": _with_interval(figures.expectancy),
        "expectancy_r": _with_interval(figures.expectancy_r),
    }


def _counted(sources: Sources, table: str, *names: str) -> Counter[tuple[str, ...]]:
    """Return how often words stand beside each other in some columns, read a piece at a time."""
    found: Counter[tuple[str, ...]] = Counter()
    for batch in sources.batches(table, names):
        counts = pa.Table.from_batches([batch]).group_by(list(names)).aggregate([([], "count_all")])
        for row in counts.to_pylist():
            found[tuple(row[name] for name in names)] += row["count_all"]
    return found


def _number(figure: Figure) -> float | None:
    return None if figure.value is None else round(figure.value, DIGITS)


def _with_interval(figure: Figure) -> dict[str, float | None]:
    ends = (None if end is None else round(end, DIGITS) for end in (figure.low, figure.high))
    return {"value": _number(figure), **dict(zip(("low", "high"), ends, strict=True))}
