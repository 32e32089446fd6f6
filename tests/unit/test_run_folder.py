"""A run's folder: how it comes to its place, what may replace it, and how it is found again."""

import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mia_plugins.errors import FileError
from mia_plugins.runs.draft import DifferentResult, RunDraft, Sealed
from mia_plugins.runs.errors import RunError
from mia_plugins.runs.folder import RunFolder, RunStatus
from mia_plugins.runs.ledger import Ledger
from tests.conftest import ROOT
from tests.runs import INPUTS, RUNS, drafted, entry, made, record, some_rows

NOBODY = 65_534
INTERRUPTED, FAILED = RunStatus.INTERRUPTED, RunStatus.FAILED


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def drafts() -> list[str]:
    return [path.name for path in (RUNS / ".drafts").iterdir() if path.is_dir()]


def test_a_sealed_run_says_what_it_was_made_from() -> None:
    told, run = made()
    assert (told, run.path, drafts()) == (Sealed.NEW, RUNS / INPUTS.id, [])
    again = RunFolder.open(RUNS, INPUTS.id)
    assert again == run
    assert again.record == record()
    assert again.statistics() == {"net": "125.50", "trades": {"count": 3}}
    assert list(again.tables()) == ["decisions", "orders"]
    assert pq.read_table(again.tables()["decisions"])["id"].to_pylist() == [row[0] for row in some_rows()]
    assert set(files(run.path)) == {
        "run.json",
        "settings.yaml",
        "statistics.json",
        "decisions.parquet",
        "orders.parquet",
    }


def test_the_same_inputs_give_the_same_bytes() -> None:
    _, run = made()
    before = files(run.path)
    shutil.rmtree(RUNS)
    _, run = made()
    assert files(run.path) == before


def test_a_repeated_run_leaves_the_first_one() -> None:
    _, run = made()
    (run.path / "report.html").write_text("made later")
    before = files(run.path)
    told, again = made(settings="instruments: [ES]\ncatalog: elsewhere\n")
    assert (told, again, files(run.path), drafts()) == (Sealed.REPEATED, run, before, [])


@pytest.mark.parametrize("change", ["rows", "statistics", "file gone"])
def test_other_bytes_from_the_same_inputs_are_a_loud_error(change: str) -> None:
    _, run = made()
    before = files(run.path)
    if change == "file gone":
        (run.path / "orders.parquet").unlink()
        before = files(run.path)
    more = {"rows": {"rows": some_rows(29)}, "statistics": {"statistics": {"net": "1"}}}.get(change, {})
    name = {"rows": "decisions.parquet", "statistics": "statistics.json"}.get(change, "orders.parquet")
    with pytest.raises(DifferentResult, match=f"gave another {name} than in {run.path}") as told:
        made(**more)  # type: ignore[arg-type]
    (left,) = drafts()
    assert left in told.value.remedy
    assert files(run.path) == before


@pytest.mark.parametrize("first", [INTERRUPTED, FAILED])
def test_a_run_cut_short_is_replaced_by_a_whole_one_and_never_the_other_way_round(first: RunStatus) -> None:
    made(status=first, rows=some_rows(5))
    assert RunFolder.open(RUNS, INPUTS.id).record.status is first
    assert made(status=INTERRUPTED, rows=some_rows(7))[0] is Sealed.REPLACED
    told, run = made()
    assert (told, drafts()) == (Sealed.REPLACED, [])
    before = files(run.path)
    told, kept = made(status=first, rows=some_rows(5))
    assert (told, kept.record.status, drafts()) == (Sealed.KEPT, RunStatus.COMPLETE, [])
    assert files(run.path) == before


def test_what_was_cut_off_can_be_sealed_as_interrupted_and_not_as_complete() -> None:
    draft = drafted(close=False)
    with pytest.raises(RunError, match="was cut off, and the run is said to be complete"):
        draft.seal(record())
    _, run = draft.seal(record(status=INTERRUPTED, reason="Ctrl-C"))
    assert run.record.reason == "Ctrl-C"
    assert pq.read_table(run.tables()["decisions"]).num_rows == 30


def test_what_was_ahead_of_a_log_that_a_kill_left_sealed_comes_into_no_run() -> None:
    draft = drafted(close=False)
    (draft.folder / "orders.ahead").write_text("[30,[]]\n")
    draft.log("decisions").unlink()
    (draft.folder / "decisions.ahead").write_text("[0,[]]\n")
    _, run = draft.seal(record(status=INTERRUPTED))
    assert not list(run.path.glob("*.ahead"))


def test_a_draft_is_sealed_by_its_own_inputs() -> None:
    with pytest.raises(RunError, match="is a draft of"):
        drafted().seal(record(replace(INPUTS, seed=8)))


def test_what_dead_processes_left_is_removed_whoever_has_their_numbers_now() -> None:
    for run_id in (INPUTS.id, "0" * 12):
        for number in (2**22 + 1, os.getppid()):
            (RUNS / ".drafts" / f"{run_id}-{number}").mkdir(parents=True)
    draft = RunDraft.begin(RUNS, INPUTS)
    assert drafts() == [draft.folder.name]
    (draft.folder / "left").touch()
    again = RunDraft.begin(RUNS, INPUTS)
    assert list(again.folder.iterdir()) == []
    assert drafts() == [again.folder.name]


def test_what_a_living_process_makes_is_left_alone_and_goes_when_it_is_killed() -> None:
    code = (
        "import sys; from tests.runs import INPUTS, drafted, replace\n"
        "one = drafted(replace(INPUTS, seed=9)); print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (theirs,) = drafts()
        mine = RunDraft.begin(RUNS, INPUTS)
        assert sorted(drafts()) == sorted([theirs, mine.folder.name])
        process.kill()
        process.wait()
    mine = RunDraft.begin(RUNS, INPUTS)
    assert drafts() == [mine.folder.name]


def test_a_draft_that_somebody_was_told_to_compare_stays_until_its_run_is_made_again() -> None:
    inputs = replace(INPUTS, seed=9)
    drafted(inputs).seal(record(inputs))
    other = drafted(inputs, some_rows(5))
    with pytest.raises(DifferentResult):
        other.seal(record(inputs))
    name = other.folder.rename(other.folder.with_name(f"{inputs.id}-1")).name
    del other
    gc.collect()
    draft = RunDraft.begin(RUNS, INPUTS)
    assert sorted(drafts()) == sorted([name, draft.folder.name])
    RunDraft.begin(RUNS, inputs)
    assert name not in drafts()


def test_a_damaged_run_is_told_and_replaced() -> None:
    _, run = made()
    for text, told in [
        ('{"id": "12', "run.json is damaged"),
        ("[]", "should hold an object"),
        ("{}", "is no record of a run: 'span' is missing"),
        (json.dumps(json.loads(record().text()) | {"status": "done"}), "'done' is not a valid RunStatus"),
    ]:
        (run.path / "run.json").write_text(text)
        with pytest.raises(FileError, match=told) as error:
            RunFolder.open(RUNS, INPUTS.id)
        assert error.value.remedy == "delete the folder and run it again"
    assert made()[0] is Sealed.REPLACED
    assert RunFolder.open(RUNS, INPUTS.id) == run


def test_a_folder_that_holds_another_run_is_told() -> None:
    _, run = made()
    run.path.rename(RUNS / ("0" * 12))
    with pytest.raises(RunError, match=f"is that of another run .{INPUTS.id}"):
        RunFolder.open(RUNS, "0")


def test_a_run_is_found_by_the_beginning_of_its_id_or_as_the_latest() -> None:
    runs = [made(seed)[1] for seed in range(20)]
    ids = [run.id for run in runs]
    for run in runs:
        assert RunFolder.open(RUNS, run.id[:11].upper()) == run
    assert RunFolder.open(RUNS, str(runs[3].path)) == runs[3]
    os.utime(runs[5].path, ns=(2**62, 2**62))
    assert RunFolder.open(RUNS, "latest") == runs[5]
    with Ledger.open(RUNS) as ledger:
        for run_id in (ids[2], ids[9], "gone"):
            ledger.add(entry(run_id))
    assert RunFolder.open(RUNS, "latest") == runs[9]
    first = next(i[0] for i in ids if sum(other[0] == i[0] for other in ids) > 1)
    with pytest.raises(RunError, match=rf"'{first}' may mean \d runs: {first}"):
        RunFolder.open(RUNS, first)
    typo = ids[4][:5] + "xx" + ids[4][7:]
    with pytest.raises(
        RunError, match=f"no run '{typo}' in runs; did you mean '{ids[4]}'.; the newest is {ids[9]}"
    ):
        RunFolder.open(RUNS, typo)


@pytest.mark.parametrize("word", ["latest", "abc", ""])
def test_where_there_are_no_runs(word: str) -> None:
    with pytest.raises(RunError, match="there is no run in runs"):
        RunFolder.open(RUNS, word)


@contextmanager
def without_privilege() -> Iterator[None]:
    """Take from root what lets it write anywhere."""
    us = os.geteuid()
    os.seteuid(us or NOBODY)
    try:
        yield
    finally:
        os.seteuid(us)


def test_a_folder_that_may_not_be_written_is_told_by_permission() -> None:
    RUNS.mkdir(mode=0o500)
    with (
        without_privilege(),
        pytest.raises(FileError, match=r"runs/\.drafts cannot be written: Permission denied"),
    ):
        RunDraft.begin(RUNS, INPUTS)


def test_a_file_in_the_place_of_the_folder_is_told() -> None:
    RUNS.write_text("")
    with pytest.raises(FileError, match=r"runs/\.drafts cannot be written: Not a directory"):
        RunDraft.begin(RUNS, INPUTS)
    with pytest.raises(FileError, match="runs cannot be written: File exists"):
        Ledger.open(RUNS)
    with pytest.raises(FileError, match="runs cannot be read: Not a directory"):
        RunFolder.open(RUNS, "latest")
