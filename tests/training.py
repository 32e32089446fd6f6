"""Trainings on planted journals, as a user starts them."""

import json
from pathlib import Path
from typing import Any

from mia_plugins.host import PluginHost
from strategies.ml.registry import Registry
from strategies.ml.settings import load_training
from strategies.ml.training import Trained, runs_of, train
from tests.planted import Planted, planted_run

FAST: dict[str, Any] = {"logistic": {"weight": 0.4}, "xgboost": {"weight": 0.6, "trees": 40}}
"""Learners that take no time."""
WHOLE: dict[str, Any] = FAST | {"random_forest": {"weight": 0.5, "trees": 30, "threads": 1}}


def config(folder: Path, **settings: Any) -> Path:
    """Write a training's settings into a folder and return the file."""
    usual: dict[str, Any] = {
        "runs": str(folder / "runs"),
        "registry": str(folder / "models"),
        "instrument": "ES",
        "gate": "break_even",
        "least": 500,
        "leave_out": ["leak"],
        "learners": FAST,
    }
    path = folder / "train.yaml"
    path.write_text(json.dumps(usual | settings))
    return path


def trained(folder: Path, plan: Planted | None = None, **settings: Any) -> Trained:
    """Train on a planted journal in a folder; the model is kept in its registry."""
    if plan is not None:
        planted_run(folder / "runs", plan)
    made_of, chosen = load_training(config(folder, **settings), PluginHost.discover())
    made = train(made_of, chosen, runs_of(made_of))
    Registry(made_of.registry).add(made.card, made.files)
    return made
