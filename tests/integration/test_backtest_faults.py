"""What goes wrong in a backtest: what, where and the remedy, the exit code, and nothing that only looks whole."""

import json
import os
import resource
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mia_plugins.errors import ExitCode
from tests.backtests import config, mia_process, odd, runs_of
from tests.conftest import Mia


def quotes_in(copy: Path) -> Path:
    return next((copy / "data" / "quotes").glob("*/*.parquet"))


@pytest.fixture
def copy(catalog: Path, here: Path) -> Path:
    """Return a catalog to damage."""
    shutil.copytree(catalog, here / "copy")
    return here / "copy"


def swap_rows(file: Path) -> None:
    table = pq.read_table(file)
    rows = np.arange(table.num_rows)
    rows[[700, 707]] = rows[[707, 700]]
    pq.write_table(table.take(rows), file)


def leave_the_grid(file: Path) -> None:
    table = pq.read_table(file)
    place = table.schema.get_field_index("bid_price")
    prices = table["bid_price"].to_pylist()
    prices[700] += Decimal("0.07")
    column = pa.array(prices, table.schema.field(place).type)
    pq.write_table(table.set_column(place, table.schema.field(place), column), file)


def other_columns(file: Path) -> None:
    table = pq.read_table(file)
    place = table.schema.get_field_index("bid_price")
    pq.write_table(table.set_column(place, "bid_price", pa.array(np.arange(table.num_rows))), file)


def cut(to: int) -> Callable[[Path], None]:
    def do(file: Path) -> None:
        size = file.stat().st_size
        os.truncate(file, to if to >= 0 else size + to)

    return do


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("catalog: nowhere\n", (1, "there is no catalog at nowhere", "correct the path")),
        (
            "catalog: file\n",
            (6, "file is a file; a catalog is a folder", "name the folder that holds 'data'"),
        ),
        ("start: 2026-06-06\nend: 2026-06-07\n", (1, "no trading day from 2026-06-06 to 2026-06-07", "CME")),
        (
            "end: 2026-06-02\n",
            (1, "no quotes of ESM6.XCME on 2026-06-02; no trades of ESM6", "it has bars, "),
        ),
        (
            "instruments: [YM]\n",
            (4, "instruments[0]: should be 'ES', 'NQ', 'MES' or 'MNQ'; got the text", ""),
        ),
        ("instruments: [MES]\n", (1, "no quotes of MESM6.XCME on 2026-06-01", "it has bars, ")),
        ("strategies:\n", (4, "strategies", "")),
        ("strategies: {}\n", (5, "the run has no strategy", "such as `ema_cross:`")),
        (
            "strategies: {no_strategy: }\n",
            (5, "'no_strategy' of plugin 'odd' of the folder", "derive odd:No"),
        ),
        ("strategies: {own_settings: }\n", (5, "are no StrategySettings", "derive its class Settings from")),
        ("strategies: {ema_cross: {bar: 0}}\n", (4, "bar: should be greater than or equal to 1", "")),
        ("strategies: {ema_cros: }\n", (4, "did you mean 'ema_cross'?", "")),
    ],
)
def test_what_is_known_before_the_start(
    more: str, told: tuple[int, str, str], catalog: Path, here: Path, mia: Mia
) -> None:
    code, what, remedy = told
    (here / "file").touch()
    config("base.yaml", catalog)
    (here / "run.yaml").write_text(f"extends: base.yaml\n{more}")
    if "strategies: {" in more:
        text = (here / "base.yaml").read_text()
        (here / "run.yaml").write_text(text.replace("strategies: {ema_cross: }\n", more))
    outcome = mia("backtest", "run.yaml")
    assert outcome.code == code, outcome
    assert what in outcome.err
    assert remedy in outcome.err
    assert "Traceback" not in outcome.err
    assert runs_of(here / "runs") == {}


@pytest.mark.parametrize("to", [0, 4, 1000, -1, -100])
def test_a_truncated_file_is_told_before_the_start(to: int, copy: Path, here: Path, mia: Mia) -> None:
    cut(to)(quotes_in(copy))
    outcome = mia("backtest", config("run.yaml", copy))
    assert outcome.code == ExitCode.FILES
    assert f"{quotes_in(copy)} cannot be read" in outcome.err
    assert "`mia catalog check` tells" in outcome.err
    assert runs_of(here / "runs") == {}


def test_depth_that_is_not_there_and_files_of_1x_are_told(copy: Path, mia: Mia) -> None:
    shutil.rmtree(copy / "data" / "order_book_depths")
    config("run.yaml", copy)
    file = Path("run.yaml")
    file.write_text(file.read_text().replace("fills: quotes", "fills: depth"))
    outcome = mia("backtest", "run.yaml")
    assert outcome.code == ExitCode.FAILED
    assert "has no order_book_depths of ESM6.XCME on 2026-06-01" in outcome.err
    other_columns(quotes_in(copy))
    outcome = mia("backtest", config("run.yaml", copy))
    assert "has not the columns of Nautilus 2: bid_price" in outcome.err
    Path("old/data/quote_tick").mkdir(parents=True)
    outcome = mia("backtest", config("run.yaml", "old"))
    assert "it has files of NautilusTrader 1.x, which cannot be read" in outcome.err


@pytest.mark.parametrize(
    ("damage", "what"),
    [(swap_rows, "rows are out of order"), (leave_the_grid, "is no whole number of ticks of .25")],
)
def test_damage_that_only_reading_tells_fails_the_run(
    damage: Callable[[Path], None], what: str, copy: Path, here: Path
) -> None:
    damage(quotes_in(copy))
    outcome = mia_process("backtest", config("run.yaml", copy))
    assert outcome.code == ExitCode.FAILED, outcome
    assert f"{quotes_in(copy)}: " in outcome.err
    assert what in outcome.err
    assert "`mia catalog check` lists all such rows" in outcome.err
    assert "Traceback" not in outcome.err
    (record,) = runs_of(here / "runs").values()
    assert record["status"] == "failed"
    assert what in record["reason"]


@pytest.mark.parametrize(
    ("does", "told"),
    [
        (
            "raise",
            ("the strategy 'odd-ES' failed at 2026-06-01 00:40:00 New York", "LookupError: no such level"),
        ),
        ("exit", ("the process ended itself with exit code 3 before it was done", "")),
        ("crash", ("ended by SIGSEGV (segmentation fault), in string_at", "odd.py")),
        ("loop", ("nothing was heard of the process for 8 s: it hangs in _loop, ", "odd.py")),
    ],
)
def test_a_plugin_that_fails_is_told_once_and_whole(
    does: str, told: tuple[str, str], catalog: Path, here: Path, mia: Mia
) -> None:
    what, detail = told
    outcome = mia_process("backtest", odd("run.yaml", catalog, does), "--stall", 8)
    assert outcome.code == ExitCode.INTERNAL, outcome
    assert what in outcome.err
    assert detail in outcome.err
    assert outcome.err.count("Traceback") == (does == "raise")
    ((run, record),) = runs_of(here / "runs").items()
    assert record["status"] == "failed"
    assert what in record["reason"]
    assert mia("runs", "show", run).out.startswith(f"run {run}: failed\n")
    assert f"run {run} failed" in mia("explain", run).err


def test_a_strategy_that_cannot_start_is_named(catalog: Path, mia: Mia) -> None:
    outcome = mia_process("backtest", config("run.yaml", catalog, "{unprepared: }"))
    assert outcome.code == ExitCode.INTERNAL
    assert "the strategy 'unprepared-ES' failed in begin(): ValueError: nothing to begin with" in outcome.err
    explained = mia("explain", "latest")
    assert "failed" in explained.err


def test_no_secret_gets_out(catalog: Path, here: Path) -> None:
    file = odd("run.yaml", catalog, "print", ", token: '${env:TOKEN}'")
    outcome = mia_process("backtest", file, TOKEN="hunter2-of-the-user")
    assert outcome.code == ExitCode.INTERNAL, outcome
    assert "ValueError: ${env:TOKEN}" in outcome.err
    left = [path.read_bytes() for path in (here / "runs").rglob("*") if path.is_file()]
    assert not any(b"hunter2" in text for text in [*left, outcome.out.encode(), outcome.err.encode()])


def test_one_that_fails_leaves_the_other_alone_and_the_same_twice_is_refused(
    catalog: Path, here: Path, mia: Mia
) -> None:
    files = [odd("bad.yaml", catalog, "raise"), config("good.yaml", catalog)]
    outcome = mia_process("backtest", *files, "--json")
    data = json.loads(outcome.out)
    assert outcome.code == ExitCode.INTERNAL
    assert not data["ok"]
    assert [(run["config"], run["status"]) for run in data["runs"]] == [
        ("bad.yaml", "failed"),
        ("good.yaml", "complete"),
    ]
    assert "LookupError" in data["runs"][0]["error"]["traceback"]
    assert sorted(record["status"] for record in runs_of(here / "runs").values()) == ["complete", "failed"]
    shutil.copy(here / "good.yaml", here / "same.yaml")
    outcome = mia("backtest", "good.yaml", "same.yaml")
    assert outcome.code == ExitCode.FAILED
    assert "same.yaml and good.yaml are the same run" in outcome.err


def test_runs_that_cannot_be_written_are_told(catalog: Path, here: Path, mia: Mia) -> None:
    (here / "file").touch()
    for folder in ("file", "file/deeper"):
        outcome = mia("backtest", config("run.yaml", catalog), "--runs", folder)
        assert outcome.code == ExitCode.FILES
        assert f"{folder} cannot be written" in outcome.err


def test_a_disk_that_fills_up_fails_the_run(catalog: Path, here: Path) -> None:
    file = config("run.yaml", catalog)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (25_000, limits[1]))
    try:
        outcome = mia_process("backtest", file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert outcome.code == ExitCode.FILES, outcome
    assert "cannot be written: File too large" in outcome.err
    assert all(record["status"] == "failed" for record in runs_of(here / "runs").values())
    assert mia_process("backtest", file).code == ExitCode.OK
    (record,) = runs_of(here / "runs").values()
    assert record["status"] == "complete"


def test_an_actor_that_cannot_start_is_named(catalog: Path, here: Path) -> None:
    (here / "own").mkdir()
    (here / "own" / "halting.py").write_text(
        "from mia_plugins.runtime.actor import MiaActor\n\n\n"
        "def mia_register_actors(register):\n    register('halting', 'halting:Halting', summary='none')\n\n\n"
        "class Halting(MiaActor):\n    def __init__(self, context):\n        raise KeyError('no levels')\n",
        encoding="utf-8",
    )
    file = config("run.yaml", catalog, more="actors: {halting: }\n")
    done = mia_process("backtest", file, "--plugins-dir", "own")
    assert done.code == ExitCode.INTERNAL
    assert "the actor 'halting' failed in __init__(): KeyError: 'no levels'" in done.err
