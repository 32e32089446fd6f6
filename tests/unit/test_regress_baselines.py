"""Baselines: what is read is what was written, and one that was touched is refused with the remedy."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from mia_plugins.errors import ExitCode
from mia_plugins.regress.baseline import Baseline, forget, json_path, recorded, rows_path
from mia_plugins.regress.check import Regression, catalog_of
from mia_plugins.regress.errors import RegressError
from mia_plugins.regress.figures import Figures, changes, figures_of
from mia_plugins.regress.judging import baseline_of, judged
from mia_plugins.regress.markets import read_markets
from mia_plugins.regress.outcome import Outcome, Verdict
from mia_plugins.regress.tables import parting, sequence_hash
from mia_plugins.regress.telling import is_good, tell_github, tell_text
from mia_plugins.runs.folder import RunFolder
from mia_plugins.settings.issues import SettingsError
from tests.conftest import Mia
from tests.runs import made, some_rows

STATISTICS: dict[str, Any] = {
    "net": "125.50",
    "trades": 3,
    "exits": {"stop": 1, "target": 2},
    "sharpe": {"value": 1.25, "low": None, "high": 2.0},
}


def run(**more: Any) -> RunFolder:
    return made(**{"statistics": STATISTICS, **more})[1]


@pytest.fixture
def baseline(here: Path) -> Baseline:
    """Return the baseline of a small run, written."""
    one = baseline_of("small", run(), ("it is small",))
    one.write(here)
    return one


def test_what_is_read_is_what_was_written(here: Path, baseline: Baseline) -> None:
    again = Baseline.read(here, "small")
    assert again == baseline
    assert recorded(here) == ["small"]
    assert [again.tables[name].to_pylist() == table.to_pylist() for name, table in baseline.tables.items()]
    assert judged(again, run(seed=8)).verdict is Verdict.SAME
    forget(here, "small")
    assert recorded(here) == []


def edited(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = json_path(folder, "small")
        data = json.loads(path.read_text())
        change(data)
        path.write_text(json.dumps(data))

    return edit


def cut(folder: Path) -> None:
    json_path(folder, "small").write_text("{")


def emptied(folder: Path) -> None:
    rows_path(folder, "small").unlink()


def other_rows(folder: Path) -> None:
    rows_path(folder, "small").write_bytes(b"rows of somebody else")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (edited(lambda d: d["exact"].update(net="999.00")), "was changed by hand"),
        (edited(lambda d: d["tolerant"]["sharpe.value"].update(rtol=10)), "was changed by hand"),
        (edited(lambda d: d.pop("seal")), "was changed by hand"),
        (edited(lambda d: d.update(format=9, mia="7.0")), "is of format 9, written by mia 7.0"),
        (cut, "cannot be read"),
        (emptied, r"rows\.xz cannot be read"),
        (other_rows, "is not the one that small.json was recorded with"),
    ],
)
def test_one_that_was_touched_is_refused(
    here: Path, baseline: Baseline, spoil: Callable[[Path], None], told: str
) -> None:
    del baseline
    spoil(here)
    with pytest.raises(RegressError, match=told) as raised:
        Baseline.read(here, "small")
    assert 'mia regress update small --reason "…"' in raised.value.remedy


def with_score(score: float, at: int = 13) -> list[tuple[Any, ...]]:
    return [(*row[:3], score if row[0] == at else row[3]) for row in some_rows()]


def test_floats_may_differ_in_their_last_digits_and_no_more(baseline: Baseline) -> None:
    near = judged(baseline, run(seed=8, rows=with_score(3.0 * (1 + 1e-8), at=12)))
    assert near.verdict is Verdict.SAME
    far = judged(baseline, run(seed=9, rows=with_score(3.001, at=12)))
    assert far.verdict is Verdict.DIFFERS
    assert (far.partings[0].row, far.partings[0].columns, far.partings[0].exact) == (12, ("score",), False)
    assert far.changes == ()  # the sequence is the same


def test_a_sequence_differs_in_what_is_exact_alone() -> None:
    rows = pa.table({"id": [1, 2], "side": [1, -1], "score": [0.5, 0.25], "order_id": ["a", "b"]})
    assert sequence_hash(rows) == sequence_hash(rows.set_column(0, "id", pa.array([7, 9])))
    assert sequence_hash(rows) == sequence_hash(rows.set_column(2, "score", pa.array([0.1, 0.2])))
    assert sequence_hash(rows) != sequence_hash(rows.set_column(1, "side", pa.array([-1, 1])))
    assert sequence_hash(rows) != sequence_hash(rows.slice(0, 1))


def test_a_lacking_row_and_a_null_part_them() -> None:
    rows = pa.table({"id": [1, 2], "stop": [10, None]})
    fewer = parting("decisions", rows, rows.slice(0, 1))
    assert fewer is not None
    assert (fewer.row, fewer.columns, fewer.ids) == (2, (), (2, None))
    null = parting("decisions", rows, pa.table({"id": [1, 2], "stop": [10, 0]}))
    assert null is not None
    assert (null.row, null.columns) == (2, ("stop",))
    assert parting("decisions", rows, rows) is None


def test_a_column_that_one_side_lacks_parts_them() -> None:
    rows = pa.table({"id": [1, 2], "side": [1, -1], "v.x": [0.5, 0.25]})
    for left, right in ((rows, rows.drop_columns("v.x")), (rows.drop_columns("v.x"), rows)):
        found = parting("decisions", left, right)
        assert found is not None
        assert (found.row, found.columns, found.exact) == (0, ("v.x",), True)
        told = list(tell_text([Outcome("one", Verdict.DIFFERS, partings=(found,))]))
        assert "    decisions: columns that only one side has: v.x" in told


def test_one_of_another_name_is_refused(here: Path, baseline: Baseline) -> None:
    del baseline
    for path in (json_path, rows_path):
        path(here, "other").write_bytes(path(here, "small").read_bytes())
    with pytest.raises(RegressError, match="was recorded of 'small', not of 'other'"):
        Baseline.read(here, "other")


@pytest.mark.parametrize("named", ["/data/real/thin", "../thin", "real/thin"])
def test_a_path_elsewhere_is_no_market(here: Path, named: str) -> None:
    (here / "one.yaml").write_text(f"catalog: {named}\n")
    assert catalog_of(here / "one.yaml", {"thin"}) == here / named


def test_a_market_lies_beside_its_config(here: Path) -> None:
    (here / "parts").mkdir()
    (here / "parts" / "thin.yaml").write_text("catalog: ../thin\n")
    (here / "one.yaml").write_text("extends: parts/thin.yaml\n")
    assert catalog_of(here / "one.yaml", {"thin"}) == "thin"


def test_a_market_that_is_a_folder_too_is_refused(here: Path) -> None:
    config = here / "one.yaml"
    config.write_text("catalog: thin\n")
    assert catalog_of(config, {"thin"}) == "thin"
    (here / "thin").mkdir()
    with pytest.raises(RegressError, match=r"is a market of .*, and a folder"):
        catalog_of(config, {"thin"})


def test_a_pull_request_is_told_what_is_new_and_what_is_loud() -> None:
    outcomes = [Outcome("fresh", Verdict.NEW), Outcome("loud", Verdict.SAME, printed="it printed 5 MB")]
    told = "\n".join(tell_github(outcomes))
    assert "| fresh | new | nothing was recorded of it |" in told
    assert 'nothing was recorded of it: `mia regress update fresh --reason "…"`' in told
    assert told.count("it printed 5 MB") == 2  # in the table and below
    assert "the same as when it was recorded" not in told
    assert "nothing that went in differs" not in told


def test_a_market_that_cannot_be_made_is_its_configs_own(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "catalogs.yaml").write_text("bad: {start: 2026-06-06}\ngood: {start: 2026-06-01}\n")
    for name, catalog in (("one", "bad"), ("two", "bad"), ("three", "good"), ("four", "elsewhere")):
        (here / f"{name}.yaml").write_text(f"catalog: {catalog}\n")

    def generate(name: str, spec: object, place: Path) -> None:
        del spec, place
        if name == "bad":
            raise RegressError("the catalog 'bad' cannot be made", "correct it")

    monkeypatch.setattr("mia_plugins.regress.markets._generate", generate)
    regression = Regression(here, here / "work")
    catalogs, unreadable = regression._catalogs(["one", "two", "three", "four"])
    assert set(unreadable) == {"one", "two"}
    assert {name: path.name.split("-")[0] for name, path in catalogs.items()} == {
        "three": "good",
        "four": "elsewhere",
    }


def test_each_tier_has_its_figures_and_its_tolerance() -> None:
    then = figures_of(STATISTICS, {})
    assert set(then.exact) == {"net", "trades", "exits.stop", "exits.target"}
    assert set(then.tolerant) == {"sharpe.value", "sharpe.low", "sharpe.high"}
    now = figures_of(
        STATISTICS | {"net": "125.51", "sharpe": {"value": 1.25000001, "low": 0.5, "high": 2.1}}, {}
    )
    assert [(c.name, c.tier) for c in changes(then, now)] == [
        ("net", "exact"),
        ("sharpe.low", "tolerant"),
        ("sharpe.high", "tolerant"),
    ]
    loose = Figures(then.exact, then.tolerant, dict.fromkeys(then.rtol, 0.1))
    assert [c.name for c in changes(loose, now)] == ["net", "sharpe.low"]


def test_other_data_are_not_mistaken_for_other_code(baseline: Baseline) -> None:
    then = replace(baseline, inputs=replace(baseline.inputs, data="e" * 64))
    one = judged(then, run(seed=8, rows=with_score(9.0)))
    assert set(one.inputs) == {"data"}
    told = list(tell_text([one]))
    assert "    the data changed: data eeeeeeeeeeee → dddddddddddd" in told
    assert "    the same as when it was recorded: settings, code, versions" in told


def test_the_same_that_prints_megabytes_is_not_good() -> None:
    assert is_good(Outcome("one", Verdict.SAME))
    assert not is_good(Outcome("one", Verdict.SAME, printed="it printed 5 MB"))
    assert not any(is_good(Outcome("one", verdict)) for verdict in set(Verdict) - {Verdict.SAME})


def test_catalogs_are_told_apart_with_their_mistakes(here: Path) -> None:
    assert read_markets(here) == {}
    (here / "catalogs.yaml").write_text("thin:\n  start: 2026-06-01\n  densty: 0.03\nbare:\n")
    with pytest.raises(SettingsError) as raised:
        read_markets(here)
    told = str(raised.value)
    assert "catalogs.yaml:3:3: thin.densty" in told
    assert "did you mean 'density'?" in told
    assert "catalogs.yaml:4:1: bare" in told


def test_a_reason_and_a_folder_are_asked_for(mia: Mia, here: Path) -> None:
    (here / "configs").mkdir()
    (here / "configs" / "one.yaml").write_text("catalog: nowhere\n")
    assert mia("regress", "update").code == ExitCode.USAGE
    empty = mia("regress", "update", "--folder", "configs", "--reason", " ")
    assert (empty.code, "recorded for a reason" in empty.err) == (ExitCode.FAILED, True)
    nowhere = mia("regress", "check", "--folder", "nowhere")
    assert (nowhere.code, "there is no folder nowhere" in nowhere.err) == (ExitCode.FILES, True)
    unknown = mia("regress", "check", "two", "--folder", "configs")
    assert "has no config 'two'" in unknown.err


def test_a_config_of_another_ending_is_not_passed_over(mia: Mia, here: Path) -> None:
    (here / "configs").mkdir()
    (here / "configs" / "one.yaml").write_text("catalog: nowhere\n")
    (here / "configs" / "two.yml").write_text("catalog: nowhere\n")
    found = mia("regress", "check", "--folder", "configs")
    assert found.code == ExitCode.FAILED
    assert "configs/two.yml would not be checked: configs end in .yaml" in found.err
    assert "name it two.yaml" in found.err
