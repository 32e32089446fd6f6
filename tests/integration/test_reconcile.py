"""`mia reconcile` on recorded runs: whole ones, killed ones, and those that cannot be made again."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from mia_plugins.data.catalog import Catalog
from mia_plugins.data.columns import quotes_of
from mia_plugins.data.files import Files
from mia_plugins.live.recorder import LOGS
from mia_plugins.runs.draft import DRAFTS
from mia_plugins.runs.folder import RunFolder
from tests.conftest import Mia
from tests.market import DAY, some_depth, some_trades
from tests.recorded import killed_run, recorded_run
from tests.runtime import Stage, at, stage


@dataclass(frozen=True)
class Home:
    """A store of runs with a recorded one."""

    folder: Path
    stage: Stage
    run: RunFolder

    @property
    def runs(self) -> Path:
        """The store."""
        return self.folder / "runs"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("reconciled")
    times = [f"{hour:02}:{minute:02}" for hour in range(10, 15) for minute in range(0, 60, 7)]
    wishes = [{"at": at(time), "side": 1 if time[-1] in "02468" else -1} for time in times]
    limits = [wish | {"entry": 2, "at": wish["at"] + 60_000_000_000} for wish in wishes]
    depth = some_depth(DAY, 3_000, 5)
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        made = stage(
            {DAY: [some_trades(DAY, 3_000, 5), quotes_of(depth)]},
            {"one": {"wishes": wishes}, "two": {"wishes": limits}},
            fills="quotes",
            plugin="tests.proposing:Proposing",
            rules={"daily_loss": {"limit": 1500}},
        )
        return Home(folder, made, recorded_run(made, folder / "runs"))


def test_a_session_is_made_again_to_the_byte(home: Home, mia: Mia) -> None:
    assert (home.run.path / LOGS).is_dir()
    told = json.loads((outcome := mia("reconcile", home.run.id, "--runs", home.runs, "--json")).out)
    assert (outcome.code, told["ok"], told["identical"], told["parted"], told["miscount"]) == (
        0, True, True, "", None
    )  # fmt: skip
    assert told["made"] == told["steps"] > 2_000
    rows = {one["table"]: (one["recorded"], one["same_bytes"]) for one in told["tables"]}
    assert all(same for _, same in rows.values())
    assert min(count for count, _ in rows.values()) > 5
    assert (told["fills"], told["unsimulated"]) == ([], "")
    assert told["counts"]["alike"] == told["counts"]["recorded"] > 10
    assert not (home.run.path / LOGS).exists()
    catalog = Catalog.open(Files(str(home.run.path / "recorded")))
    assert {one.kind.name for one in catalog.data_files()} == {"TRADES", "QUOTES"}


def test_the_first_decision_that_differs_is_told(home: Home, mia: Mia) -> None:
    copy = home.folder / "changed" / home.run.id
    shutil.copytree(home.run.path, copy)
    file = copy / "decisions.parquet"
    table = pq.read_table(file)
    taken = pc.index(table["outcome"].cast(pa.string()), "taken").as_py()
    stops = table["stop"].to_pylist()
    stops[taken] += 1
    other = table.set_column(
        table.schema.get_field_index("stop"), table.schema.field("stop"), pa.array(stops, pa.int64())
    )
    pq.write_table(other, file)
    outcome = mia("reconcile", copy)
    assert outcome.code == 1
    assert f"decisions: row {taken + 1} is the first that differs" in outcome.out
    line = next(line for line in outcome.out.splitlines() if line.strip().startswith("≠"))
    assert line.split()[1:] == ["stop", str(stops[taken]), str(stops[taken] - 1)]
    assert "unexplained" in outcome.out


@pytest.mark.long
@pytest.mark.parametrize("share", [0.6, 0.3])
def test_a_killed_session_is_made_again_up_to_the_cut(home: Home, mia: Mia, share: float) -> None:
    runs = home.folder / f"killed-{share}"
    left = killed_run(home.stage, runs, share)
    assert left.parent.name == DRAFTS
    run_id = left.name.partition("-")[0]
    outcome = mia("reconcile", run_id, "--runs", runs)
    assert outcome.code == 0, outcome.out + outcome.err
    assert "did not come to its end" in outcome.out
    assert "identical" in outcome.out
    decisions = next(line.split() for line in outcome.out.splitlines() if line.startswith(" decisions"))
    recorded, replayed = (int(word.replace(",", "")) for word in decisions[1:3])
    assert recorded > replayed > 100
    assert not left.exists()
    shown = mia("runs", "show", run_id, "--runs", runs)
    assert "its process was killed" in shown.out


def test_a_backtest_is_no_recording(home: Home, mia: Mia) -> None:
    copy = home.folder / "backtest" / home.run.id
    shutil.copytree(home.run.path, copy)
    (copy / "steps.parquet").unlink()
    outcome = mia("reconcile", copy)
    assert (outcome.code, outcome.out) == (1, "")
    assert "was not recorded: it has no table of steps" in outcome.err
    assert "`mia backtest --again`" in outcome.err


def test_other_settings_are_refused(home: Home, mia: Mia) -> None:
    copy = home.folder / "settings" / home.run.id
    shutil.copytree(home.run.path, copy)
    file = copy / "settings.yaml"
    file.write_text(file.read_text().replace("limit: 1500", "limit: 1600"))
    outcome = mia("reconcile", copy)
    assert outcome.code == 1
    assert "settings.yaml does not say the settings it was made with" in outcome.err
    assert "restore its settings.yaml" in outcome.err


def test_other_code_and_versions_are_refused_by_name(home: Home, mia: Mia) -> None:
    copy = home.folder / "code" / home.run.id
    shutil.copytree(home.run.path, copy)
    record = json.loads((copy / "run.json").read_text())
    record["inputs"]["versions"]["numpy"] = "1.0"
    plugin = next(name for name in record["inputs"]["code"] if name.startswith("plugin "))
    record["inputs"]["code"][plugin]["hash"] = "0" * 64
    (copy / "run.json").write_text(json.dumps(record))
    outcome = mia("reconcile", copy)
    assert outcome.code == 1
    assert f"code.{plugin}.hash was 000000000000…" in outcome.err
    assert "versions.numpy was 1.0 and is" in outcome.err
    assert "install or check out what it was made with" in outcome.err


def test_rows_that_are_gone_are_told(home: Home, mia: Mia) -> None:
    copy = home.folder / "rows" / home.run.id
    shutil.copytree(home.run.path, copy)
    for name in ("recorded", LOGS):
        shutil.rmtree(copy / name, ignore_errors=True)
    outcome = mia("reconcile", copy)
    assert outcome.code == 1
    assert "has no recorded rows: there is no folder" in outcome.err
