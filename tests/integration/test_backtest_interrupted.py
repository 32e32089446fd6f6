"""Ctrl-C during a backtest: two seconds, exit code 130, and what there was can be read."""

import os
import signal
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mia_plugins.errors import ExitCode
from tests.backtests import config, ctrl_c, mia_process, odd, runs_of, start, wait_for
from tests.conftest import Mia


def told_of(run: str, mia: Mia) -> None:
    """Demand that all that reads runs says what this one is."""
    shown = mia("runs", "show", run)
    assert (shown.code, shown.out.splitlines()[0]) == (0, f"run {run}: interrupted")
    assert "stopped by Ctrl-C" in shown.out
    explained = mia("explain", run)
    assert explained.code == 0
    assert f"run {run} was interrupted" in explained.err
    assert "interrupted" in mia("runs", "list").out


@pytest.mark.parametrize("does", ["slow", "loop", pytest.param("sleep", marks=pytest.mark.long)])
def test_a_run_is_stopped_within_two_seconds_and_what_it_wrote_is_there(
    does: str, catalog: Path, here: Path, mia: Mia
) -> None:
    process = start("backtest", odd("run.yaml", catalog, does))
    wait_for(here / "run.yaml.sign")
    outcome, took = ctrl_c(process)
    assert outcome.code == ExitCode.INTERRUPTED, outcome
    assert took < 2, outcome
    assert "interrupted in" in outcome.out
    ((run, record),) = runs_of(here / "runs").items()
    assert (record["status"], record["reason"]) == ("interrupted", "stopped by Ctrl-C")
    tables = {path.stem: pq.read_table(path) for path in (here / "runs" / run).glob("*.parquet")}
    assert sorted(tables) == ["decisions", "fills", "incidents", "orders", "positions", "shadows"]
    if does == "slow":  # it was asked to end, and kept every decision
        assert tables["decisions"].num_rows >= 400
        assert record["span"][1] == tables["decisions"]["ts"][-1].value
    told_of(run, mia)


def test_a_complete_run_takes_its_place(catalog: Path, here: Path, mia: Mia) -> None:
    file = config("run.yaml", catalog, "{odd: {does: nothing, at: 10}}")
    process = start("backtest", file, "--chunk", "0.05")  # slows it down and changes nothing else
    wait_for(here / "sign")
    outcome, _ = ctrl_c(process)
    assert outcome.code == ExitCode.INTERRUPTED, outcome
    ((run, _),) = runs_of(here / "runs").items()
    told_of(run, mia)
    again = mia_process("backtest", file)
    assert (again.code, again.out.splitlines()[0][:28]) == (0, f"run.yaml: run {run}, ")
    assert runs_of(here / "runs")[run]["status"] == "complete"
    # And never the other way round.
    (here / "sign").unlink()
    process = start("backtest", file, "--again", "--chunk", "0.05")
    wait_for(here / "sign")
    outcome, _ = ctrl_c(process)
    assert outcome.code == ExitCode.INTERRUPTED, outcome
    assert "the complete one that is there stays" in outcome.out
    assert runs_of(here / "runs")[run]["status"] == "complete"


def test_runs_beside_each_other_are_all_stopped(catalog: Path, here: Path, mia: Mia) -> None:
    files = [odd("one.yaml", catalog, "slow"), odd("two.yaml", catalog, "loop")]
    process = start("backtest", *files, "--jobs", 2)
    wait_for(here / "one.yaml.sign", here / "two.yaml.sign")
    outcome, took = ctrl_c(process)
    assert (outcome.code, outcome.out.count("interrupted in")) == (ExitCode.INTERRUPTED, 2), outcome
    assert took < 2
    assert len(runs_of(here / "runs")) == 2
    for run in runs_of(here / "runs"):
        told_of(run, mia)


def test_a_run_that_had_not_begun_leaves_nothing(catalog: Path, here: Path) -> None:
    files = [odd("one.yaml", catalog, "sleep"), odd("two.yaml", catalog, "slow")]
    process = start("backtest", *files, "--jobs", 1)
    wait_for(here / "one.yaml.sign")
    outcome, took = ctrl_c(process)
    assert outcome.code == ExitCode.INTERRUPTED, outcome
    assert took < 2
    assert "interrupted before it began" in outcome.out
    assert len(runs_of(here / "runs")) == 1
    assert [path.name for path in (here / "runs" / ".drafts").iterdir()] == ["lock"]


def test_a_second_ctrl_c_does_not_wait(catalog: Path, here: Path) -> None:
    process = start("backtest", odd("run.yaml", catalog, "sleep"))
    wait_for(here / "run.yaml.sign")
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.1)
    outcome, took = ctrl_c(process)
    assert outcome.code == ExitCode.INTERRUPTED, outcome
    assert took < 1
    assert [record["status"] for record in runs_of(here / "runs").values()] == ["interrupted"]


@pytest.mark.parametrize(
    "delay", [0.3, 1.5, *(pytest.param(s, marks=pytest.mark.long) for s in (0.05, 0.8, 2.5))]
)
def test_ctrl_c_before_the_run_shows_no_innards(delay: float, catalog: Path, here: Path) -> None:
    process = start("backtest", odd("run.yaml", catalog, "slow"))
    time.sleep(delay)
    outcome, took = ctrl_c(process)
    if (outcome.code, outcome.out, outcome.err) == (-signal.SIGINT, "", ""):
        return  # Python itself had not started
    assert outcome.code == ExitCode.INTERRUPTED, outcome
    assert took < 2
    assert "Traceback" not in outcome.err
    assert {record["status"] for record in runs_of(here / "runs").values()} <= {"interrupted"}
