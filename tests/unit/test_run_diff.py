"""What two runs differ in: nothing too much, and the first row that parts them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mia_plugins.errors import FileError
from mia_plugins.runs.diff import Change, RunDiff, diff_runs
from mia_plugins.runs.folder import RunFolder, RunStatus
from mia_plugins.runs.identity import Code
from mia_plugins.runs.tables import RowDifference, TableDifference, table_difference
from tests.runs import INPUTS, drafted, made, record, some_rows

SETTINGS = (
    "instruments: [ES]\ncapital: 25000\ncatalog: data/one\nrules:\n  late: {after: '14:00'}\n  early: {}\n"
)


def run_of(inputs: Any = INPUTS, status: RunStatus = RunStatus.COMPLETE, **more: Any) -> RunFolder:
    _, run = drafted(inputs, **more).seal(record(inputs, status))
    return run


def diff_of(seed: int = 8, **more: Any) -> RunDiff:
    left = run_of(settings=SETTINGS)
    return diff_runs(left, run_of(replace(INPUTS, seed=seed), **({"settings": SETTINGS} | more)))


def test_a_run_does_not_differ_from_itself() -> None:
    _, run = made()
    found = diff_runs(run, run)
    assert found.same
    assert found == RunDiff(run.id, run.id, (), (), (), (), ())


def test_inputs_are_told_one_by_one() -> None:
    inputs = replace(
        INPUTS,
        seed=8,
        data="0" * 64,
        code={"mia": Code("0.2", "c" * 64)},
        versions={**INPUTS.versions, "numpy": "3"},
    )
    found = diff_runs(run_of(), run_of(inputs))
    assert not found.same
    assert found.inputs == (
        Change("inputs.seed", 7, 8),
        Change("inputs.data", "d" * 64, "0" * 64),
        Change("inputs.code.mia.version", "0.1", "0.2"),
        Change("inputs.code.mia-foo.version", "1.2", None),
        Change("inputs.code.mia-foo.hash", "f" * 64, None),
        Change("inputs.versions.numpy", "2.5.5", "3"),
    )
    assert (found.settings, found.outcome, found.statistics, found.tables) == ((), (), (), ())


def test_settings_are_told_line_by_line() -> None:
    other = (
        SETTINGS.replace("25000", "50000")
        .replace("data/one", "data/two")
        .replace("early: {}", "new: {near: 4}")
    )
    assert diff_of(settings=other).settings == (
        Change("capital", 25000, 50000),
        Change("rules.early", {}, None),
        Change("rules.new.near", None, 4),
    )


def test_the_order_of_settings_is_told_where_nothing_else_differs() -> None:
    turned = SETTINGS.replace("  early: {}\n", "").replace("rules:\n", "rules:\n  early: {}\n")
    assert diff_of(settings=turned).settings == (Change("(order)", "rules.late.after", "rules.early"),)


def test_outcome_and_statistics_are_told() -> None:
    left = run_of()
    right = run_of(
        replace(INPUTS, seed=8),
        RunStatus.FAILED,
        statistics={"net": "1.00", "trades": {"count": 3, "won": 2}},
    )
    found = diff_runs(left, right)
    assert found.outcome == (Change("status", "complete", "failed"),)
    assert found.statistics == (Change("net", "125.50", "1.00"), Change("trades.won", None, 2))


def changed(number: int, **values: Any) -> list[tuple[Any, ...]]:
    names = ("id", "ts", "outcome", "score")
    rows = some_rows()
    rows[number] = tuple(values.get(name, value) for name, value in zip(names, rows[number], strict=True))
    return rows


def test_the_first_decision_that_differs_is_shown_as_both_have_it() -> None:
    rows = changed(11, outcome="rejected", score=None)
    rows[20] = changed(20, outcome="x")[20]
    decisions, orders = diff_of(rows=rows).tables
    assert (decisions.table, orders.table, decisions.rows) == ("decisions", "orders", (30, 30))
    assert decisions.first == RowDifference(
        12,
        ("outcome", "score"),
        {"id": 12, "ts": "2026-06-01T14:00:12.000000001Z", "outcome": "none", "score": 3.0},
        {"id": 12, "ts": "2026-06-01T14:00:12.000000001Z", "outcome": "rejected", "score": None},
    )


def test_a_decision_that_one_run_lacks_is_shown_alone() -> None:
    rows = some_rows()
    del rows[4]
    first = diff_of(rows=rows).tables[0].first
    assert first is not None
    assert (first.row, first.columns, first.right) == (5, (), None)
    assert first.left is not None
    assert first.left["id"] == 5
    first = diff_of(9, rows=some_rows(28)).tables[0].first
    assert first is not None
    assert (first.row, first.right, first.left and first.left["id"]) == (29, None, 29)


def test_runs_that_kept_other_decisions_are_compared_by_those_both_have() -> None:
    kept = [row for row in some_rows() if row[0] % 4 == 0]
    changes = SETTINGS + "journal: changes\n"
    found = diff_of(rows=kept, settings=changes)
    assert [table.table for table in found.tables] == ["orders"]  # whose rows are all kept
    kept[3] = changed(15, score=99.0)[15]
    found = diff_of(9, rows=kept, settings=changes)
    first = found.tables[0].first
    assert first is not None
    assert (first.columns, first.left and first.left["id"], first.right and first.right["id"]) == (
        ("score",),
        16,
        16,
    )


def test_a_table_of_one_run_alone() -> None:
    left, right = run_of(), run_of(replace(INPUTS, seed=8))
    (right.path / "orders.parquet").rename(right.path / "fills.parquet")
    assert diff_runs(left, right).tables == (
        TableDifference("orders", (30, None)),
        TableDifference("fills", (None, 30)),
    )


def table(path: str, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path)
    return Path(path)


NAN = float("nan")


@pytest.mark.parametrize(
    ("left", "right", "row"),
    [
        ([1.0, None, NAN], [1.0, None, NAN], None),
        ([1.0, None], [1.0, 2.0], 2),
        ([1.0, NAN], [1.0, 2.0], 2),
        ([NAN, None], [NAN, NAN], 2),
        ([0, 1], [0, 1, 2], 3),
        ([], [1], 1),
        ([[1], [2]], [[1], [3]], 2),
        (["a", "b"], pa.array(["a", "c"]).dictionary_encode(), 2),
        (pa.array([1, 2], pa.int32()), pa.array([1, 2], pa.int64()), None),
        (list(range(50_000)), [*range(49_999), -1], 50_000),
    ],
)
def test_values_of_every_kind(left: Any, right: Any, row: int | None) -> None:
    for one, other in ((left, right), (right, left)):
        found = table_difference("t", table("one.parquet", x=one), table("other.parquet", x=other))
        assert (found and found.first and found.first.row) == row


def test_columns_that_one_has_alone_are_named_and_the_others_compared() -> None:
    one, other = table("one.parquet", id=[1, 2], a=[0, 0]), table("other.parquet", b=[0, 0], id=[1, 3])
    found = table_difference("t", one, other)
    assert found == TableDifference("t", (2, 2), ("a",), ("b",), RowDifference(2, (), {"id": 2}, None))


def test_row_groups_do_not_count() -> None:
    rows = pa.table({"x": list(range(100_000))})
    pq.write_table(rows, "one.parquet", row_group_size=777)
    pq.write_table(rows, "other.parquet", row_group_size=30_000)
    assert table_difference("t", Path("one.parquet"), Path("other.parquet")) is None


def test_a_damaged_table_is_told() -> None:
    one = table("one.parquet", x=[1])
    Path("other.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(FileError, match=r"other\.parquet is damaged"):
        table_difference("t", one, Path("other.parquet"))


def test_damaged_settings_are_told() -> None:
    left, right = run_of(), run_of(replace(INPUTS, seed=8))
    (right.path / "settings.yaml").write_text("a: [")
    with pytest.raises(FileError, match=r"settings\.yaml is damaged: .*settings.yaml:1"):
        diff_runs(left, right)
