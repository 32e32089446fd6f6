"""Run folders to report: any number of trades, with their decisions, orders, fills and shadows."""

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mia_plugins.data.arrow import Kind, table_of
from mia_plugins.data.columns import Bars
from mia_plugins.data.instruments import contracts_between
from mia_plugins.data.layout import data_path
from mia_plugins.data.sessions import NS, sessions
from mia_plugins.journal.decision import JournalColumns
from mia_plugins.journal.schema import SHADOWS, decisions_schema
from mia_plugins.runs.folder import RunRecord, RunStatus
from mia_plugins.runtime.records import FILLS, ORDERS, POSITIONS
from tests.runs import INPUTS

WEEK = dt.date(2026, 6, 1), dt.date(2026, 6, 5)
YEAR = dt.date(2025, 6, 2), dt.date(2026, 6, 1)
MINUTE = 60 * NS
COLUMNS = {"cross": JournalColumns(("fast", "slow"), (0.6, 0.4), ("warm", "flat"))}


def made_run(  # noqa: PLR0913 each is a thing a test varies
    runs: Path,
    count: int,
    *,
    catalog: Path | None = None,
    days: tuple[dt.date, dt.date] = WEEK,
    losing: bool = False,
    status: RunStatus = RunStatus.COMPLETE,
    fills: str = "quotes",
    seed: int = 1,
    strategy: str = "cross",
) -> Path:
    """Write the folder of a run with so many trades, and return it."""
    inputs = replace(INPUTS, seed=seed)
    folder = runs / inputs.id
    folder.mkdir(parents=True, exist_ok=True)
    spans = [(one.open, one.close) for one in sessions(*days)]
    reason = "" if status is RunStatus.COMPLETE else "stopped by Ctrl-C"
    record = RunRecord(inputs, status, reason, ("ES",), (spans[0][0], spans[-1][1] - 1))
    (folder / "run.json").write_text(record.text())
    (folder / "settings.yaml").write_text(
        f"catalog: {catalog or 'gone'}  # run.yaml:1:10\ninstruments: [ES]  # run.yaml:2:14\nstart: {days[0]}\n"
        f"end: {days[1]}\ncapital: 25000  # $, default\nvenue:\n  fills: {fills}  # default\n"
        f"strategies:\n  {json.dumps(strategy)}:\n    fast: 10  # bars, run.yaml:9:11\n"
    )
    for name, table in _tables(count, spans, strategy, losing=losing).items():
        pq.write_table(table, folder / f"{name}.parquet")
    return folder


def _tables(count: int, spans: list[tuple[int, int]], strategy: str, *, losing: bool) -> dict[str, pa.Table]:
    rng = np.random.default_rng(5)
    opened = _spread(count, spans)
    closed = opened + rng.integers(1, 20, count) * MINUTE // 7
    side = rng.choice([-1, 1], count)
    ticks = np.full(count, -16) if losing else rng.choice([-16, -17, 32], count, p=[0.5, 0.1, 0.4])
    entry = 24_000 + rng.integers(-400, 400, count)
    ids = np.arange(1, count + 1)
    names = {"strategy": [strategy] * count, "instrument_id": _contracts(opened)}
    exits = ["target" if one > 0 else "stop" for one in ticks]
    schema = decisions_schema({strategy: COLUMNS["cross"]}, "all", {})
    decisions: dict[str, Any] = {
        "id": ids, "ts": opened, **names, "cause": ["bar"] * count, "side": side, "outcome": ["taken"] * count,
        "reason": [""] * count, "size": np.ones(count, np.int64), "price": entry, "stop": entry - 16 * side,
        "target": entry + 32 * side, "tier": [""] * count, "v.fast": entry + 0.5, "v.slow": entry - 0.25,
        "c.fast": side * 0.6, "c.slow": side * -0.1, "score": side * 0.5,
    }  # fmt: skip
    positions: dict[str, Any] = {
        "decision": ids, **names, "side": side, "ts_open": opened, "ts_close": closed, "lots": np.ones(count, np.int64),
        "entry": entry.astype(float), "leave": (entry + ticks * side).astype(float), "gross": _money(ticks * 1250),
        "fees": _money(np.full(count, 450)), "net": _money(ticks * 1250 - 450), "exit": exits,
        "mae": np.where(ticks > 0, 6.0, 16.0), "mfe": np.where(ticks > 0, 32.0, 4.0),
    }  # fmt: skip
    order_ids = [f"{strategy}-{one}-E" for one in ids]
    common = {"order_id": order_ids, "decision": ids, **names, "role": ["entry"] * count, "side": side}
    orders: dict[str, Any] = common | {
        "type": ["market"] * count, "lots": np.ones(count, np.int64), "ts": opened, "ts_done": opened,
        "state": ["filled"] * count, "filled": np.ones(count, np.int64),
    }  # fmt: skip
    fills: dict[str, Any] = common | {
        "ts": opened, "lots": np.ones(count, np.int64), "ticks": entry, "fee": _money(np.full(count, 225)),
    }  # fmt: skip
    return {
        "decisions": _table(decisions, schema, count),
        "positions": _table(positions, POSITIONS, count),
        "orders": _table(orders, ORDERS, count),
        "fills": _table(fills, FILLS, count),
        "shadows": SHADOWS.empty_table(),
    }


def _spread(count: int, spans: list[tuple[int, int]]) -> Any:
    """Return so many times, spread over the sessions and ascending."""
    starts, ends = np.array(spans).T
    room = (ends - starts) // MINUTE - 30
    at = np.linspace(0, room.sum() - 1, count).astype(np.int64)
    before = np.concatenate(([0], np.cumsum(room)))
    session = np.searchsorted(before, at, side="right") - 1
    return starts[session] + (at - before[session]) * MINUTE


def _contracts(ts: Any) -> list[str]:
    if not len(ts):
        return []
    day = [dt.datetime.fromtimestamp(int(one) // NS, dt.UTC).date() for one in ts]
    contracts = contracts_between("ES", day[0], day[-1])
    return [next(c for c in contracts if one < c.roll or c is contracts[-1]).instrument_id for one in day]


def _money(cents: Any) -> list[Decimal]:
    return [Decimal(int(one)).scaleb(-2) for one in cents]


def _table(columns: dict[str, Any], schema: pa.Schema, count: int) -> pa.Table:
    arrays = []
    for field in schema:
        plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        array = pa.array(columns[field.name]) if field.name in columns else pa.nulls(count, plain)
        array = array.cast(plain)
        arrays.append(array.dictionary_encode().cast(field.type) if plain is not field.type else array)
    return pa.Table.from_arrays(arrays, schema=schema)


def minutes_of(folder: Path, first: dt.date, last: dt.date) -> Path:
    """Write a catalog of minute bars of ES over some days, and return its folder."""
    rng = np.random.default_rng(3)
    for contract in contracts_between("ES", first, last):
        spans = [(one.open, one.close) for one in sessions(first, last) if _leads(contract, one.day)]
        ts = np.concatenate([np.arange(a + MINUTE, b + 1, MINUTE) for a, b in spans])
        close = 24_000 + np.cumsum(rng.integers(-3, 4, len(ts)))
        opened = np.concatenate(([close[0]], close[:-1]))
        up, down = np.maximum(opened, close), np.minimum(opened, close)
        spread = rng.integers(0, 4, len(ts))
        bars = Bars(ts, opened, up + spread, down - spread, close, np.full(len(ts), 100))
        path = folder / data_path(Kind.BARS, contract.instrument_id, int(ts[0]), int(ts[-1]))
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table_of(bars, contract.instrument_id), path)
    return folder


def _leads(contract: Any, day: dt.date) -> bool:
    return bool(contracts_between("ES", day, day)[0] == contract)
