"""What a run came to, in a few exact numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from mia_plugins.runs.rows import read_log


@dataclass
class Tally:
    """Round trips, counted one after the other in the order in which they ended."""

    capital: Decimal
    trades: int = 0
    wins: int = 0
    """Round trips with more than 0 $ after fees."""
    gross: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    net: Decimal = Decimal(0)
    drawdown: Decimal = Decimal(0)
    """$ from the highest balance to the lowest after it, of closed round trips."""
    exits: dict[str, int] = field(default_factory=dict)
    _peak: Decimal = Decimal(0)

    def add(self, gross: Decimal, fees: Decimal, net: Decimal, exit_: str) -> None:
        """Count a round trip."""
        self.trades += 1
        self.wins += net > 0
        self.gross, self.fees, self.net = self.gross + gross, self.fees + fees, self.net + net
        self._peak = max(self._peak, self.net)
        self.drawdown = max(self.drawdown, self._peak - self.net)
        self.exits[exit_] = self.exits.get(exit_, 0) + 1

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data; money as text, which is exact."""
        return {
            "capital": f"{self.capital:.2f}",
            "balance": f"{self.capital + self.net:.2f}",
            "trades": self.trades,
            "wins": self.wins,
            "gross": f"{self.gross:.2f}",
            "fees": f"{self.fees:.2f}",
            "net": f"{self.net:.2f}",
            "max_drawdown": f"{self.drawdown:.2f}",
            "exits": dict(sorted(self.exits.items())),
        }


def statistics_of(logs: "Logs", capital: Decimal) -> dict[str, Any]:
    """Return the statistics of a run from its logs, in bounded memory."""
    tally = Tally(capital)
    for gross, fees, net, exit_ in _rows(logs.positions, ("gross", "fees", "net", "exit")):
        tally.add(gross, fees, net, exit_)
    outcomes: dict[str, int] = {}
    for (outcome,) in _rows(logs.decisions, ("outcome",)):
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    refused: dict[str, int] = {}
    for (state,) in _rows(logs.orders, ("state",)):
        if state in {"denied", "rejected"}:
            refused[state] = refused.get(state, 0) + 1
    return {
        **tally.as_data(),
        "decisions": dict(sorted(outcomes.items())),
        "orders_refused": sum(refused.values()),
    }


@dataclass(frozen=True)
class Logs:
    """The logs of a run that statistics are made from."""

    positions: Path
    decisions: Path
    orders: Path


def _rows(log: Path, names: tuple[str, ...]) -> Iterable[tuple[Any, ...]]:
    """Yield some columns of a log, a row at a time."""
    if not log.exists():
        return
    for batch in read_log(log):
        yield from zip(*(batch.column(name).to_pylist() for name in names), strict=True)
