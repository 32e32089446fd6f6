"""A live session in a process of its own: history before it, the VIX and imported levels beside it.

What it was given stands in what it recorded.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from mia_plugins.data.arrow import TIME, Kind, times_of
from mia_plugins.data.bars import bars_of
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.columns import Bars, quotes_of
from mia_plugins.data.files import Files
from mia_plugins.data.layout import table_path
from mia_plugins.data.sessions import session_on
from mia_plugins.data.store import Store
from mia_plugins.data.tables import LEVELS, OPTION_CHAINS, VIX, as_known
from mia_plugins.runs.folder import RunFolder, RunStatus
from tests.market import DAY, ES, ID, ORIGIN, some_depth, some_trades, times

CONFIG = """
extends: mia:backtests/demo_day.yaml
catalog: catalog
strategies: {ema_cross: {fast: 2, slow: 3, stop: 8, target: 8}}
actors: {vix: {every: 5}, levels: {every: 5}, dealers: {}, catastrophe: {memory: {warn: 0.01}}}
live:
  sim: {pace: 20, faults: faults.yaml}
  state: state
  stale_after: 2
  chain: {lines: 12, options: 24, expiries: 1, every: 20}
"""
FAULTS = """
faults:
  - do: reject
    code: 354
    text: Requested market depth is not subscribed.
    when: {message: MarketDepthRequest, times: 0}
"""
PATIENCE = 60.0
"""Seconds until a session has its history."""


class Lived:
    """A session that is over."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.played = Catalog(Files(str(folder / "catalog")), None)
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "mia_plugins", "live", "session.yaml", "--quiet"],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            self._until("recording/*/bars.rows", process)
            self._import_levels()
            self._until("recording/tables/option_chains.arrows", process)
            self._until("recording/tables/levels.arrows", process)
            self._until("incidents.arrows", process, b"no book of")
            process.send_signal(signal.SIGTERM)
            self.out, self.err = process.communicate(timeout=PATIENCE)
        (run,) = (folder / "runs").glob("*/run.json")
        self.run = RunFolder.at(run.parent)
        self.recorded = Catalog(Files(str(run.parent / "recorded")), None)

    def _until(self, pattern: str, process: "subprocess.Popen[str]", text: bytes = b"") -> None:
        """Wait until a file of the session is there, and holds a text."""
        end = time.monotonic() + PATIENCE
        drafts = self.folder / "runs"
        while not any(text in file.read_bytes() for file in drafts.glob(f".drafts/*/{pattern}")):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end, f"no {pattern}"
            time.sleep(0.1)

    def _import_levels(self) -> None:
        """Import levels that somebody says were known before the session."""
        ts = pa.array([int(some_trades().ts[0])], pa.int64()).cast(TIME)
        rows = pa.table([ts, ts, ["ES"], ["Call Resistance"], [6_123.25], ["test"]], schema=LEVELS)
        path = self.folder / "catalog" / table_path("levels", DAY)
        path.parent.mkdir()
        pq.write_table(rows, path.with_suffix(".part"))
        path.with_suffix(".part").rename(path)

    def table(self, name: str, catalog: Catalog | None = None) -> pa.Table:
        return pa.concat_tables((catalog or self.recorded).read_table(name))


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder = tmp_path_factory.mktemp("beside")
    store = Store.begin(Files(str(folder / "catalog")), ORIGIN)
    store.write_instruments([ES])
    trades, depth = some_trades(count=20_000), some_depth(count=20_000)
    with store.draft(DAY) as draft:
        for columns in (trades, quotes_of(depth), depth, bars_of(trades)):
            draft.write(ID, columns)
        draft.write_table("vix", vix())
        draft.write_table("option_chains", chains())
    store.publish(DAY)
    (folder / "session.yaml").write_text(CONFIG)
    (folder / "faults.yaml").write_text(FAULTS)
    return Lived(folder)


def rows(bars: object) -> set[tuple[int, ...]]:
    assert isinstance(bars, Bars)
    return set(zip(*(getattr(bars, name).tolist() for name in Bars.__slots__), strict=True))


def vix() -> pa.Table:
    """Return a value each second."""
    ts = times(session_on(DAY), 82_000)
    return pa.table([ts, ts, 15 + np.arange(82_000) % 500 / 100], schema=VIX)


SPOT = 6_000.0
OPTIONS = [(5_900.0 + 10 * n, is_call) for n in range(21) for is_call in (True, False)]


def last_second() -> int:
    return int(times(session_on(DAY), 82_000)[-1])


def chains() -> pa.Table:
    """Return a chain that the catalog has at the end of the day: these are the gateway's options."""
    at = pa.array([last_second()] * len(OPTIONS), pa.int64()).cast(TIME)
    rows = [
        {
            "underlying": "SPX", "expiry": DAY, "strike": strike, "is_call": is_call, "spot": SPOT,
            "bid": 20.0, "ask": 21.0, "iv": 0.15, "delta": 0.5 if is_call else -0.5, "gamma": 0.002,
            "open_interest": round(strike), "volume": 5, "root": "SPXW",
        }
        for strike, is_call in OPTIONS
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows)
    return as_known(
        "option_chains",
        table.append_column("ts_event", at)
        .append_column("ts_init", at)
        .cast(
            pa.schema([OPTION_CHAINS.field(name) for name in (*table.column_names, "ts_event", "ts_init")])
        ),
    )


def known_at(table: pa.Table) -> np.ndarray:
    return times_of(table["ts_init"].combine_chunks())


def test_it_ends_in_order_and_its_log_stands_in_its_folder(lived: Lived) -> None:
    assert lived.run.record.status is RunStatus.COMPLETE, lived.err
    assert "code: 354" in (lived.run.path / "nautilus.log").read_text()
    assert not (lived.run.path / "native.log").exists()
    assert "Stack backtrace" not in lived.out + lived.err


def test_the_monitor_has_what_a_living_process_knows(lived: Lived) -> None:
    assert '"what": "connected"' in lived.err
    assert "% of the memory are taken; the limit is 0.01 %" in lived.err
    assert '"account": ' in lived.err  # its age


def test_history_is_the_minutes_that_were_before_it(lived: Lived) -> None:
    (bars,) = lived.recorded.read(Kind.BARS, ID)
    assert isinstance(bars, Bars)
    ours, theirs = rows(bars), {row for one in lived.played.read(Kind.BARS, ID) for row in rows(one)}
    assert len(ours) > 300
    assert ours <= theirs
    trades = np.concatenate([one.ts for one in lived.recorded.read(Kind.TRADES, ID)])
    assert bars.ts[-1] <= trades[0]


def test_values_of_the_vix_are_those_played_each_known_once_it_came(lived: Lived) -> None:
    told, played = lived.table("vix"), lived.table("vix", lived.played)
    rounded = {round(value, 2) for value in played["value"].to_pylist()}
    assert len(told) > 1
    assert {round(value, 2) for value in told["value"].to_pylist()} <= rounded
    assert (np.diff(known_at(told)) > 0).all()


def test_the_chain_is_the_brokers_of_the_options_nearest_to_the_index(lived: Lived) -> None:
    """That of the catalog, which is of a later time, is not read."""
    told = lived.table("option_chains")
    (day,) = set(told["expiry"].to_pylist())
    assert day == DAY
    of, at = (times_of(told[name].combine_chunks()) for name in ("ts_event", "ts_init"))
    assert (of <= at).all()
    assert (at < last_second()).all()
    first = told.filter(pc.equal(told["ts_event"], told["ts_event"][0]))
    rows = first.to_pylist()
    assert len(rows) == 24
    spot = rows[0]["spot"]
    nearest = sorted({strike for strike, _ in OPTIONS}, key=lambda one: abs(one - spot))[:12]
    assert {row["strike"] for row in rows} == set(nearest)
    assert all(row["open_interest"] == round(row["strike"]) and row["iv"] == 0.15 for row in rows)
    assert "the chain of SPX is of 24 options" in lived.err + lived.out


def test_levels_that_were_imported_meanwhile_are_known_from_then_on(lived: Lived) -> None:
    told = lived.table("levels")
    assert told["price"].to_pylist() == [6_123.25]
    trades = np.concatenate([one.ts for one in lived.recorded.read(Kind.TRADES, ID)])
    assert known_at(told)[0] > trades[0]
    assert times_of(told["ts_event"].combine_chunks())[0] == some_trades().ts[0]


def test_depth_that_is_not_given_is_told_with_the_permission(lived: Lived) -> None:
    incidents = pq.read_table(lived.run.path / "incidents.parquet").to_pylist()
    (told,) = (one["told"] for one in incidents if one["what"] == "no_data" and "book" in one["told"])
    assert "no book of ESM6" in told
    assert "354: Requested market depth is not subscribed" in told
    assert "market depth (Level 2)" in told
