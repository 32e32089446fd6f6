"""Parquet bytes come from the rows alone; a log that is cut anywhere gives whole batches up to there."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from mia_plugins.runs.rows import RowLog, is_closed, read_log, seal

SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        ("ts", pa.timestamp("ns", tz="UTC")),
        ("side", pa.int8()),
        ("score", pa.float64()),
        ("tier", pa.dictionary(pa.int16(), pa.string())),
        ("ok", pa.bool_()),
    ],
    metadata={"unit.score": "points"},
)
ROW = st.tuples(
    st.integers(0, 2**62),
    st.none() | st.integers(0, 2**62),
    st.none() | st.integers(-1, 1),
    st.none() | st.floats(),
    st.none() | st.sampled_from(["A", "B", "", "Ω"]),
    st.none() | st.booleans(),
)


def sealed(rows: list[tuple[object, ...]], batch: int, flushes: set[int], row_group: int = 7) -> bytes:
    log, parquet = Path("rows.arrows"), Path("rows.parquet")
    writer = RowLog(log, SCHEMA, batch)
    for number, row in enumerate(rows):
        writer.append(row)
        if number in flushes:
            writer.flush()
    writer.close()
    assert is_closed(log)
    assert seal(log, parquet, row_group) == len(rows)
    assert not log.exists()
    return parquet.read_bytes()


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, max_size=40), st.integers(1, 50), st.sets(st.integers(0, 39)))
def test_parquet_does_not_depend_on_batches(
    rows: list[tuple[object, ...]], batch: int, flushes: set[int]
) -> None:
    assert sealed(rows, batch, flushes) == sealed(rows, 1000, set())
    table = pq.read_table("rows.parquet")
    assert table.schema.equals(SCHEMA, check_metadata=True)
    assert repr([tuple(row) for row in _rows(table)]) == repr(rows)


def _rows(table: pa.Table) -> list[tuple[object, ...]]:
    plain = table.set_column(1, "ts", table["ts"].cast(pa.int64()))
    return list(zip(*(column.to_pylist() for column in plain.columns), strict=True))


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_log_cut_anywhere_gives_the_batches_before_the_cut(data: st.DataObject) -> None:
    log = Path("cut.arrows")
    writer = RowLog(log, SCHEMA, 1000)
    ends = [log.stat().st_size]
    for number in range(5):
        writer.append((number, 0, 1, 0.5, f"tier {number}", None))
        writer.flush()
        ends.append(log.stat().st_size)
    writer.close()
    whole = log.read_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    log.write_bytes(whole[:cut])
    expected = max((number for number, end in enumerate(ends) if end <= cut), default=0)
    assert [batch["id"][0].as_py() for batch in read_log(log)] == list(range(expected))
    assert not is_closed(log)
