"""What a recorder keeps, and the catalog that it becomes."""

import ast
import datetime as dt
import inspect
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mia_plugins.data.arrow import Kind, kind_of
from mia_plugins.data.bars import bars_of
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.columns import Trades, quotes_of, rows_of
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.files import Files
from mia_plugins.data.sessions import session_on
from mia_plugins.data.store import Store
from mia_plugins.live.recorder import LOGS, Recorder
from mia_plugins.live.sealing import seal_recording
from mia_plugins.runtime import covering, desk, trips
from mia_plugins.runtime.order_events import ToldAgain, told_again, told_of
from mia_plugins.runtime.steps import Step, What
from tests.conftest import ROOT
from tests.market import DAY, ES, ID, NEXT_DAY, some_depth, some_trades, some_vix, without_levels

DEPTH = without_levels(some_depth(count=300), 7)
EVERY: tuple[Any, ...] = (some_trades(count=300), quotes_of(DEPTH), DEPTH, bars_of(some_trades(count=300)))


def sealed(folder: Path) -> Catalog:
    """Return the catalog of a folder's logs."""
    made = seal_recording(folder, "settings")
    assert made
    return Catalog.open(Files(str(made.catalog)))


def read(catalog: Catalog, kind: Kind) -> list[np.ndarray]:
    """Return the columns of a kind, joined."""
    parts = list(catalog.read(kind, ID))
    return [np.concatenate([getattr(part, name) for part in parts]) for name in parts[0].__slots__]


@pytest.mark.parametrize("rows", EVERY, ids=lambda rows: type(rows).__name__)
def test_rows_come_out_as_they_went_in(here: Path, rows: Any) -> None:
    with Recorder(here) as recorder:
        for first in range(0, len(rows), 70):
            recorder.take(ES, rows_of(rows, slice(first, first + 70)))
    found = read(sealed(here), kind_of(rows))
    for name, column in zip(rows.__slots__, found, strict=True):
        assert (column == getattr(rows, name)).all(), name


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(pieces=st.lists(st.integers(1, 60), min_size=1, max_size=9), cut=st.floats(0, 1))
def test_a_log_that_is_cut_anywhere_gives_whole_rows(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[int], cut: float
) -> None:
    folder, trades = tmp_path_factory.mktemp("cut"), some_trades(count=600)
    recorder, first = Recorder(folder), 0
    for length in pieces:
        recorder.take(ES, rows_of(trades, slice(first, first + length)))
        first += length
    (log,) = (folder / LOGS).rglob("trades.rows")
    size = log.stat().st_size
    os.truncate(log, int(size * cut))
    made = seal_recording(folder, "settings")
    assert made
    assert made.rows == int(size * cut) * first // size
    if made.rows:
        assert (
            read(Catalog.open(Files(str(made.catalog))), Kind.TRADES)[1] == trades.ticks[: made.rows]
        ).all()


def test_a_kill_takes_no_row_along(here: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from mia_plugins.live.recorder import Recorder
from mia_plugins.data.columns import rows_of
from tests.market import ES, some_trades
recorder, trades = Recorder(Path({str(here)!r})), some_trades(count=100)
recorder.take(ES, rows_of(trades, slice(0, 40)))
recorder.take(ES, rows_of(trades, slice(40, 80)))
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (read(sealed(here), Kind.TRADES)[1] == some_trades(count=100).ticks[:80]).all()


def test_days_and_tables_find_their_places(here: Path) -> None:
    one, other = some_trades(DAY, 50), some_trades(NEXT_DAY, 50)
    vix = some_vix()
    later = vix.set_column(
        1, vix.schema.field(1), pa.array([session_on(NEXT_DAY).open + 5] * len(vix), vix.schema.field(1).type)
    )
    between = rows_of(one, slice(0, 1))
    gap = Trades(np.array([session_on(DAY).close + 7]), between.ticks, between.lots, between.side)
    with Recorder(here) as recorder:
        for rows in (one, gap, other):
            recorder.take(ES, rows)
        recorder.table("vix", vix)
        recorder.table("vix", later)
    made = seal_recording(here, "settings")
    assert made
    assert (made.days, made.rows, made.outside) == ((DAY, NEXT_DAY), 101, 1)
    catalog = Catalog.open(Files(str(made.catalog)))
    assert [sum(len(part) for part in catalog.row_groups(path)) for path in catalog.tables()["vix"]] == [
        100,
        100,
    ]
    assert seal_recording(here, "settings") is None


def test_sealing_goes_on_where_it_was_interrupted(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Recorder(here) as recorder:
        recorder.take(ES, some_trades(DAY, 50))
        recorder.take(ES, some_trades(NEXT_DAY, 50))
    publish = Store.publish

    def stumbling(self: Store, day: dt.date) -> None:
        if day == NEXT_DAY:
            raise KeyboardInterrupt
        publish(self, day)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "publish", stumbling)
        with pytest.raises(KeyboardInterrupt):
            seal_recording(here, "settings")
    assert (here / LOGS).is_dir()
    assert len(read(sealed(here), Kind.TRADES)[0]) == 100


def test_rows_that_go_back_in_time_are_refused_at_once(here: Path) -> None:
    trades = some_trades(count=10)
    with Recorder(here) as recorder:
        recorder.take(ES, rows_of(trades, slice(5, 10)))
        with pytest.raises(
            CatalogError, match=r"trades of ESM6\.XCME go back in time while they are recorded"
        ):
            recorder.take(ES, rows_of(trades, slice(0, 5)))


def attributes_read(module: ModuleType) -> set[str]:
    """Return what a module reads of things that it calls `event`."""
    tree = ast.parse(inspect.getsource(module))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "event"
    }


def test_events_keep_all_that_desks_read() -> None:
    step = Step(1, 0, What.TOLD, name="OrderFilled", ticks=5, fee="2.25", lots=1)
    kept = {name for name in vars(ToldAgain(step)) if not name.startswith("_")}
    read_ = attributes_read(desk) | attributes_read(covering) | attributes_read(trips)
    assert len(read_) > 8
    assert read_ <= kept


@pytest.mark.parametrize(
    "step",
    [
        Step(1, 0, "told", 0, "a", "OrderFilled", 7, order_id="o", trade_id="t", instrument_id=ID, lots=2, ticks=24_001, fee="4.50"),
        Step(1, 0, "told", 0, "a", "OrderFilled", 7, order_id="o", trade_id="t", instrument_id=ID, lots=2, ticks=24_001),
        Step(1, 0, "told", 0, "a", "OrderUpdated", 7, order_id="o", lots=2, trigger=23_990),
        Step(1, 0, "told", 0, "a", "OrderUpdated", 7, order_id="o", lots=2, ticks=24_010),
        Step(1, 0, "told", 0, "a", "OrderRejected", 7, order_id="o", reason="no"),
    ],
)  # fmt: skip
def test_an_event_is_told_again_as_it_was(step: Step) -> None:
    assert step._replace(**told_of(told_again(step))) == step
