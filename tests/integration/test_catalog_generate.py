"""`mia catalog generate`: whole days or none, the same bytes however they are made."""

import datetime as dt
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.checks import ProblemKind, problems
from catalog.generation import first_days, generate
from catalog.market.settings import MarketSettings, Scenario
from mia_plugins.data.arrow import Kind
from mia_plugins.data.bars import bars_of
from mia_plugins.data.columns import Bars, Depth, Trades
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.files import Files
from mia_plugins.data.sessions import NS
from mia_plugins.data.store import Store
from mia_plugins.errors import ExitCode
from mia_plugins.units import Multiple
from tests.conftest import Mia

THIN = MarketSettings(density=Multiple(0.02))
START = dt.date(2026, 6, 1)


def digest(folder: Path) -> dict[str, str]:
    """Return the hash of every file of a catalog."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def thin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a catalog of three thin days, made one by one."""
    folder = tmp_path_factory.mktemp("thin") / "cat"
    assert list(generate(Files(str(folder)), THIN, first_days(START, 3))) == [
        dt.date(2026, 6, 1),
        dt.date(2026, 6, 2),
        dt.date(2026, 6, 3),
    ]
    return folder


def test_processes_and_order_change_no_byte(thin: Path, here: Path) -> None:
    days = first_days(START, 3)
    list(generate(Files("cat"), THIN, reversed(days), jobs=2))
    assert digest(here / "cat") == digest(thin)


def test_going_on_gives_what_one_run_gives(thin: Path, here: Path) -> None:
    days = first_days(START, 3)
    list(generate(Files("cat"), THIN, days[:1]))
    assert list(generate(Files("cat"), THIN, days)) == [day.day for day in days[1:]]
    assert list(generate(Files("cat"), THIN, days)) == []
    assert digest(here / "cat") == digest(thin)


KILLED = """
from mia_plugins.data.files import Files
from catalog.generation import first_days, generate
from tests.integration.test_catalog_generate import START, THIN
list(generate(Files({uri!r}), THIN, first_days(START, 3)))
"""


@pytest.mark.parametrize("seen", ["mia/drafts/*/1.draft", "mia/drafts/*/sealed.json", "data/trades/*/*"])
def test_a_kill_leaves_no_half_day_and_the_next_run_mends_it(thin: Path, here: Path, seen: str) -> None:
    code = KILLED.format(uri="cat")
    process = subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)})
    deadline = time.monotonic() + 120
    while not list((here / "cat").glob(seen)) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    store = Store.open(Files("cat"))
    assert store.manifest is not None
    assert len(store.manifest.days) < 3
    said = {problem.kind for problem in problems(store, max_gap=3_600 * NS)}
    assert said & {ProblemKind.UNFINISHED, ProblemKind.EMPTY} or store.manifest.days
    list(generate(Files("cat"), THIN, first_days(START, 3)))
    assert digest(here / "cat") == digest(thin)


ROOT = Path(__file__).parent.parent.parent


def test_one_writer_at_a_time(here: Path) -> None:
    days = first_days(START, 2)
    first = generate(Files("cat"), THIN, days)
    assert next(first) == days[0].day
    with pytest.raises(CatalogError, match="another process is writing to cat"):
        list(generate(Files("cat"), THIN, days))
    assert list(first) == [days[1].day]
    assert list(generate(Files("cat"), THIN, days)) == []
    assert here.exists()


def forty_days(jobs: str) -> list[str]:
    """Return a command that takes long enough to be stopped."""
    command = [sys.executable, "-P", "-m", "mia_plugins"]
    return [*command, "catalog", "generate", "cat", "--days", "40", "--jobs", jobs]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_says_what_is_kept_and_shows_no_innards(here: Path, thin: Path, jobs: str) -> None:
    command = forty_days(jobs)
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 120
    manifest = here / "cat" / "mia" / "catalog.json"
    while (
        not (manifest.exists() and json.loads(manifest.read_text())["days"]) and time.monotonic() < deadline
    ):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    asked = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert process.returncode == ExitCode.INTERRUPTED, (out, err)
    assert "interrupted; " in err
    assert "Traceback" not in err
    assert time.monotonic() - asked < 30
    assert thin.exists()


def test_workers_end_with_their_parent(here: Path) -> None:
    command = forty_days("2")
    process = subprocess.Popen(command, start_new_session=True)
    deadline = time.monotonic() + 120
    while not list((here / "cat" / "mia" / "drafts").glob("*/*.draft")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait()
    while _alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _alive(process.pid) == []


def _alive(group: int) -> list[str]:
    """Return the processes of a group that still run."""
    found = subprocess.run(
        ["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in found.splitlines()]
    return [
        row[2]
        for row in rows
        if row[0] == str(group) and not row[1].startswith("Z") and "spawn_main" in row[2]
    ]


def test_a_file_that_the_manifest_does_not_list_is_told(thin: Path, mia: Mia, here: Path) -> None:
    shutil.copytree(thin, here / "cat")
    path = here / "cat" / "mia" / "catalog.json"
    data = json.loads(path.read_text())
    gone = data["days"].pop("2026-06-02")
    path.write_text(json.dumps(data))
    found = mia("catalog", "check", "cat", "--max-gap", 60, "--json")
    assert found.code == ExitCode.FAILED
    told = {
        problem["where"] for problem in json.loads(found.out)["problems"] if problem["kind"] == "unrecorded"
    }
    assert told == set(gone)


def test_a_damaged_file_is_mended_as_check_says(thin: Path, mia: Mia, here: Path) -> None:
    shutil.copytree(thin, here / "cat")
    path = sorted((here / "cat/data/quotes").glob("ESM6*/*"))[1]
    path.write_bytes(path.read_bytes()[:1_000])
    problem, gap = json.loads(mia("catalog", "check", "cat", "--max-gap", 60, "--json").out)["problems"]
    assert gap["what"] == "nothing on 2026-06-02, a trading day"
    assert problem["remedy"].startswith("delete the file and run what makes this catalog again")
    (here / "cat" / problem["where"]).unlink()
    assert list(generate(Files("cat"), THIN, first_days(START, 3))) == [dt.date(2026, 6, 2)]
    assert digest(here / "cat") == digest(thin)


def test_a_day_that_lacks_a_file_is_told_when_other_days_are_asked_for(thin: Path, here: Path) -> None:
    shutil.copytree(thin, here / "cat")
    sorted((here / "cat/data/quotes").glob("ESM6*/*"))[2].unlink()
    told: list[dt.date] = []
    assert list(generate(Files("cat"), THIN, first_days(START, 1), forgotten=told.extend)) == []
    assert told == [dt.date(2026, 6, 3)]
    assert list(generate(Files("cat"), THIN, first_days(START, 3), forgotten=told.extend)) == told


@pytest.mark.parametrize(
    "damage",
    [
        ("trades", "size", 0, "wrong size"),
        ("quotes", "ask_size", 0, "wrong size"),
        ("bars", "high", 1, "impossible bar"),
    ],
)
def test_rows_that_cannot_be_are_told(
    thin: Path, mia: Mia, here: Path, damage: tuple[str, str, int, str]
) -> None:
    kind, column, value, told = damage
    shutil.copytree(thin, here / "cat")
    path = sorted((here / "cat" / "data" / kind).glob("ESM6*/*.parquet"))[0]
    table = pq.read_table(path)
    values = table[column].to_pylist()
    values[3] = type(values[3])(value)
    place = table.schema.get_field_index(column)
    table = table.set_column(
        place, table.schema.field(column), pa.array(values, table.schema.field(column).type)
    )
    pq.write_table(table, path, use_compliant_nested_type=False)
    found = mia("catalog", "check", "cat", "--max-gap", 60)
    assert found.code == ExitCode.FAILED
    assert told in found.out


def test_what_is_made_is_in_order(mia: Mia, thin: Path) -> None:
    # Thin as it is, it has minutes without a trade.
    found = mia("catalog", "check", thin, "--max-gap", 60)
    assert found.code == ExitCode.OK, found.out


def test_volume_of_bars_is_that_of_trades_and_the_book_never_crosses(thin: Path) -> None:
    store = Store.open(Files(str(thin)))
    for code in ("ESM6.XCME", "NQM6.XCME"):
        lots = bars = 0
        for part in store.read(Kind.TRADES, code):
            assert isinstance(part, Trades)
            lots += int(part.lots.sum())
            assert bars_of(part).lots.sum() == part.lots.sum()
        for file in store.data_files(Kind.BARS):
            if file.instrument_id == code:
                for part in store.read(Kind.BARS, code):
                    assert isinstance(part, Bars)
                    bars += int(part.lots.sum())
                break
        assert lots == bars > 0
        for part in store.read(Kind.DEPTH, code):
            assert isinstance(part, Depth)
            assert (part.bid_ticks[:, 0] < part.ask_ticks[:, 0]).all()


def test_each_table_knows_when_it_could_be_known(thin: Path) -> None:
    tables = Store.open(Files(str(thin))).tables()
    assert set(tables) == {"labels", "label_fills", "option_chains", "vix", "levels"}
    for paths in tables.values():
        for path in paths:
            rows = pq.read_table(thin / path)
            assert len(rows)
            assert (rows["ts_event"].to_numpy() <= rows["ts_init"].to_numpy()).all()


def test_a_feed_that_is_faulty_is_told_by_check(mia: Mia) -> None:
    options = ["--scenario", "crossed", "--scenario", "disconnect", "--jobs", "1"]
    made = mia("catalog", "generate", "bad", "--days", 1, *options)
    assert made.code == ExitCode.OK, made.err
    found = mia("catalog", "check", "bad")
    assert found.code == ExitCode.FAILED
    assert "crossed" in found.out


def test_bars_of_a_disordered_feed_are_those_of_its_trades_in_order(thin: Path, here: Path) -> None:
    disorder = THIN.model_copy(update={"scenarios": (Scenario(name="out_of_order"),)})
    list(generate(Files("odd"), disorder, first_days(START, 1)))
    odd, plain = here / "odd" / "data" / "bars", thin / "data" / "bars"
    written = [path.relative_to(odd) for path in sorted(odd.rglob("*.parquet"))]
    assert len(written) == 2
    for path in written:
        assert pq.read_table(odd / path).equals(pq.read_table(plain / path))


def test_a_catalog_of_other_settings_is_not_mixed_with(mia: Mia, thin: Path) -> None:
    before = digest(thin)
    found = mia("catalog", "generate", thin, "--seed", 2)
    assert found.code == ExitCode.FAILED
    assert "holds a catalog made otherwise" in found.err
    assert "seed 1 (asked for: 2)" in found.err
    assert digest(thin) == before


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--preset", "dmo"], "there is no preset 'dmo'; did you mean 'demo'?"),
        (["--start", "2026-07-04"], "the nearest ones are 2026-07-02 and 2026-07-06"),
        (["--start", "2026-06-19"], "no trading day with regular hours"),
        (["--scenario", "gapp"], "scenarios.0.name should be"),
        (["--scenario", "gap@2026-06-09"], "choose a trading day from 2026-06-01 to 2026-06-01"),
        (["--edge", "iceberg:x"], "edge.worth should be a valid number"),
        (["--edge", "icebrg"], "edge.event should be"),
        (["--null", "--edge", "iceberg"], "a null market cannot have a planted edge"),
        (["--start", "0001-01-01"], "lies before 2016-01-01"),
        (["--scenario", "gap@"], "scenarios.0.day"),
    ],
)
def test_what_cannot_be_generated(mia: Mia, here: Path, options: list[str], told: str) -> None:
    found = mia("catalog", "generate", "cat", *options)
    assert found.code == ExitCode.FAILED
    assert told in found.err
    assert not (here / "cat").exists()


def test_a_place_that_cannot_be_written(mia: Mia) -> None:
    found = mia("catalog", "generate", "/proc/nowhere")
    assert found.code == ExitCode.FILES
    assert "cannot be written" in found.err


def test_the_answer_for_a_script(mia: Mia, thin: Path) -> None:
    found = mia("catalog", "list", thin, "--json")
    assert json.loads(found.out)["origin"]["maker"] == "synthetic"
