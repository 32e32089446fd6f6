"""The ledger: every run that was ever made, and what it says when it cannot be used."""

import shutil
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from mia_plugins.errors import FileError
from mia_plugins.runs.ledger import NAME, Ledger
from tests.runs import INPUTS, RUNS, entry, made


def test_what_is_entered_comes_back_newest_first() -> None:
    whole = entry()
    cut = entry(
        "0" * 12, status="failed", net=None, trades=None, first_day=None, last_day=None, instruments=()
    )
    with Ledger.open(RUNS) as ledger:
        assert [ledger.add(whole), ledger.add(cut), ledger.add(whole)] == [1, 2, 3]
    with Ledger.open(RUNS) as ledger:
        found = ledger.entries()
        assert [line.number for line in found] == [3, 2, 1]
        assert found[2] == entry(number=1)
        assert found[1] == entry(
            "0" * 12,
            status="failed",
            net=None,
            trades=None,
            first_day=None,
            last_day=None,
            instruments=(),
            number=2,
        )
        assert isinstance(found[2].net, Decimal)
        assert [line.number for line in ledger.entries(limit=1)] == [3]
        assert [line.number for line in ledger.entries(run_id=INPUTS.id)] == [3, 1]
        assert ledger.count() == 3


def test_rows_outlive_the_folder_of_a_run() -> None:
    _, run = made()
    with Ledger.open(RUNS) as ledger:
        ledger.add(entry(run.id))
    shutil.rmtree(run.path)
    with Ledger.open(RUNS) as ledger:
        assert [line.run_id for line in ledger.entries()] == [run.id]
        assert ledger.add(entry("0" * 12)) == 2


def test_reading_makes_no_ledger() -> None:
    assert Ledger.read(RUNS) is None
    RUNS.mkdir()
    assert Ledger.read(RUNS) is None
    (RUNS / NAME).touch()
    assert Ledger.read(RUNS) is None
    with Ledger.open(RUNS) as ledger:
        ledger.add(entry())
    again = Ledger.read(RUNS)
    assert again is not None
    with again, pytest.raises(FileError, match="readonly"):
        again.add(entry())


def test_file_hashes_are_known_until_the_file_changes() -> None:
    with Ledger.open(RUNS) as ledger:
        ledger.remember_hash("data/demo", "a.parquet", 10, 5, "aa")
        assert ledger.known_hash("data/demo", "a.parquet", 10, 5) == "aa"
        for other in (
            ("data/demo", "a.parquet", 11, 5),
            ("data/demo", "a.parquet", 10, 6),
            ("x", "a.parquet", 10, 5),
        ):
            assert ledger.known_hash(*other) is None
        ledger.remember_hash("data/demo", "a.parquet", 10, 6, "bb")
        assert ledger.known_hash("data/demo", "a.parquet", 10, 6) == "bb"
        assert ledger.known_hash("data/demo", "a.parquet", 10, 5) is None


@pytest.mark.parametrize("at", [0, 4096 + 100])
def test_a_damaged_ledger_is_told_with_the_remedy(at: int) -> None:
    with Ledger.open(RUNS) as ledger:
        for _ in range(200):
            ledger.add(entry())
    path = RUNS / NAME
    content = bytearray(path.read_bytes())
    content[at : at + 4096] = b"\xa5" * 4096
    path.write_bytes(content)

    def use() -> None:
        with Ledger.open(RUNS) as ledger:
            ledger.add(entry())
            ledger.entries()

    with pytest.raises(FileError, match=r"runs/ledger\.sqlite is damaged") as told:
        use()
    assert "sqlite3 runs/ledger.sqlite .recover" in told.value.remedy
    path.rename(RUNS / "old.sqlite")
    use()  # the remedy works


def test_a_value_that_cannot_be_is_damage_too() -> None:
    with Ledger.open(RUNS) as ledger:
        ledger.add(entry())
    with sqlite3.connect(RUNS / NAME) as other:
        other.execute("update runs set net = 'much'")
    other.close()
    with Ledger.open(RUNS) as ledger, pytest.raises(FileError, match="is damaged"):
        ledger.entries()


def test_a_ledger_of_a_newer_mia_is_left_alone() -> None:
    Ledger.open(RUNS).close()
    with sqlite3.connect(RUNS / NAME) as other:
        other.execute("pragma user_version = 9")
    other.close()
    for use in (Ledger.open, Ledger.read):
        with pytest.raises(FileError, match="written by a newer mia"):
            use(RUNS)


def test_a_full_disk_is_told() -> None:
    with Ledger.open(RUNS) as ledger:
        (pages,) = ledger._connection.execute("pragma page_count").fetchone()
        ledger._connection.execute(f"pragma max_page_count = {pages}")
        with pytest.raises(FileError, match="cannot be used: database or disk is full"):
            ledger.add(entry(config="x" * 20_000))
        assert ledger.count() == 0


def test_a_folder_in_the_place_of_the_ledger_is_told() -> None:
    Path(RUNS / NAME).mkdir(parents=True)
    with pytest.raises(FileError, match="unable to open"):
        Ledger.open(RUNS)
