"""A gateway and live nodes as processes of their own, broken over the control port, and their books compared."""

import datetime as dt
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow.parquet as pq

from catalog.store import Store
from gateway.faults.remote import ControlError, Remote
from mia_plugins.data.columns import LEVELS, Depth, Trades, quotes_of
from mia_plugins.data.files import Files
from mia_plugins.data.sessions import NS, RTH_OPEN, utc_ns
from tests.conftest import ROOT
from tests.market import DAY, ES, ID, ORIGIN

OWN = ROOT / "tests" / "live_plugins"
PACE = 30
"""Seconds of the market in one of the machine's."""
LASTS = 4 * 3600
"""Seconds of the market that a catalog holds."""
CASH = Decimal(250_000)
"""$."""


def catalog_in(folder: Path, seed: int = 10, seconds: int = LASTS) -> Path:
    """Write a catalog: from 9:25 on a trade a second, and a book; prices walk."""
    rng = np.random.default_rng(seed)
    begin = utc_ns(DAY, RTH_OPEN) - 300 * NS
    ts = begin + np.arange(seconds) * NS
    ticks = 24_000 + np.cumsum(rng.integers(-1, 2, seconds))
    steps = np.arange(LEVELS)
    lots = np.full((seconds, LEVELS), 50, np.int64)
    bids = (ticks - 1)[:, None] - steps
    asks = ticks[:, None] + steps
    depth = Depth(ts + NS // 2, bids, asks, lots, lots, lots, lots)
    side = rng.choice(np.array([-1, 1], np.int8), seconds)
    trades = Trades(ts, ticks - (side < 0), rng.integers(1, 20, seconds), side)
    store = Store.begin(Files(str(folder)), ORIGIN)
    store.write_instruments([ES])
    with store.draft(DAY) as draft:
        for columns in (trades, quotes_of(depth), depth):
            draft.write(ID, columns)
    store.publish(DAY)
    return folder


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Broker:
    """A gateway on ports that stay the same when it is started again."""

    catalog: Path
    pace: int = PACE
    port: int = field(default_factory=free_port)
    control: int = field(default_factory=free_port)
    process: "subprocess.Popen[str] | None" = None

    def start(self) -> Self:
        """Start it, with an empty account."""
        command = [
            sys.executable,
            "-P",
            "-m",
            "mia_plugins",
            "gateway",
            "--json",
            "--catalog",
            str(self.catalog),
        ]
        command += ["--port", str(self.port), "--control", str(self.control), "--pace", str(self.pace)]
        command += ["--cash", str(CASH)]
        with (self.catalog.parent / "gateway.log").open("a") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT)
        assert self.process.stdout
        text = ""
        for line in iter(self.process.stdout.readline, ""):
            text += line
            if line.startswith("}"):
                break
        assert json.loads(text or "{}").get("ok"), (self.catalog.parent / "gateway.log").read_text()
        return self

    def end(self, number: int = signal.SIGTERM) -> None:
        """End it."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(20)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.end()

    def ask(self, **line: Any) -> dict[str, Any]:
        """Ask or tell it something over the control port."""
        with Remote(self.control) as remote:
            return remote.ask(**line)

    def state(self) -> dict[str, Any]:
        """Return its books."""
        return self.ask(ask="state")

    def until(
        self, holds: Callable[[dict[str, Any]], object], what: str, seconds: float = 60.0
    ) -> dict[str, Any]:
        """Return its books once something holds of them."""
        end = time.monotonic() + seconds
        while True:
            books = self.state()
            if holds(books):
                return books
            assert time.monotonic() < end, f"not within {seconds} s: {what}\n{told(books)}"
            time.sleep(0.05)


def told(books: dict[str, Any]) -> str:
    """Return books, short enough to be read."""
    orders = [one for one in books["orders"] if one["is_working"]]
    return json.dumps(
        {name: books[name] for name in ("time", "clients", "positions", "settled", "fired")}
        | {"working": orders, "orders": books["orders"][-6:], "executions": books["executions"][-6:]},
        indent=1,
    )


def is_flat(books: dict[str, Any]) -> bool:
    """Say whether nothing is held and nothing works."""
    return not books["positions"] and not any(one["is_working"] for one in books["orders"])


@dataclass(frozen=True)
class Ended:
    """What a session left."""

    code: int
    said: str
    folder: Path | None
    record: dict[str, Any]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table of the run."""
        path = self.folder / f"{table}.parquet" if self.folder else None
        return pq.read_table(path).to_pylist() if path and path.exists() else []


class Session:
    """`mia live` as a process, on a gateway that runs."""

    def __init__(
        self, home: Path, broker: Broker, *, live: str = "", sim: str = "", more: str = "", own: str = ""
    ) -> None:
        self.home, self.broker = home, broker
        home.mkdir(exist_ok=True)
        self.config, self.said = home / "live.yaml", home / "said.txt"
        self.config.write_text(
            f"""extends: mia:backtests/demo_day.yaml
catalog: {broker.catalog}
strategies: {{clockwork: {{{own}}}}}
live:
  port: {broker.port}
  state: {home}/state
  stale_after: 5
  give_up_after: 30
  {live}
  sim: {{running: {broker.control}, {sim}}}
{more}
""",
            encoding="utf-8",
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> Self:
        """Start it."""
        command = [sys.executable, "-P", "-m", "mia_plugins", "live", str(self.config), "--json"]
        command += ["--runs", str(self.home / "runs"), "--plugins-dir", str(OWN), *options]
        with self.said.open("w", encoding="utf-8") as said:
            self.process = subprocess.Popen(command, stdout=said, stderr=said, cwd=self.home)
        return self

    def end(self, number: int = signal.SIGTERM, seconds: float = 100.0) -> Ended:
        """Ask it to end, and return what it left."""
        assert self.process
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.ended(seconds)

    def ended(self, seconds: float = 100.0) -> Ended:
        """Return what it left, once it has ended."""
        assert self.process
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        runs = sorted((self.home / "runs").glob("*/run.json"), key=lambda path: path.stat().st_mtime)
        folder = runs[-1].parent if runs else None
        record = json.loads(runs[-1].read_text()) if runs else {}
        return Ended(self.process.returncode, self.said.read_text(encoding="utf-8"), folder, record)


def differences(books: dict[str, Any], ended: Ended) -> list[str]:
    """Return in what a gateway's books and a run of the node's do not agree; nothing else traded there."""
    found = []
    there: dict[str, list[tuple[str, int, float]]] = {}
    refs = {(one["client"], one["number"]): one["ref"] for one in books["orders"]}
    for one in books["executions"]:
        ref = refs[one["client"], one["number"]]
        there.setdefault(ref, []).append((one["side"], one["lots"], one["price"]))
    here: dict[str, list[tuple[str, int, float]]] = {}
    for row in ended.rows("fills"):
        side = "BUY" if row["side"] > 0 else "SELL"
        here.setdefault(row["order_id"], []).append((side, row["lots"], row["ticks"] / 4))
    for ref in sorted({*there, *here}):
        if sorted(there.get(ref, [])) != sorted(here.get(ref, [])):
            found.append(f"fills of {ref}: gateway {there.get(ref)}, node {here.get(ref)}")
    sent = [one["ref"] for one in books["orders"]]
    found += [f"{ref} was ordered {sent.count(ref)} times" for ref in sorted({*sent}) if sent.count(ref) > 1]
    asked = {row["order_id"] for row in ended.rows("orders")}
    found += [f"{ref} is no order of the node's" for ref in sorted({*sent} - asked)]
    states = {row["order_id"]: (row["state"], row["filled"]) for row in ended.rows("orders")}
    for one in books["orders"]:
        state, filled = states.get(one["ref"], ("", one["filled"]))
        if filled != one["filled"] or (state == "filled") != (one["status"] == "Filled"):
            found.append(f"{one['ref']} is {one['status']}, filled {one['filled']}; node: {state}, {filled}")
    net = sum((row["net"] for row in ended.rows("positions")), Decimal(0))
    if Decimal(books["settled"]) - CASH != net:
        found.append(f"cash: gateway {Decimal(books['settled']) - CASH}, node {net}")
    if not is_flat(books):
        found.append(f"the gateway is not flat: {told(books)}")
    return found
