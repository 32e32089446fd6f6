"""A gateway and live nodes as processes of their own, broken over the control port, and their books compared."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow.parquet as pq

from gateway.faults.remote import Remote
from mia_plugins.data.columns import LEVELS, Depth, Trades, quotes_of
from mia_plugins.data.files import Files
from mia_plugins.data.sessions import NS, RTH_OPEN, utc_ns
from mia_plugins.data.store import Store
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
        if self.process:
            self.process.wait(20)
            assert self.process.stdout
            self.process.stdout.close()

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
    """Say whether nothing is held and nothing works.

    An entry whose bracket never came to its end was not transmitted: nobody can fill it.
    """
    working = [one for one in books["orders"] if one["is_working"] and one["status"] != "PendingSubmit"]
    return not books["positions"] and not working


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
        self, home: Path, broker: Broker, *, live: str = "", own: str = "", actors: str = ""
    ) -> None:
        """`live`, `own` and `actors` are YAML: of the session's settings, the strategy's, and the run's."""
        self.home, self.broker = home, broker
        home.mkdir(exist_ok=True)
        self.config, self.said = home / "live.yaml", home / "said.txt"
        self.config.write_text(
            f"""extends: mia:backtests/demo_day.yaml
catalog: {broker.catalog}
strategies: {{clockwork: {{{own}}}}}
actors: {{{actors}}}
live:
  port: {broker.port}
  state: {home}/state
  stale_after: 3
  give_up_after: 60
  {live}
  sim: {{running: {broker.control}}}
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


def brackets_of(books: dict[str, Any], status: str = "") -> list[int]:
    """Return the numbers of the decisions whose entries a gateway has, or has with a status."""
    refs = [one["ref"] for one in books["orders"] if not status or one["status"] == status]
    return [int(ref.split("-")[-2].rpartition(".")[2]) for ref in refs if ref.endswith("-E")]


type Taken = tuple[str, int, float]
"""Of a fill: side, contracts, price."""


def differences(books: dict[str, Any], *ends: Ended) -> list[str]:
    """Return in what a gateway's books and runs of the node's do not agree; nobody else traded there."""
    found = [*_of_fills(books, ends), *_of_orders(books, ends)]
    net = sum((row["net"] for ended in ends for row in ended.rows("positions")), Decimal(0))
    if Decimal(books["settled"]) - CASH != net:
        found.append(f"cash: gateway {Decimal(books['settled']) - CASH}, node {net}")
    if not is_flat(books):
        found.append(f"the gateway is not flat: {told(books)}")
    return found


def _of_fills(books: dict[str, Any], ends: tuple[Ended, ...]) -> Iterator[str]:
    """Compare fills, order by order."""
    there: dict[str, list[Taken]] = defaultdict(list)
    here: dict[str, list[Taken]] = defaultdict(list)
    refs = {(one["client"], one["number"]): one["ref"] for one in books["orders"]}
    for one in books["executions"]:
        there[refs[one["client"], one["number"]]].append((one["side"], one["lots"], one["price"]))
    for row in (row for ended in ends for row in ended.rows("fills")):
        here[row["order_id"]].append(("BUY" if row["side"] > 0 else "SELL", row["lots"], row["ticks"] / 4))
    for ref in sorted({*there, *here}):
        if sorted(there[ref]) != sorted(here[ref]):
            yield f"fills of {ref}: gateway {there[ref]}, node {here[ref]}"


def _of_orders(books: dict[str, Any], ends: tuple[Ended, ...]) -> Iterator[str]:
    """Compare orders: none is there twice, and none has another end."""
    sent = Counter(one["ref"] for one in books["orders"])
    yield from (f"{ref} was ordered {count} times" for ref, count in sent.items() if count > 1)
    rows = {row["order_id"]: row for ended in ends for row in ended.rows("orders")}
    for one in books["orders"]:
        row = rows.get(one["ref"])
        if row is None:
            yield f"{one['ref']} is no order of the node's"
        elif row["filled"] != one["filled"] or (row["state"] == "filled") != (one["status"] == "Filled"):
            there = f"{one['status']}, filled {one['filled']}"
            yield f"{one['ref']}: gateway {there}; node {row['state']}, filled {row['filled']}"
