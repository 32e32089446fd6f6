"""Trainings on planted journals: what is learned, what is refused, and what becomes of a model."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mia_plugins.errors import MiaError
from mia_plugins.learning import ModelError
from strategies.ml.dataset import DataSet, data_set
from strategies.ml.leaks import LeakError
from strategies.ml.registry import NOTHING, SOMETHING, Registry, Status, compare
from strategies.ml.schema import Schema, schema_of
from strategies.ml.training import Trained
from tests.conftest import Mia
from tests.planted import STOP, STRATEGY, TARGET, Planted, planted_run
from tests.training import FAST, config, trained

EDGE = Planted(count=1500, edge=0.9)
QUICK: dict[str, Any] = {"groups": 4, "held_out": 1, "folds": 3}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def made(home: Path) -> Trained:
    return trained(home, EDGE, **QUICK)


def test_the_data_set_is_what_was_journaled(here: Path) -> None:
    run = planted_run(here / "runs", EDGE)
    data = data_set([run], STRATEGY)
    assert data.names[:2] == ("flow", "calm")
    assert (np.diff(data.ts) > 0).all()
    costs = 4.5 / 12.5 / STOP
    assert set(np.round(data.r, 9)) == {round(TARGET / STOP - costs, 9), round(-1 - costs, 9)}
    assert (data.won == (data.r > 0)).all()
    assert 0.02 < data.taken.mean() < 0.4, "some were traded, of the others there are shadows"
    assert data.target_r == pytest.approx(TARGET / STOP)
    assert ((data.end > data.ts) & (data.weight > 0) & (data.weight <= 1)).all()
    assert data.weight.min() < 1
    calm = data.values[:, 1]
    assert 0 < np.isnan(calm).mean() < 0.05, "what was not known is not made up"
    assert data.digest == data_set([run], STRATEGY).digest != data.where(data.taken).digest


def test_a_planted_edge_is_found_by_columns_that_hold_it(made: Trained) -> None:
    found = made.findings
    assert found.verdict == SOMETHING
    assert found.auc.value is not None
    assert found.auc.value > found.chance[1]
    assert found.importance[0].column == "flow × side"
    assert found.profit.rise_of_half.low is not None
    assert found.profit.rise_of_half.low > 0
    assert found.shuffled.low < found.shuffled.auc < found.shuffled.high
    assert all(rise > 0 for rise in found.paths.rise)
    assert {one.column for one in found.alone} >= {"flow × side", "calm", "hours_open", "score × side"}
    assert (found.brier.value or 1) < found.brier_of_base


def test_the_same_data_and_seed_give_the_same_model_to_the_byte(home: Path, made: Trained) -> None:
    again = trained(home, **QUICK)
    assert (again.card.id, again.files) == (made.card.id, made.files)
    other = trained(home, **QUICK, seed=2)
    assert other.files["xgboost.ubj"] != made.files["xgboost.ubj"]
    assert other.findings.trials == 2, "the first training counts as a trial"
    deflated = (made.findings.deflated, other.findings.deflated)
    assert all(one is not None for one in deflated)


def test_a_feature_that_knows_the_future_ends_the_training(here: Path) -> None:
    with pytest.raises(LeakError, match=r"future: leak × side \(AUC 0\.\d+"):
        trained(here, replace(EDGE, leak=0.6), leave_out=[], **QUICK)
    assert not (here / "models").exists(), "nothing was kept"
    trained(here, leave_out=["leak"], **QUICK)


def test_a_feature_that_only_trees_can_read_ends_the_training(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaking(*told: Any) -> DataSet:
        data = data_set(*told)
        rng = np.random.default_rng(1)
        # A win lies in the middle of either side, a loss below or above it: no order tells them apart.
        loss = np.where(
            rng.random(len(data)) < 0.5, rng.uniform(0, 0.3, len(data)), rng.uniform(0.6, 0.9, len(data))
        )
        values = data.values.copy()
        values[:, data.names.index("leak")] = np.where(data.won > 0, rng.uniform(0.3, 0.6, len(data)), loss)
        return replace(data, values=values)

    monkeypatch.setattr("strategies.ml.training.data_set", leaking)
    with pytest.raises(LeakError, match=r"together have an AUC of (0\.9|1\.).*; 'leak' tells most"):
        trained(here, Planted(count=900), leave_out=[], **QUICK)


def test_runs_that_are_not_alike_are_refused(here: Path) -> None:
    planted_run(here / "runs", EDGE)
    planted_run(here / "runs", replace(EDGE, seed=2, preset="status_2025_07"))
    with pytest.raises(ModelError, match="differ: `preset` is"):
        trained(here)


def test_another_feature_or_strategy_under_the_same_name_is_a_difference() -> None:
    def of(feature: str, strategy: str) -> Schema:
        told = {"features": {"f": {"use": feature}}, "strategies": {"s": {"use": strategy}}}
        return schema_of(told, "s")

    assert of("price_action", "trend").difference(of("price_action", "trend")) is None
    assert of("price_action", "trend").difference(of("level_proximity", "trend")) == (
        "the feature 'f' or its settings"
    )
    assert of("price_action", "trend").difference(of("price_action", "range")) == (
        "the strategy is 'trend' and 'range'"
    )


def test_runs_of_other_settings_of_a_feature_are_refused(here: Path) -> None:
    planted_run(here / "runs", EDGE)
    planted_run(here / "runs", replace(EDGE, seed=2, bars=6))
    with pytest.raises(ModelError, match="differ: the feature 'flow' or its settings"):
        trained(here)


def test_the_same_decisions_count_once(here: Path) -> None:
    planted_run(here / "runs", EDGE)
    planted_run(here / "runs", replace(EDGE, edge=0.91))
    with pytest.raises(ModelError, match=r"at the same instant in more than one of the runs"):
        trained(here)


def test_too_little_is_told(here: Path) -> None:
    with pytest.raises(
        ModelError, match=r"hold 299 decisions with an outcome; 500 are needed|hold \d+ decisions"
    ):
        trained(here, Planted(count=300))
    with pytest.raises(ModelError, match="there is no run that came to its end"):
        trained(here, runs=str(here / "none"))
    with pytest.raises(ModelError, match=r"has no strategy 'trend-ES'"):
        trained(here, strategy="trend")
    with pytest.raises(ModelError, match=r"`leave_out` names 'flaw', which the journals do not have"):
        trained(here, leave_out=["flaw"], least=100)


def test_what_is_wrong_with_a_file_is_told_with_its_place(here: Path, mia: Mia) -> None:
    path = here / "train.yaml"
    path.write_text(
        "instrument: ES\nlearners:\n  xgbost: {weight: 1}\n  logistic: {weight: -1}\n  xgboost: {tres: 5}\ngate: 2\n"
    )
    done = mia("train", path)
    assert done.code == 4
    assert "train.yaml:6:" in done.err
    path.write_text(path.read_text().replace("gate: 2\n", ""))
    done = mia("train", path)
    assert "unknown learner 'xgbost'; did you mean 'xgboost'?" in done.err
    assert "train.yaml:4:" in done.err
    assert "should be from 0 to 1000; got -1" in done.err
    assert "tres" in done.err


def test_a_search_counts_its_trials_and_is_judged_on_what_it_did_not_see(here: Path) -> None:
    space = {"xgboost.depth": [1, 3], "logistic.c": [0.01, 1.0]}
    made = trained(here, EDGE, search={"method": "grid", "space": space}, **QUICK)
    assert made.findings.trials == 4
    assert made.findings.rows < 0.4 * made.card.data["trained"]["rows"], (
        "the folds that the search did not see"
    )
    deflated = made.findings.deflated
    assert deflated is not None
    assert deflated.trials == 4
    assert deflated.expected_best > 0
    for wrong, told in (
        ({"xgboost.dept": [1]}, "which is no setting; did you mean 'xgboost.depth'"),
        ({"xgboost.depth": [99]}, "xgboost.depth may not be 99"),
    ):
        with pytest.raises(ModelError, match=told):
            trained(here, search={"method": "grid", "space": wrong}, **QUICK)


def test_a_search_of_one_trial_is_judged_on_what_it_did_not_see(here: Path) -> None:
    search = {"method": "grid", "space": {"xgboost.depth": [2]}}
    made = trained(here, Planted(count=900, edge=0.9), search=search, **QUICK)
    assert made.findings.trials == 1
    found, known = made.findings, made.card.data["trained"]
    assert 100 < found.rows < 0.35 * known["rows"]
    assert found.days < 0.35 * known["days"], "of these days alone"


@pytest.mark.parametrize("method", ["random", "optuna"])
def test_drawn_settings_follow_from_the_seed(here: Path, method: str) -> None:
    space = {"xgboost.depth": [1, 2, 3], "xgboost.rate": [0.02, 0.05, 0.1]}
    planted_run(here / "runs", replace(EDGE, count=900))
    learners = {"xgboost": {"trees": 10}}
    search = {"method": method, "trials": 3, "space": space}
    both = [
        trained(here, learners=learners, search=search, registry=str(here / name), **QUICK) for name in "ab"
    ]
    assert both[0].card.id == both[1].card.id
    assert both[0].findings.trials == 3


def test_weights_can_be_learned(here: Path) -> None:
    made = trained(here, EDGE, weights="stacked", learners=FAST | {"linear": {"weight": 0.1}}, **QUICK)
    weights = [part.weight for part in made.card.parts]
    assert sum(weights) == pytest.approx(1)
    assert weights != pytest.approx([0.4 / 1.1, 0.6 / 1.1, 0.1 / 1.1])


def test_a_model_is_promoted_by_its_figures_or_by_a_person(here: Path, mia: Mia) -> None:
    good = trained(here, EDGE, **QUICK).card.id
    planted_run(here / "null", Planted(count=1500))
    nothing = trained(here, runs=str(here / "null"), **QUICK)
    assert nothing.findings.verdict == NOTHING
    folder = here / "models"
    done = mia("models", "promote", nothing.card.id, "--models", folder)
    assert (done.code, "is not surely better: by its figures there is nothing to filter" in done.err) == (
        1,
        True,
    )
    assert mia("models", "promote", good[:6], "--models", folder).code == 0
    assert Registry(folder).promoted("ES") == [good]
    done = mia("models", "promote", nothing.card.id, "--models", folder, "--by-hand")
    assert "needs a reason" in done.err
    by_hand = ("--by-hand", "--why", "to see what it does")
    assert mia("models", "promote", nothing.card.id, "--models", folder, *by_hand).code == 0
    assert Registry(folder).status() == {good: Status.REPLACED, nothing.card.id: Status.PROMOTED}
    assert mia("models", "retire", nothing.card.id, "--models", folder, "--why", "seen").code == 0
    rows = json.loads(mia("models", "list", "--models", folder, "--json").out)
    assert {row["model"]: row["status"] for row in rows} == {good: "replaced", nothing.card.id: "retired"}
    shown = mia("models", "show", good, "--models", folder).out
    assert "it tells better decisions from worse ones" in shown
    assert "flow × side" in shown
    done = mia("models", "show", "zz", "--models", folder)
    assert (done.code, f"there is no model 'zz' in {folder}" in done.err) == (1, True)


def test_a_candidate_beside_the_one_in_use_must_be_better_in_both(made: Trained) -> None:
    assert compare(made.card, None).better
    assert not compare(made.card, made.card).better


def test_training_is_done_when_it_is_due(here: Path, mia: Mia) -> None:
    planted_run(here / "runs", EDGE)
    path = config(here, **QUICK, every=24)
    done = mia("train", path, "--due")
    assert done.code == 0, done.err
    assert "model " in done.out
    assert "the next training is due in 24.0 h" in mia("train", path, "--due").out
    assert json.loads(mia("train", path, "--due", "--json").out)["trained"] is False


def test_a_history_that_is_damaged_is_told(here: Path) -> None:
    folder = here / "models"
    folder.mkdir()
    (folder / "history.jsonl").write_text('{"ts": 1, "model": "a", "did": "trained"}\nnonsense\n')
    with pytest.raises(MiaError, match=r"history\.jsonl:2 is no line of the history"):
        Registry(folder).status()
