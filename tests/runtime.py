"""A little market, a script, and what the real engine makes of them.

    played = play(
        '''
        time      bid  ask
        09:30:30    0    1
        09:31:10   20   21
        ''',
        buy("09:31", stop=-8, target=12),
    )
    assert played.fills == ["09:31:00 entry +1 @ 2", "09:31:10 target -1 @ 12"]

Times are New York's on `tests.market.DAY`, prices are ticks above `BASE`. The header says what the rows
are: `bid ask`, with `lots` if it matters; `open high low close` of a minute bar that closes then; or
`bids | asks`, levels as `lots@price`, the best first. Wherever there are quotes or depth, a contract is
traded in each minute, since bars come of trades.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from mia_plugins.backtest.run import BacktestJob, run_backtest
from mia_plugins.data.columns import LEVELS, Bars, Depth, Quotes, Trades, rows_of
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import contracts_between, lead_contract
from mia_plugins.data.sessions import NEW_YORK, NS, session_on, utc_ns
from mia_plugins.data.store import Store
from mia_plugins.jobs.worker import Reporter
from mia_plugins.making.statistics import statistics_of
from mia_plugins.runs.rows import read_log, seal
from mia_plugins.statistics.trades import Days
from tests.market import DAY, ORIGIN

BASE = 24_000
"""Ticks: what prices in a table are counted from."""
CAPITAL = 1_000_000
"""$."""
TABLES = ("decisions", "orders", "fills", "positions", "shadows")

type Market = Quotes | Depth | Bars

_numbers = count()


def at(time: str, day: dt.date = DAY) -> int:
    """Return a New York time as UTC ns; one from 18:00 on is of the evening on which the session opens."""
    clock, _, fraction = time.partition(".")
    hour, *rest = (int(part) for part in clock.split(":"))
    minute, second = (*rest, 0)[:2]
    date = day - dt.timedelta(days=1) if hour >= 18 else day
    return utc_ns(date, dt.time(hour, minute, second)) + int(f"{fraction:0<9}" if fraction else 0)


def told(ts: int) -> str:
    """Return UTC ns as New York's time."""
    seconds, ns = divmod(ts, NS)
    clock = dt.datetime.fromtimestamp(seconds, NEW_YORK).strftime("%H:%M:%S")
    return clock + f".{ns:09d}".rstrip("0").rstrip(".")


def buy(time: str, stop: int | None, target: int | None, size: int = 1, **more: Any) -> dict[str, Any]:
    """Return the step that buys at a bar's close; prices are ticks above `BASE`."""
    return _step(time, 1, stop, target, size, **more)


def sell(time: str, stop: int | None, target: int | None, size: int = 1, **more: Any) -> dict[str, Any]:
    """Return the step that sells at a bar's close; prices are ticks above `BASE`."""
    return _step(time, -1, stop, target, size, **more)


def leave(time: str) -> dict[str, Any]:
    """Return the step that leaves what is held."""
    return {"at": at(time)}


def _step(
    time: str, side: int, stop: int | None, target: int | None, size: int, **more: Any
) -> dict[str, Any]:
    prices = {"stop": stop, "target": target, "entry": more.pop("entry", None)}
    step: dict[str, Any] = {"at": at(time), "side": side, "size": size}
    step |= {name: BASE + ticks for name, ticks in prices.items() if ticks is not None}
    if "until" in more:
        step["until"] = at(more.pop("until"))
    return step | more


def market_of(table: str, day: dt.date = DAY) -> Market:
    """Return a table as columns."""
    header, *lines = (line for line in table.splitlines() if line.strip())
    names = header.split()
    if "|" in names:
        return _depth([line.split(maxsplit=1) for line in lines], day)
    cells = [line.split() for line in lines]
    ts = np.array([at(row[0], day) for row in cells], np.int64)
    columns = dict(
        zip(names[1:], np.array([row[1:] for row in cells], np.int64).reshape(len(cells), -1).T, strict=True)
    )
    lots = columns.pop("lots", np.full(len(ts), 100))
    prices = [ticks + BASE for ticks in columns.values()]
    if names[1:3] == ["bid", "ask"]:
        return Quotes(*(ts, *prices, lots, lots))
    return Bars(*(ts, *prices, lots))


def _depth(rows: list[list[str]], day: dt.date) -> Depth:
    ts = np.array([at(time, day) for time, _ in rows], np.int64)
    ticks, lots = np.zeros((2, 2, len(rows), LEVELS), np.int64)
    for row, (_, levels) in enumerate(rows):
        for side, words in enumerate(levels.split("|")):
            for level, word in enumerate(words.split()):
                size, _, price = word.partition("@")
                lots[side, row, level], ticks[side, row, level] = int(size), int(price) + BASE
    counts = (lots > 0).astype(np.int64)
    return Depth(*(ts, *ticks, *lots, *counts))


def a_trade_a_minute(market: Quotes | Depth) -> Trades:
    """Return a trade in each minute, half a second after it began, at the bid that stands then."""
    first, last = int(market.ts[0]), int(market.ts[-1])
    minute = 60 * NS
    ts = np.arange(first // minute, last // minute + 1) * minute + NS // 2
    bids = market.bid_ticks[:, 0] if isinstance(market, Depth) else market.bid_ticks
    standing = np.maximum(np.searchsorted(market.ts, ts, side="right") - 1, 0)
    return Trades(ts, bids[standing], np.ones_like(ts), np.ones(len(ts), np.int8))


def write_catalog(folder: Path, days: Mapping[dt.date, Iterable[Any]]) -> None:
    """Write a catalog of some days of ES, each of some columns of the contract that leads then."""
    store = Store.begin(Files(str(folder)), ORIGIN)
    store.write_instruments(contracts_between("ES", min(days), max(days)))
    for day, parts in days.items():
        with store.draft(day) as draft:
            for columns in parts:
                draft.write(lead_contract("ES", day).instrument_id, columns)
        store.publish(day)


@dataclass(frozen=True)
class Stage:
    """A catalog and a settings file, ready to be run."""

    folder: Path
    config: Path

    def run(self, chunk_ns: int | None = None, **changed: Any) -> "Played":
        """Run it; `changed` are settings that differ this time."""
        config = self.config
        if changed:
            config = self.folder / f"changed-{next(_numbers)}.yaml"
            config.write_text(json.dumps({"extends": self.config.name} | changed))
        into = self.folder / f"run-{next(_numbers)}"
        into.mkdir()
        job = BacktestJob(config, (), into, {}, chunk_ns)
        return Played(into, run_backtest(job, Reporter(lambda _: None, memoryview(bytearray(1)))))


def stage(
    days: Mapping[dt.date, Iterable[Any]],
    strategies: Mapping[str, Mapping[str, Any]],
    *,
    fills: str,
    plugin: str = "tests.scripted:Scripted",
    **settings: Any,
) -> Stage:
    """Return a stage in the working folder: days of columns, and strategies of one plugin by name."""
    folder = Path.cwd() / f"stage-{next(_numbers)}"
    (folder / "plugins").mkdir(parents=True)
    module = f"staged{next(_numbers)}"
    (folder / "plugins" / f"{module}.py").write_text(
        f"def mia_register_strategies(register):\n    register({module!r}, {plugin!r}, summary='A test.')\n"
    )
    write_catalog(folder / "catalog", days)
    venue = {"fills": fills} | settings.pop("venue", {})
    run = {
        "catalog": "catalog",
        "plugins_dir": "plugins",
        "instruments": ["ES"],
        "start": str(min(days)),
        "end": str(max(days)),
        "capital": CAPITAL,
        "venue": venue,
        "strategies": {name: {"use": module} | dict(told) for name, told in strategies.items()},
    } | settings
    config = folder / "run.yaml"
    config.write_text(json.dumps(run))
    return Stage(folder, config)


def staged(
    market: str | Market, *steps: dict[str, Any], trades: Trades | None = None, **settings: Any
) -> Stage:
    """Return a stage of one day with one scripted strategy."""
    columns = market_of(market) if isinstance(market, str) else market
    parts: list[Any] = [columns]
    if not isinstance(columns, Bars):
        parts.append(a_trade_a_minute(columns) if trades is None else trades)
    fills = {Quotes: "quotes", Depth: "depth", Bars: "bars"}[type(columns)]
    own = {"steps": list(steps)} | settings.pop("own", {})
    return stage({DAY: parts}, {"scripted": own}, fills=fills, **settings)


def play(market: str | Market, *steps: dict[str, Any], **settings: Any) -> "Played":
    """Run one scripted strategy through one day and return what came of it."""
    return staged(market, *steps, **settings).run()


@dataclass(frozen=True)
class Played:
    """What a run left, as rows that can be read."""

    folder: Path
    result: dict[str, Any]

    def table(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a table; times are UTC ns."""
        rows: list[dict[str, Any]] = []
        for batch in read_log(self.folder / f"{name}.arrows"):
            columns = [
                column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
                for column in batch.columns
            ]
            rows += pa.RecordBatch.from_arrays(columns, names=batch.schema.names).to_pylist()
        return rows

    @cached_property
    def bytes(self) -> dict[str, bytes]:
        """The sealed tables."""
        found = {}
        for name in TABLES:
            sealed = self.folder / f"{name}.parquet"
            seal(self.folder / f"{name}.arrows", sealed)
            found[name] = sealed.read_bytes()
        return found

    @property
    def fills(self) -> list[str]:
        """Such as `09:31:00 entry +2 @ 5`."""
        return [
            f"{told(row['ts'])} {row['role']} {row['side'] * row['lots']:+d} @ {row['ticks'] - BASE}"
            for row in self.table("fills")
        ]

    @property
    def orders(self) -> list[str]:
        """Such as `stop canceled 0/2`, in the order in which they ended."""
        return [f"{row['role']} {row['state']} {row['filled']}/{row['lots']}" for row in self.table("orders")]

    @property
    def trips(self) -> list[str]:
        """Such as `long 2 target +250.00`: the gross, in $."""
        return [
            f"{'long' if row['side'] > 0 else 'short'} {row['lots']} {row['exit']} {row['gross']:+}"
            for row in self.table("positions")
        ]

    @property
    def decisions(self) -> list[str]:
        """Candidates, such as `09:31:00 buy taken`."""
        words = {1: "buy", -1: "sell"}
        return [
            " ".join(filter(None, (told(row["ts"]), words[row["side"]], row["outcome"], row["reason"])))
            for row in self.table("decisions")
            if row["side"]
        ]

    @property
    def shadows(self) -> list[str]:
        """Such as `target 2 12 +1.00 R`; `time` alone for one that was never filled."""
        return [
            row["exit"]
            if row["entry"] is None
            else f"{row['exit']} {row['entry'] - BASE} {row['exit_ticks'] - BASE} {row['r']:+.2f} R"
            for row in self.table("shadows")
        ]

    @property
    def warnings(self) -> list[str]:
        """What a person is told at the end, but for the hours that a little market leaves out."""
        return [line for line in self.result["warnings"] if " minutes from " not in line]

    @property
    def statistics(self) -> dict[str, Any]:
        """As they are in the run store."""
        return statistics_of(self.folder, Days((session_on(DAY),)), Decimal(CAPITAL))


def mirrored(quotes: Quotes) -> Quotes:
    """Return quotes turned over at `BASE`: what rose falls."""
    bid, ask = 2 * BASE - quotes.ask_ticks, 2 * BASE - quotes.bid_ticks
    return replace(quotes, bid_ticks=bid, ask_ticks=ask, bid_lots=quotes.ask_lots, ask_lots=quotes.bid_lots)


def until(columns: Any, ts: int) -> Any:
    """Return the rows up to an instant (UTC ns)."""
    return rows_of(columns, slice(0, int(np.searchsorted(columns.ts, ts, side="right"))))
