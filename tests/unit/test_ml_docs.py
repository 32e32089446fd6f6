"""docs/ml.md beside the code."""

import re
import tomllib
from pathlib import Path

from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from strategies.ml.columns import FIXED
from strategies.ml.settings import load_training
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "ml.md").read_text(encoding="utf-8")


def test_the_training_it_shows_is_in_order(here: Path) -> None:
    shown = next(text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "learners:" in text)
    (here / "train.yaml").write_text(shown)
    settings, chosen = load_training(here / "train.yaml", PluginHost.discover())
    assert (settings.instrument, settings.gate) == ("ES", "break_even")
    assert [one.weight for one in chosen] == [0.3, 0.35, 0.35]


def test_every_column_and_learner_and_extra_is_named() -> None:
    assert [name for name in FIXED if f"`{name}`" not in PAGE] == []
    learners = PluginHost.discover().registry.names(Kind.LEARNERS)
    assert {"logistic", "linear", "random_forest", "xgboost", "lightgbm", "catboost"} <= set(learners)
    assert [name for name in learners if f"`{name}`" not in PAGE] == []
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert [name for name in extras if f"`mia[{name}]`" not in PAGE] == []
    assert all("==" in one or one.startswith("mia[") for some in extras.values() for one in some)
