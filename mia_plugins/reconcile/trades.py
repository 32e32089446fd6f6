"""What a run decided to trade and what was filled of it, order by order, as its tables tell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from mia_plugins.data.catalog import FOREVER
from mia_plugins.journal.decision import Outcome
from mia_plugins.runtime.killing import KILL_SWITCH
from mia_plugins.runtime.steps import What
from mia_plugins.statistics.sources import Sources

DECIDED = ("id", "ts", "strategy", "side", "outcome", "reason", "size", "entry", "stop", "target")
ORDERED = ("decision", "strategy", "role", "type", "lots", "ticks", "state", "filled", "reason")
CLOSED = ("decision", "strategy", "exit")
FILLED = ("ts", "decision", "strategy", "role", "side", "lots", "ticks", "fee")

type Key = tuple[str, int]
"""A strategy, and when it decided: UTC ns."""


class Filled(NamedTuple):
    """What was filled of the orders of one role."""

    ts: int
    """The first fill: UTC ns."""
    lots: int
    """Contracts."""
    ticks: float
    """The average price."""
    fee: Decimal
    """$."""


class Ordered(NamedTuple):
    """How the last order of a role ended."""

    type: str
    """market, limit or stop."""
    state: str
    reason: str


@dataclass
class Trade:
    """A decision that was taken, and what came of it."""

    id: int
    side: int
    plan: tuple[int | None, ...]
    """Contracts, limit, stop and target: what was decided."""
    orders: dict[str, Ordered] = field(default_factory=dict)
    """By role."""
    filled: dict[str, Filled] = field(default_factory=dict)
    """By role."""
    exit: str = ""
    """How it ended: stop, target, or the reason it was left for; "" while it is held."""


@dataclass(frozen=True)
class Trades:
    """Those of a run."""

    taken: Mapping[Key, Trade]
    judged: Mapping[Key, tuple[str, str]]
    """What became of candidates that were not taken: blocked or rejected, and why."""
    fills: int
    halts: frozenset[str] = frozenset()
    """Reasons for which a session was stopped or halted: no simulation knows of them."""


def trades_in(folder: Path, until: int = FOREVER) -> Trades:
    """Return the trades of a run that is made, or in the making, up to an instant (UTC ns)."""
    sources = Sources(folder)
    taken: dict[Key, Trade] = {}
    judged: dict[Key, tuple[str, str]] = {}
    for row in _rows(sources, "decisions", DECIDED):
        key = row["strategy"], row["ts"]
        if row["ts"] > until:
            break
        if row["outcome"] == Outcome.TAKEN:
            plan = row["size"], row["entry"], row["stop"], row["target"]
            taken[key] = Trade(row["id"], row["side"], plan)
        elif row["side"]:
            judged[key] = row["outcome"], row["reason"]
    fills = _follow({trade.id: trade for trade in taken.values()}, sources, until)
    return Trades(taken, judged, fills, _halts(sources))


def _follow(trades: Mapping[int, Trade], sources: Sources, until: int) -> int:
    """Add to trades what came of them; return how many fills there are."""
    for row in _rows(sources, "orders", ORDERED):
        if trade := trades.get(row["decision"]):
            trade.orders[row["role"]] = Ordered(row["type"], row["state"], row["reason"] or "")
    for row in _rows(sources, "positions", CLOSED):
        if trade := trades.get(row["decision"]):
            trade.exit = row["exit"]
    fills = 0
    for row in _rows(sources, "fills", FILLED):
        if row["ts"] > until:
            continue
        fills += 1
        if trade := trades.get(row["decision"]):
            trade.filled[row["role"]] = _added(trade.filled.get(row["role"]), row)
    return fills


def _halts(sources: Sources) -> frozenset[str]:
    rows = _rows(sources, "steps", ("what", "name")) if sources.names("steps") else ()
    return frozenset({KILL_SWITCH, *(row["name"] for row in rows if row["what"] == What.HALT)})


def _rows(sources: Sources, table: str, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for batch in sources.batches(table, names):
        yield from batch.to_pylist()


def _added(before: Filled | None, row: Mapping[str, Any]) -> Filled:
    if before is None:
        return Filled(row["ts"], row["lots"], float(row["ticks"]), row["fee"])
    lots = before.lots + row["lots"]
    ticks = (before.ticks * before.lots + row["ticks"] * row["lots"]) / lots
    return Filled(before.ts, lots, ticks, before.fee + row["fee"])
