"""Rows that were secured before they were in their log are read with it, each once, wherever a kill came."""

import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mia_plugins.errors import FileError
from mia_plugins.runs.errors import RunError
from mia_plugins.runs.rows import RowLog, read_log, seal
from tests.conftest import ROOT

SCHEMA = pa.schema([
    pa.field("id", pa.int64(), nullable=False),
    ("ts", pa.timestamp("ns", tz="UTC")),
    ("score", pa.float64()),
    ("tier", pa.dictionary(pa.int16(), pa.string())),
    ("ok", pa.bool_()),
    ("fee", pa.decimal128(18, 2)),
    ("rows", pa.list_(pa.int64())),
])  # fmt: skip
ROW = st.tuples(
    st.integers(0, 2**62) | st.integers(0, 9).map(np.int64),
    st.none() | st.integers(0, 2**62),
    st.none() | st.floats() | st.floats(-9, 9).map(np.float64),
    st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
    st.none() | st.booleans() | st.booleans().map(np.bool_),
    st.none() | st.decimals(-(10**9), 10**9, places=2),
    st.none() | st.lists(st.integers(0, 2**62), max_size=4),
)
LOG, AHEAD = Path("rows.arrows"), Path("rows.ahead")


def read() -> list[dict[str, object]]:
    """Return the rows of the log."""
    return [row for batch in read_log(LOG) for row in batch.to_pylist()]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ROW, st.sampled_from(["append", "secure", "flush"])), max_size=20))
def test_what_was_secured_or_flushed_is_read_as_it_went_in(
    told: list[tuple[tuple[object, ...], str]],
) -> None:
    log, safe = RowLog(LOG, SCHEMA), 0
    for count, (row, then) in enumerate(told, 1):
        log.append(row)
        if then != "append":
            {"secure": log.secure, "flush": log.flush}[then]()
            safe = count
        assert len(read()) == safe
    log.close()
    assert not AHEAD.exists()
    whole = repr(read())
    again = RowLog(LOG, SCHEMA)
    for row, _ in told:
        again.append(row)
    again.secure()
    assert repr(read()) == whole  # not one number differs, and money is money
    del again


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_kill_anywhere_leaves_whole_rows_and_none_twice(data: st.DataObject) -> None:
    """Between the log's batch and the end of what was ahead of it both have the same rows."""
    log = RowLog(LOG, SCHEMA)
    row = (None, None, "a", None, Decimal("2.25"), None)
    for number in range(3):
        log.append((number, *row))
    log.flush()
    before = LOG.stat().st_size
    for number in range(3, 9):
        log.append((number, *row))
        if number % 2:
            log.secure()
    ahead = AHEAD.read_bytes()
    log.flush()
    whole = LOG.read_bytes()
    log.close()
    LOG.write_bytes(whole[: data.draw(st.sampled_from([before, len(whole), (before + len(whole)) // 2]))])
    cut = data.draw(st.integers(0, len(ahead)))
    AHEAD.write_bytes(ahead[:cut])
    in_log = 9 if LOG.stat().st_size == len(whole) else 3
    secured = 3 + sum((1, 2, 2)[: ahead[:cut].count(b"\n")])
    assert [one["id"] for one in read()] == list(range(max(in_log, secured)))
    assert seal(LOG, Path("rows.parquet")) == max(in_log, secured)
    assert len(pq.read_table("rows.parquet")) == max(in_log, secured)
    assert not AHEAD.exists()


def test_what_nobody_can_write_is_told_and_leaves_nothing_behind() -> None:
    log = RowLog(LOG, SCHEMA)
    log.append((1, None, object(), None, None, None, None))
    with pytest.raises(RunError, match=r"rows\.ahead: a row holds what is neither number nor text: 'object'"):
        log.secure()
    with pytest.raises(RunError, match="column 'score' takes double"):
        log.flush()
    log.append((2, None, None, None, None, None, None))
    log.secure()
    assert [one["id"] for one in read()] == [2]
    log.append(("3", None, None, None, None, None, None))
    log.secure()
    with pytest.raises(RunError, match="column 'id' takes int64"):
        log.flush()  # none of them, as ever; and nothing ahead of it that nobody could read
    assert read() == []


FULL = """
import resource
from pathlib import Path
import pyarrow as pa
from mia_plugins.errors import FileError
from mia_plugins.runs.rows import RowLog
log = RowLog(Path("rows.arrows"), pa.schema([("word", pa.string())]))
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))
for number in range(9):
    log.append(("x" * 500 + str(number),))
    try:
        log.secure()
    except FileError as error:
        print(number, error.what, flush=True)
        break
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
log.secure()
import os, signal
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_full_disk_takes_no_half_of_a_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == "5 rows.ahead cannot be written: File too large\n"
    words = [word for batch in read_log(LOG) for word in batch["word"].to_pylist()]
    assert [word[-1] for word in words] == list("012345")


def test_what_is_ahead_stays_where_the_log_cannot_be_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    log = RowLog(LOG, SCHEMA)
    log.append((7, None, None, None, None, None, None))
    log.secure()

    def full(_: pa.RecordBatch) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(log, "_stream", type("Full", (), {"write_batch": staticmethod(full)}))
    with pytest.raises(FileError, match="No space left"):
        log.close()
    assert [one["id"] for one in read()] == [7]


@pytest.mark.parametrize("kept", [LOG, AHEAD])
def test_a_kill_between_two_deletions_loses_no_row(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = RowLog(LOG, SCHEMA)
    log.append((7, None, None, None, None, None, None))
    log.secure()
    unlink = Path.unlink

    def killed(path: Path, *, missing_ok: bool = False) -> None:
        if path == kept:
            raise KeyboardInterrupt
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", killed)
    with pytest.raises(KeyboardInterrupt):
        seal(LOG, Path("rows.parquet"))
    monkeypatch.setattr(Path, "unlink", unlink)
    if LOG.exists():
        seal(LOG, Path("rows.parquet"))
    assert pq.read_table("rows.parquet")["id"].to_pylist() == [7]
