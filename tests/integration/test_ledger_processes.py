"""Several processes enter runs at once; no line is lost, also when one is killed."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from mia_plugins.runs.ledger import Ledger
from tests.conftest import ROOT
from tests.runs import RUNS, entry

EACH, PROCESSES = 40, 6


def enter(process: int) -> list[int]:
    numbers = []
    for number in range(EACH):
        with Ledger.open(RUNS) as ledger:
            numbers.append(ledger.add(entry(f"{process}-{number}")))
            ledger.remember_hash("data", "same.parquet", process, number, "hash")
    return numbers


def test_no_line_is_lost_between_processes() -> None:
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        numbers = [number for found in pool.map(enter, range(PROCESSES)) for number in found]
    assert sorted(numbers) == list(range(1, EACH * PROCESSES + 1))
    with Ledger.open(RUNS) as ledger:
        names = {line.run_id for line in ledger.entries()}
    assert names == {f"{process}-{number}" for process in range(PROCESSES) for number in range(EACH)}


ENDLESS = """
from mia_plugins.runs.ledger import Ledger
from tests.runs import RUNS, entry

with Ledger.open(RUNS) as ledger:
    while True:
        print(ledger.add(entry()), flush=True)
"""


def test_a_killed_process_leaves_a_sound_ledger_with_all_it_told_of() -> None:
    command = [sys.executable, "-c", ENDLESS]
    told = 0
    for seconds in (0.05, 0.11, 0.17):
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT)}
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(seconds)
            os.kill(writer.pid, signal.SIGKILL)
            numbers = [int(line) for line in writer.stdout if line.endswith("\n")]
        told = max([told, *numbers])
    with Ledger.open(RUNS) as ledger:
        assert ledger.count() >= told > 0
        assert ledger._connection.execute("pragma integrity_check").fetchone() == ("ok",)
        assert ledger.add(entry()) == ledger.count()
