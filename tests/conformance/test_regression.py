"""What we ship is held to what was recorded of it: one config here, all with the long tests and in the workflow."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from mia_plugins.regress.baseline import Baseline, recorded
from mia_plugins.regress.check import Regression, catalog_of
from mia_plugins.regress.markets import read_markets
from mia_plugins.regress.telling import is_good, tell_text
from mia_plugins.settings.layers import shipped_configs, shipped_presets
from mia_plugins.settings.resolve import load_run
from tests.conftest import ROOT

FOLDER = shipped_configs() / "regression"
NAMES = Regression(FOLDER, Path()).names()
SOME = ("preset_production_v3_4",)


def test_every_strategy_and_every_preset_has_a_config() -> None:
    runs = [load_run(FOLDER / f"{name}.yaml") for name in NAMES]
    used = {c.registration.name for run in runs for c in run.components if c.kind is Kind.STRATEGIES}
    ours = {
        row.name
        for row in PluginHost.discover().registry.all(Kind.STRATEGIES)
        if row.provider.distribution == "mia"
    }
    assert ours - used == set()
    files = {file for run in runs for file in run.layers.files}
    assert [name for name in shipped_presets() if f"mia:presets/{name}.yaml" not in files] == []


def test_every_config_has_a_sound_baseline_and_a_market() -> None:
    assert recorded(FOLDER) == NAMES
    assert all(Baseline.read(FOLDER, name).reasons for name in NAMES)
    markets = read_markets(FOLDER)
    assert [name for name in NAMES if catalog_of(FOLDER / f"{name}.yaml", markets) not in markets] == []


def test_most_of_them_trade() -> None:
    """What never trades holds little: some setups are rare on two thin days, and most must be there."""
    trading = [name for name in NAMES if Baseline.read(FOLDER, name).exact["trades"]]
    assert len(trading) > len(NAMES) * 2 / 3


@pytest.mark.parametrize("names", [SOME, pytest.param((), marks=pytest.mark.long)], ids=["some", "all"])
def test_they_are_as_recorded(names: tuple[str, ...], tmp_path: Path) -> None:
    found = Regression(FOLDER, tmp_path, parallel=2, limit=600).check(names)
    assert all(map(is_good, found)), "\n".join(tell_text(found))


@pytest.mark.parametrize(
    "path", [".github/workflows/checks.yml", ".pre-commit-hooks.yaml", ".pre-commit-config.yaml"]
)
def test_what_others_run_are_commands_that_there_are(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    yaml.safe_load(text)
    lines = [line.partition("mia regress")[2].split() for line in text.splitlines() if "mia regress" in line]
    words = [found[0] for found in lines if found]
    assert words
    for word in sorted(set(words)):
        help_ = subprocess.run(
            [sys.executable, "-m", "mia_plugins", "regress", word, "--help"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "--format" in help_.stdout
