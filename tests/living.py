"""A process that trades in the engine with a state that outlives it, and that is killed at an execution.

    python -m tests.living FOLDER FROM KILL_AT WHEN

Its broker is a file of one line an execution. `KILL_AT` is the number of the execution at which the process
is killed, 0 for never; `WHEN` says whether that is `before` it is noted or `after`.
"""

import json
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nautilus_trader.model import (
    AccountId,
    ClientOrderId,
    FillReport,
    InstrumentId,
    LiquiditySide,
    Money,
    OrderSide,
    Price,
    Quantity,
    TradeId,
    VenueOrderId,
)

from mia_plugins.backtest import run
from mia_plugins.making import assembly
from mia_plugins.runtime.account import Fill
from mia_plugins.runtime.context import Context
from risk.live import Standing
from risk.state.keeping import Keeping
from risk.state.reports import Reports
from tests.market import DAY
from tests.runtime import Played, a_trade_a_minute, at, market_of, stage

LIMIT = 400
MINUTES = range(31, 60, 2)
FALLING = "time bid ask\n09:30:30 0 1\n" + "".join(
    f"09:{minute}:10 {-12 * turn} {-12 * turn + 1}\n" for turn, minute in enumerate(MINUTES, 1)
)
"""Every second minute the market falls through any stop."""


class Watched:
    """A keeper whose process is killed at an execution, which the broker has had before."""

    def __init__(self, keeping: Keeping, broker: Path, kill_at: int, when: str) -> None:
        self._keeping, self._broker, self._kill_at, self._when = keeping, broker, kill_at, when
        self._seen = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._keeping, name)

    def note(self, execution_id: str, strategy: str, fill: Fill, reason: str) -> bool:
        """Have the broker execute, and note it; be killed in between."""
        write(self._broker, f"{os.getpid()}-{execution_id}", fill.order_id, fill)
        self._seen += 1
        if self._seen == self._kill_at and self._when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = self._keeping.note(f"{os.getpid()}-{execution_id}", strategy, fill, reason)
        if self._seen == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return done


def write(broker: Path, execution_id: str, order_id: str, fill: Fill) -> None:
    """Have the broker execute."""
    row = [execution_id, order_id, fill.side, fill.lots, fill.ticks, str(fill.fee), fill.ts]
    with broker.open("a") as file:
        file.write(f"{json.dumps(row)}\n")


def executed(broker: Path) -> list[list[Any]]:
    """Return what the broker executed."""
    return [json.loads(line) for line in broker.read_text().splitlines()] if broker.exists() else []


def report(row: list[Any]) -> FillReport:
    """Return an execution as Nautilus reports it."""
    execution_id, order_id, side, lots, ticks, fee, ts = row
    return FillReport(
        AccountId("XCME-001"),
        InstrumentId.from_str("ESM6.XCME"),
        VenueOrderId(f"V-{execution_id}"),
        TradeId(execution_id),
        OrderSide.BUY if side > 0 else OrderSide.SELL,
        Quantity.from_int(lots),
        Price(ticks * 0.25, 2),
        Money.from_str(f"{fee} USD"),
        LiquiditySide.TAKER,
        ts,
        ts,
        ClientOrderId(order_id) if order_id else None,
    )


def trade(folder: Path, begin: str, kill_at: int, when: str) -> tuple[Played, Any]:
    """Trade from a time on; return what came of it, and the account."""
    broker = folder / "broker"
    seen: list[Any] = []
    held = {"ESM6": sum(row[2] * row[3] for row in executed(broker))}
    with Standing.open(folder / "state") as standing:

        def living(**told: Any) -> Context:
            account = told["account"]
            accounts: Mapping[str, Any] = {"one-ES": account}
            reports = Reports([report(row) for row in executed(broker)], held)
            keeping = standing.restore(DAY, account.broker, accounts)
            found = standing.adopt(keeping, DAY, reports)
            if found.foreign or found.brackets:
                raise AssertionError(found)
            seen.append(account)
            watched = Watched(keeping, broker, kill_at, when)
            return Context(**(told | {"keeper": watched, "kill": standing.kill}))

        vars(assembly)["Context"] = living
        # What the account had made before is none of this engine's money.
        vars(run)["Backtest"]._refuse_lost_money = lambda _: None
        lines = FALLING.splitlines()
        rows = [line for line in lines[1:] if line.split()[0] >= begin]
        market: Any = market_of("\n".join([lines[0], *rows]))
        wishes = [
            {"at": at(f"09:{minute}"), "side": 1, "stop": 8, "target": 90}
            for minute in MINUTES
            if f"09:{minute}" >= begin
        ]
        played = stage(
            {DAY: [market, a_trade_a_minute(market)]},
            {"one": {"wishes": wishes}},
            fills="quotes",
            plugin="tests.proposing:Proposing",
            rules={"daily_loss": {"limit": LIMIT}},
        ).run()
    return played, seen[0]


def main() -> None:
    """Trade, and tell what came of it."""
    folder, begin, kill_at, when = sys.argv[1:]
    os.chdir(tempfile.mkdtemp(dir=folder))
    played, account = trade(Path(folder), begin, int(kill_at), when)
    told = {
        "realized": str(account.broker.realized_today),
        "trades": account.broker.trades_today,
        "position": account.position,
        "decisions": played.decisions,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
