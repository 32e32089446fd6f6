"""A catalog with another future: nothing later is left in it, and nothing earlier is touched."""

import resource
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mia_plugins.checks.output import LARGEST_FILE, large_files, output_into
from mia_plugins.checks.poison import Future, Poison
from mia_plugins.data.arrow import Kind, times_of
from mia_plugins.data.layout import data_files
from mia_plugins.data.sessions import session_on
from tests.market import DAY, ID, NEXT_DAY, sound_store

NEWS = "data/custom/NewsItem/x.parquet"
SCRATCH = "notes/levels.parquet"
NOON = session_on(DAY).open + timedelta(hours=14) // timedelta(microseconds=1) * 1_000


def rows(path: Path) -> pa.Table:
    return pq.read_table(path)


def times(path: Path) -> np.ndarray:
    return times_of(rows(path)["ts_init"].combine_chunks())


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a catalog of two days with custom data, and a file that some plugin reads."""
    folder = tmp_path_factory.mktemp("catalog")
    sound_store(str(folder), DAY, NEXT_DAY)
    for name in (NEWS, SCRATCH):
        (folder / name).parent.mkdir(parents=True)
        pq.write_table(
            pa.table({"ts_init": pa.array([NOON - 1, NOON, NOON + 1], pa.uint64())}), folder / name
        )
    return folder


def plan_over(source: Path) -> Any:
    """Return a plan of the first day's trades alone."""
    paths = [(path.relative_to(source).as_posix(), 0) for path in source.rglob("*.parquet")]
    files = [
        one for one in data_files(paths) if one.kind is Kind.TRADES and one.start < session_on(DAY).close
    ]
    return SimpleNamespace(
        catalog=SimpleNamespace(files=SimpleNamespace(uri=str(source))),
        files={(ID, Kind.TRADES): tuple(files)},
        tables={},
        custom=(NEWS,),
    )


@pytest.mark.parametrize("future", Future)
def test_of_what_comes_later_nothing_is_left(source: Path, tmp_path: Path, future: Future) -> None:
    plan = plan_over(source)
    copy = Poison(NOON, future)(plan, tmp_path / "copy")
    (planned,) = plan.files[ID, Kind.TRADES]
    for path in source.rglob("*.parquet"):
        name = path.relative_to(source)
        before, after = times(path), times(copy / name)
        if str(name) != planned.path and "futures_contract" not in str(name):
            assert list(after) == [ts for ts in before if ts <= NOON], name
    whole, other = rows(source / planned.path), rows(copy / planned.path)
    known = int((times(source / planned.path) <= NOON).sum())
    assert 0 < known < whole.num_rows
    assert other.slice(0, known).equals(whole.slice(0, known))
    if future is Future.CUT:
        assert other.num_rows == known
    else:
        prices = (table.slice(known)["price"].to_pylist() for table in (whole, other))
        assert all(one != another for one, another in zip(*prices, strict=True))
    assert pq.read_metadata(copy / planned.path).row_group(0).column(0).compression == "ZSTD"


def test_a_copy_may_be_larger_than_what_a_run_prints(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with output_into(tmp_path / "output.txt"):
        limited = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
        with large_files():
            while_copied = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
        after = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    assert limited == after == LARGEST_FILE
    assert while_copied == before[1]
    assert resource.getrlimit(resource.RLIMIT_FSIZE) == before
