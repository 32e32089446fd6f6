"""The journal as it is read: columns with their units, one decision, and what is told when it is not there."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.journal.errors import JournalError, JournalFileError
from mia_plugins.journal.reader import Decisions, Where
from mia_plugins.journal.writer import Journal
from mia_plugins.runs.rows import seal

TS = 1_780_321_500_000_000_000
COLUMNS = {"one": JournalColumns(("a",), (0.5,))}


def run(sides: list[int], keep: Any = "all", row_group: int = 2) -> Decisions:
    journal = Journal(Path("decisions.arrows"), COLUMNS, keep, {"settings_hash": "a1b2"})
    book = journal.book("one")
    for number, side in enumerate(sides):
        book.record(TS + number, "ESU6.XCME", "bar", Decision(side, values=(number,)), None)
    journal.close()
    seal(Path("decisions.arrows"), Path("decisions.parquet"), row_group)
    return Decisions.of(Path())


def test_columns_are_read_with_their_types_and_units() -> None:
    decisions = run([0, 1, 1, -1])
    table = decisions.table(names=["v.a", "ts"])
    assert table.column_names == ["v.a", "ts"]
    assert table["v.a"].to_pylist() == [0.0, 1.0, 2.0, 3.0]
    assert table.schema.field("ts").type == pa.timestamp("ns", "UTC")
    assert table.schema.field("ts").metadata[b"unit"] == b"ns"
    assert decisions.metadata["settings_hash"] == "a1b2"
    assert decisions.table(Where(outcomes=frozenset({Outcome.TAKEN}))).num_rows == 0


def test_only_the_part_of_the_file_is_read_that_may_hold_an_id(monkeypatch: pytest.MonkeyPatch) -> None:
    decisions = run([1] * 20)
    read: list[list[int]] = []
    whole = pq.ParquetFile.iter_batches

    def watched(self: Any, *, row_groups: list[int], columns: list[str]) -> Any:
        read.append(row_groups)
        return whole(self, row_groups=row_groups, columns=columns)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", watched)
    assert decisions.one(7).id == 7
    assert read == [[3]]


@pytest.mark.parametrize(
    ("keep", "number", "told", "why"),
    [
        ("changes", 3, "has no decision 3; the nearest are 2 and 5", "the run has `journal: changes`"),
        ("changes", 0, "has no decision 0; the nearest is 1", "ids count from 1"),
        ("all", 9, "has no decision 9; the nearest is 5", "5 is the last one of the run"),
    ],
)
def test_of_a_decision_that_is_not_there_the_nearest_are_named(
    keep: str, number: int, told: str, why: str
) -> None:
    decisions = run([0, 1, 1, 1, -1], keep)
    with pytest.raises(JournalError) as caught:
        decisions.one(number)
    assert caught.value.what == f"decisions.parquet {told}"
    assert caught.value.remedy.startswith(why)


def test_the_nearest_are_found_in_a_log_of_several_batches() -> None:
    journal = Journal(Path("decisions.arrows"), COLUMNS, "changes", {})
    book = journal.book("one")
    for side in (1, 1, -1, -1, -1, 1, -1):
        book.record(TS, "ESU6.XCME", "bar", Decision(side, values=(side,)), None)
        journal.flush()
    journal.close()
    assert Decisions.of(Path()).neighbours(5) == (3, 6)
    assert Decisions.of(Path()).neighbours(2) == (1, 3)


def test_an_empty_run_says_so() -> None:
    with pytest.raises(JournalError) as caught:
        run([]).one(1)
    assert caught.value.what == "decisions.parquet has no decision 1"
    assert caught.value.remedy == "the run made no decision that was kept"


def test_a_misspelt_strategy_or_column_is_told_of() -> None:
    decisions = run([1])
    with pytest.raises(JournalError, match="the run has no strategy 'on'; did you mean 'one'"):
        list(decisions.rows(Where(strategy="on")))
    with pytest.raises(JournalError, match=r"has no column 'v\.aa'; did you mean 'v\.a'"):
        decisions.table(names=["v.aa"])


def test_what_is_no_journal_is_refused() -> None:
    with pytest.raises(JournalFileError, match=r"has no decisions\.parquet"):
        Decisions.of(Path())
    path = Path("decisions.parquet")
    path.write_bytes(b"PAR1")
    with pytest.raises(JournalFileError, match=r"decisions\.parquet cannot be read"):
        Decisions.of(Path())
    pq.write_table(pa.table({"id": [1]}), path)
    with pytest.raises(JournalFileError, match=r"is no journal of format 1"):
        Decisions.of(Path())
    path.unlink()
    Path("decisions.arrows").write_bytes(b"")
    with pytest.raises(JournalFileError, match=r"decisions\.arrows cannot be read"):
        Decisions.of(Path())
