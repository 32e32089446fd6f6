"""A live session on the simulated gateway, real processes and sockets, made again to the byte."""

import datetime as dt
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from catalog.generation import generate, trading_days
from catalog.market.settings import MarketSettings
from mia_plugins.data.files import Files
from mia_plugins.runs.folder import RunFolder
from mia_plugins.units import Multiple
from tests.backtests import mia_process
from tests.conftest import Mia

DAY = dt.date(2026, 6, 1)
SETTINGS = """
extends: mia:backtests/demo_day.yaml
catalog: data
capital: 500000
venue: {fills: quotes}
strategies: {ema_cross: {fast: 2, slow: 3}}
live:
  mode: sim
  sim: {pace: 20, start: "2026-06-01 09:30"}
"""


@pytest.mark.long
def test_a_live_session_is_made_again(mia: Mia, here: Path) -> None:
    list(generate(Files("data"), MarketSettings(density=Multiple(0.05)), trading_days(DAY, DAY)))
    (here / "live.yaml").write_text(SETTINGS)
    lived = mia_process("live", "live.yaml", "--minutes", "1", "--json")
    assert lived.code == 0, lived.err
    told = json.loads((outcome := mia("reconcile", "latest", "--json")).out)
    assert (outcome.code, told["identical"]) == (0, True), outcome.out
    rows = {one["table"]: one["recorded"] for one in told["tables"]}
    assert rows["decisions"] > 8
    assert rows["fills"] > 1
    assert all(one["same_bytes"] for one in told["tables"])
    assert told["made"] == told["steps"]
    assert "unexplained" not in {one["why"] for one in told["fills"]}


WITH_CHAIN = """
extends: mia:live/sim.yaml
catalog: data
capital: 500000
live:
  chain: {lines: 40, options: 120, every: 30}
  sim: {pace: 20}
"""


@pytest.mark.long
def test_a_session_of_the_default_preset_with_the_brokers_chain_is_made_again(mia: Mia, here: Path) -> None:
    list(generate(Files("data"), MarketSettings(density=Multiple(0.05)), trading_days(DAY, DAY)))
    (here / "live.yaml").write_text(WITH_CHAIN)
    lived = mia_process("live", "live.yaml", "--minutes", "1", "--json")
    assert lived.code == 0, lived.err
    told = json.loads((outcome := mia("reconcile", "latest", "--json")).out)
    assert (outcome.code, told["identical"]) == (0, True), outcome.out
    assert all(one["same_bytes"] for one in told["tables"])
    folder = RunFolder.open(here / "runs", "latest")
    decided = pq.read_table(folder.tables()["decisions"], columns=["v.options_flow_bias"])
    assert decided.num_rows > 8
    assert decided[0].null_count < decided.num_rows  # which knows nothing but of the chain
    (chains,) = (folder.path / "recorded" / "mia" / "option_chains").glob("*.parquet")
    assert len(set(pq.read_table(chains)["ts_event"].to_pylist())) > 8
