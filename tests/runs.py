"""Small runs to test the run store with."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from mia_plugins.runs.draft import RunDraft, Sealed
from mia_plugins.runs.folder import RunFolder, RunRecord, RunStatus
from mia_plugins.runs.identity import Code, RunInputs
from mia_plugins.runs.ledger import Entry
from mia_plugins.runs.rows import RowLog

INPUTS = RunInputs(
    data="d" * 64,
    settings="5" * 64,
    code={"mia": Code("0.1", "c" * 64), "mia-foo": Code("1.2", "f" * 64)},
    versions={"python": "3.13.5", "numpy": "2.5.5"},
    seed=7,
)
SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("ts", pa.timestamp("ns", tz="UTC")),
        ("outcome", pa.dictionary(pa.int8(), pa.string())),
        ("score", pa.float64()),
    ]
)
START = 1_780_322_400_000_000_001
"""UTC ns, in June 2026."""

RUNS = Path("runs")


def some_rows(count: int = 30) -> list[tuple[Any, ...]]:
    """Return decisions, one a second."""
    return [
        (n, START + n * 10**9, ("none", "taken")[n % 2], None if n % 3 else n / 4)
        for n in range(1, count + 1)
    ]


def record(inputs: RunInputs = INPUTS, status: RunStatus = RunStatus.COMPLETE, **more: Any) -> RunRecord:
    return RunRecord(inputs, status, instruments=("ESU6.XCME",), span=(START, START + 10**9), **more)


def drafted(
    inputs: RunInputs = INPUTS,
    rows: Iterable[tuple[Any, ...]] | None = None,
    *,
    settings: str = "instruments: [ES]\ncapital: 25000\n",
    statistics: dict[str, Any] | None = None,
    close: bool = True,
) -> RunDraft:
    """Return a draft with decisions, settings and statistics."""
    draft = RunDraft.begin(RUNS, inputs)
    for table in ("decisions", "orders"):
        log = RowLog(draft.log(table), SCHEMA, 7)
        for row in some_rows() if rows is None else rows:
            log.append(row)
        log.flush()
        if close:
            log.close()
    draft.write("settings.yaml", settings)
    draft.write("statistics.json", json.dumps(statistics or {"net": "125.50", "trades": {"count": 3}}))
    return draft


def made(seed: int = 7, status: RunStatus = RunStatus.COMPLETE, **more: Any) -> tuple[Sealed, RunFolder]:
    """Return a sealed run."""
    inputs = replace(INPUTS, seed=seed)
    return drafted(inputs, **more).seal(record(inputs, status))


def entry(run_id: str = INPUTS.id, **more: Any) -> Entry:
    """Return a line of the ledger."""
    known: dict[str, Any] = {
        "config": "run.yaml",
        "started": START,
        "seconds": 1.5,
        "status": "complete",
        "instruments": ("ESU6.XCME", "NQU6.XCME"),
        "first_day": dt.date(2026, 6, 1),
        "last_day": dt.date(2026, 6, 5),
        "settings_hash": INPUTS.settings,
        "data_hash": INPUTS.data,
        "code_hash": INPUTS.code_hash,
        "net": Decimal("-12.50"),
        "trades": 3,
    }
    return Entry(run_id=run_id, **(known | more))
