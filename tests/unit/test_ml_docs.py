"""docs/ml.md beside the code."""

import json
import re
import tomllib
from pathlib import Path

import yaml

from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from strategies.ml.columns import FIXED
from strategies.ml.drift_actor import MlDriftSettings
from strategies.ml.settings import load_training
from strategies.ml.watch import WatchSettings
from tests.conftest import ROOT
from tests.planted import Planted, planted_run

PAGE = (ROOT / "docs" / "ml.md").read_text(encoding="utf-8")


def shown(name: str) -> str:
    """Return the file of that name that the page shows."""
    found = re.findall(rf"```yaml\n# file: {re.escape(name)}\n(.*?)```", PAGE, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def test_the_training_it_shows_is_in_order(here: Path) -> None:
    (here / "train.yaml").write_text(shown("train.yaml"))
    settings, chosen = load_training(here / "train.yaml", PluginHost.discover())
    assert (settings.instrument, settings.gate) == ("ES", "break_even")
    assert (settings.least, float(settings.every)) == (1000, 24.0)
    assert {one.name: one.weight for one in chosen} == {
        "logistic": 0.3,
        "random_forest": 0.35,
        "xgboost": 0.35,
    }
    assert next(one for one in chosen if one.name == "random_forest").settings.model_dump()["trees"] == 200


def test_the_watch_it_shows_is_in_order_and_its_numbers_are_the_usual_ones(here: Path) -> None:
    told = yaml.safe_load(shown("watched.yaml"))["actors"]["ml_drift"]
    planted_run(here / "runs", Planted(count=30))
    settings = MlDriftSettings.model_validate_json(json.dumps(told | {"models": {}}))
    assert settings.watch == WatchSettings()
    assert f"`trades` ({settings.watch.trades})" in PAGE
    assert f"index above {settings.watch.most_shift:g}".replace("0.", ".") in PAGE
    assert len(settings.after) == 1


def test_every_column_and_learner_and_extra_is_named() -> None:
    assert [name for name in FIXED if f"`{name}`" not in PAGE] == []
    learners = PluginHost.discover().registry.names(Kind.LEARNERS)
    assert {"logistic", "linear", "random_forest", "xgboost", "lightgbm", "catboost"} <= set(learners)
    assert [name for name in learners if f"`{name}`" not in PAGE] == []
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert [name for name in extras if f"`mia[{name}]`" not in PAGE] == []
    assert all("==" in one or one.startswith("mia[") for some in extras.values() for one in some)
