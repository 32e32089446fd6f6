"""`mia runs`: what it prints, and its exit codes."""

import json
import shutil
from pathlib import Path

import pytest

from mia_plugins.errors import ExitCode
from mia_plugins.runs.ledger import Ledger
from tests.conftest import Mia
from tests.runs import RUNS, drafted, entry, made, record, some_rows


@pytest.fixture
def ids(here: Path) -> list[str]:
    """Make three runs: the second lacks decisions of the first, the third has lost its folder."""
    assert here.is_dir()
    runs = [made(1)[1], made(2, rows=some_rows(28))[1], made(3)[1]]
    with Ledger.open(RUNS) as ledger:
        for run in runs:
            ledger.add(entry(run.id))
        ledger.add(entry(runs[1].id, status="repeated", seconds=2.25, net=None, trades=None))
    shutil.rmtree(runs[2].path)
    return [run.id for run in runs]


def test_list_shows_every_run_the_newest_first(mia: Mia, ids: list[str]) -> None:
    found = mia("runs", "list")
    lines = [line.split() for line in found.out.splitlines() if line[1:2].isdigit()]
    assert [line[:2] for line in lines] == [["4", ids[1]], ["3", ids[2]], ["2", ids[1]], ["1", ids[0]]]
    assert " ".join(lines[3][2:]) == (
        "run.yaml 2026-06-01 14:00:00 1.5 s complete ESU6.XCME NQU6.XCME 2026-06-01 … 2026-06-05 -12.50 3"
    )
    assert [("gone" in line) for line in lines] == [False, True, False, False]


def test_list_says_how_many_it_leaves_out(mia: Mia, ids: list[str]) -> None:
    assert mia("runs", "list", "--limit", 2).out.endswith("\n2 more: --limit 4\n")
    data = json.loads(mia("runs", "list", "--limit", 2, "--json").out)
    assert data["count"] == 4
    assert [(run["number"], run["run_id"], run["folder"]) for run in data["runs"]] == [
        (4, ids[1], True),
        (3, ids[2], False),
    ]
    assert data["runs"][1] == {
        "number": 3,
        "run_id": ids[2],
        "config": "run.yaml",
        "started": "2026-06-01T14:00:00.000000001Z",
        "seconds": 1.5,
        "status": "complete",
        "instruments": ["ESU6.XCME", "NQU6.XCME"],
        "first_day": "2026-06-01",
        "last_day": "2026-06-05",
        "settings_hash": "5" * 64,
        "data_hash": "d" * 64,
        "code_hash": entry().code_hash,
        "net": "-12.50",
        "trades": 3,
        "folder": False,
    }


def test_list_where_nothing_was_made(mia: Mia) -> None:
    assert mia("runs", "list").out == "there is no folder runs: no run has been made\n"
    assert not RUNS.exists()
    RUNS.mkdir()
    assert mia("runs", "list").out == "no run has been made\n"
    assert json.loads(mia("runs", "list", "--json").out) == {"count": 0, "runs": []}
    assert mia("runs", "list", "--limit", 0).code == ExitCode.USAGE


def test_show_as_text_and_as_data(mia: Mia, ids: list[str]) -> None:
    text = mia("runs", "show", ids[1][:8])
    assert text.code == ExitCode.OK
    assert text.out.startswith(
        f"run {ids[1]}: complete\n  in runs/{ids[1]}\n  number 4, 2026-06-01 14:00:00 UTC, 2.2 s"
    )
    for line in (
        "code.mia-foo.version",
        "trades.count",
        "from 2026-06-01T14:00:00.000000001Z",
        "decisions 28",
    ):
        assert line in " ".join(text.out.split())
    data = json.loads(mia("runs", "show", ids[1], "--json").out)
    assert (data["id"], data["status"], data["tables"]) == (
        ids[1],
        "complete",
        {"decisions": 28, "orders": 28},
    )
    assert [made["number"] for made in data["made"]] == [4, 2]
    assert data["statistics"] == {"net": "125.50", "trades": {"count": 3}}


def test_diff_says_what_differs_and_fails(mia: Mia, ids: list[str]) -> None:
    text = mia("runs", "diff", ids[0], ids[1])
    assert text.code == ExitCode.FAILED
    for line in (
        "inputs.seed",
        f"decisions: 30 rows in {ids[0]}, 28 rows in {ids[1]}",
        f"row 29 is the first that {ids[1]} lacks",
        "2026-06-01T14:00:29.000000001Z -",
    ):
        assert line in " ".join(text.out.split())
    data = json.loads(mia("runs", "diff", ids[0], ids[1], "--json").out)
    assert data["same"] is False
    assert data["tables"][0]["first"]["left"]["id"] == 29


def test_a_run_does_not_differ_from_itself(mia: Mia, ids: list[str]) -> None:
    found = mia("runs", "diff", ids[0], f"runs/{ids[0]}")
    assert (found.code, found.out) == (ExitCode.OK, f"{ids[0]} and {ids[0]} do not differ\n")
    assert json.loads(mia("runs", "diff", ids[0], ids[0], "--json").out)["same"] is True


def test_the_remedy_for_another_result_can_be_followed(mia: Mia, ids: list[str]) -> None:
    """The draft that a run left behind can be compared with the run that is there."""
    draft = drafted(rows=some_rows(29))
    draft._seal_logs(must_be_whole=True)
    draft.write("run.json", record().text())
    found = mia("runs", "diff", f"runs/{ids[0]}", draft.folder)
    assert found.code == ExitCode.FAILED
    assert "row 30 is the first" in found.out


def test_open_prints_the_folder_until_there_is_a_report(mia: Mia, ids: list[str]) -> None:
    assert mia("runs", "open", ids[0]).out == f"runs/{ids[0]}\n"
    (RUNS / ids[0] / "report.html").write_text("<p>")
    assert mia("runs", "open", ids[0], "--print").out == f"runs/{ids[0]}/report.html\n"
    assert mia("runs", "open", "latest", "--print").out == f"runs/{ids[1]}\n"


@pytest.mark.parametrize("words", [("show", "x"), ("diff", "x", "x"), ("open", "x")])
def test_an_unknown_run_is_told(mia: Mia, ids: list[str], words: tuple[str, ...]) -> None:
    found = mia("runs", *words)
    assert found.code == ExitCode.FAILED
    assert found.err.startswith("error: there is no run 'x' in runs")
    assert f"the newest is {ids[1]}" in found.err
    assert "elsewhere" in mia("runs", *words, "--runs", "elsewhere").err
    told = json.loads(mia("runs", "show", "x", "--json").out)
    assert told["ok"] is False


def test_a_damaged_ledger_is_told(mia: Mia, ids: list[str]) -> None:
    assert ids
    (RUNS / "ledger.sqlite").write_bytes(b"no ledger at all" * 1000)
    found = mia("runs", "list")
    assert found.code == ExitCode.FILES
    assert found.err.startswith("error: runs/ledger.sqlite is damaged")
