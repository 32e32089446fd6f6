"""What a killed process had flushed can be read."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq

from mia_plugins.runs.rows import is_closed, read_log, seal

WRITER = """
import sys
from pathlib import Path
import pyarrow as pa
from mia_plugins.runs.rows import RowLog

log = RowLog(Path("log.arrows"), pa.schema([("id", pa.int64()), ("tier", pa.dictionary(pa.int32(), pa.string()))]), 1000)
for number in range(12_345):
    log.append((number, f"tier {number % 7}"))
    if number == 12_100:
        log.flush()
print("ready", flush=True)
sys.stdin.read()
"""


def test_rows_up_to_the_last_flush_survive_a_kill() -> None:
    command = [sys.executable, "-c", WRITER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        os.kill(writer.pid, signal.SIGKILL)
    log = Path("log.arrows")
    assert not is_closed(log)
    read = [number for batch in read_log(log) for number in batch["id"].to_pylist()]
    assert read == list(range(12_101))
    assert seal(log, Path("log.parquet")) == 12_101
    assert pq.read_table("log.parquet")["tier"].to_pylist() == [f"tier {n % 7}" for n in range(12_101)]
