"""A process that is killed at any step of sealing leaves a whole run in its place, or none."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mia_plugins.runs.folder import RunFolder, RunStatus, run_ids
from tests.conftest import ROOT
from tests.runs import INPUTS, RUNS, drafted, made, record, some_rows

KILLED = """
import os, signal, sys
from tests.runs import drafted, record

steps = {"open", "os.rename", "os.remove", "os.rmdir", "os.listdir", "os.scandir", "shutil.rmtree", "fcntl.flock"}

def sealing(last):
    draft, step = drafted(), 0
    def strike(event, arguments):
        nonlocal step
        if event in steps:
            step += 1
            if step == last:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(strike)
    draft.seal(record())
    os._exit(0)

for line in sys.stdin:  # a process for each, without another second of imports
    pid = os.fork() or sealing(int(line))
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


@pytest.fixture
def seal_until(here: Path) -> Iterator[Callable[[int], bool]]:
    """Seal in a process that is killed before its n-th step; say whether it was done before."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED],
        cwd=here,
        env={"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def seal(step: int) -> bool:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{step}\n")
            process.stdin.flush()
            code = int(process.stdout.readline())
            assert code in (0, -9)
            return code == 0

        yield seal


def is_whole(run: RunFolder) -> bool:
    """Say whether all is there that belongs to a run of its status."""
    rows = 30 if run.record.status is RunStatus.COMPLETE else 5
    tables = {name: pq.read_table(path).num_rows for name, path in run.tables().items()}
    return tables == {"decisions": rows, "orders": rows} and run.statistics() != {}


@pytest.mark.parametrize("over_another", [False, True])
def test_a_kill_at_any_step_leaves_the_whole_or_nothing(
    over_another: bool, seal_until: Callable[[int], bool]
) -> None:
    seen = set()
    for step in range(1, 100):
        shutil.rmtree(RUNS, ignore_errors=True)
        if over_another:
            made(status=RunStatus.INTERRUPTED, rows=some_rows(5))
        done = seal_until(step)
        for run_id in run_ids(RUNS):
            run = RunFolder.open(RUNS, run_id)
            seen.add(run.record.status)
            assert is_whole(run), step
        if not run_ids(RUNS):
            seen.add(None)  # type: ignore[arg-type]
        # Whatever was left, the next one who makes this run succeeds.
        _, run = drafted().seal(record())
        assert run.record.status is RunStatus.COMPLETE
        assert is_whole(run)
        assert [path.name for path in (RUNS / ".drafts").iterdir()] == ["lock"], step
        if done:
            break
    assert step > 12
    assert RunFolder.open(RUNS, INPUTS.id).record == record()
    assert seen >= {RunStatus.COMPLETE, RunStatus.INTERRUPTED if over_another else None}
