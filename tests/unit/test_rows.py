"""The log of a run's rows: what it refuses, and what it says when the disk does."""

import resource
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from mia_plugins.errors import FileError
from mia_plugins.runs.errors import RunError
from mia_plugins.runs.rows import RowLog, read_log, seal

SCHEMA = pa.schema([("id", pa.int64()), ("size", pa.int32()), ("reason", pa.string())])


def test_a_full_disk_is_told_and_nothing_more_is_written() -> None:
    with pytest.raises(FileError, match="/dev/full cannot be written: No space left"):
        RowLog(Path("/dev/full"), SCHEMA)


FULL = """
import random, resource, sys
from pathlib import Path
import pyarrow as pa
from mia_plugins.errors import FileError
from mia_plugins.runs.rows import RowLog, read_log, seal

schema = pa.schema([("id", pa.int64()), ("noise", pa.string())])
row = lambda n: (n, random.randbytes(100).hex())
log = RowLog(Path("whole.arrows"), schema, 100)
for n in range(3000):
    log.append(row(n))
log.close()
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
log = RowLog(Path("log.arrows"), schema, 100)
told = []
for n in range(3000):
    try:
        log.append(row(n))
    except FileError as error:
        told.append(error.what)
assert told and set(told) == {"log.arrows cannot be written: File too large"}, told
# When there is room again the log stays at its last whole batch: nothing after half a one could be read.
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
size = Path("log.arrows").stat().st_size
try:
    log.close()
except FileError as error:
    assert error.what == told[0]
else:
    raise SystemExit("closed as if it were whole")
assert Path("log.arrows").stat().st_size == size
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
rows = sum(batch.num_rows for batch in read_log(Path("log.arrows")))
assert 0 < rows < 3000 and rows % 100 == 0, rows
try:
    seal(Path("whole.arrows"), Path("whole.parquet"))
except FileError as error:
    assert error.what == "whole.parquet cannot be written: File too large", error.what
else:
    raise SystemExit("sealed on a full disk")
assert sorted(p.name for p in Path().iterdir()) == ["log.arrows", "whole.arrows"]
assert sum(batch.num_rows for batch in read_log(Path("whole.arrows"))) == 3000
"""


def test_a_disk_that_fills_up_leaves_what_was_written_and_no_half_parquet() -> None:
    done = subprocess.run([sys.executable, "-c", FULL], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 100_000


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ((1, 1.5, "x"), "column 'size' takes int32"),
        ((1, 2**40, "x"), "column 'size' takes int32"),
        ((1, "2", "x"), "column 'size' takes int32"),
        ((1, 2, 3), "column 'reason' takes string"),
        ((1, 2), "a row has 3 values, and 2 were given"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(row: tuple[object, ...], told: str) -> None:
    log = RowLog(Path("log.arrows"), SCHEMA)
    log.append((0, None, None))
    log.append(row)
    with pytest.raises(RunError, match=told):
        log.flush()


def test_a_log_without_rows_becomes_an_empty_table() -> None:
    RowLog(Path("log.arrows"), SCHEMA)  # never closed
    assert seal(Path("log.arrows"), Path("log.parquet")) == 0
    assert pa.parquet.read_schema("log.parquet") == SCHEMA


def test_a_log_cut_before_its_schema_becomes_nothing() -> None:
    Path("log.arrows").write_bytes(b"\xff\xff\xff\xff\x10")
    assert seal(Path("log.arrows"), Path("log.parquet")) == 0
    assert list(Path().iterdir()) == []


def test_a_log_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileError, match=r"gone\.arrows cannot be read: No such file"):
        list(read_log(Path("gone.arrows")))
    with pytest.raises(FileError, match=r"nowhere/log\.arrows cannot be written"):
        RowLog(Path("nowhere/log.arrows"), SCHEMA)
