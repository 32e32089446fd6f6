"""Every settings file we ship is in order, and the editor knows its schema."""

from pathlib import Path

import pytest

from mia_plugins.host import PluginHost
from mia_plugins.live.planning import asks_for_chain, live_plan
from mia_plugins.making.members import strategy_classes
from mia_plugins.settings.layers import shipped_configs
from mia_plugins.settings.listing import origins
from mia_plugins.settings.resolve import Run, load_run
from strategies.ml.settings import load_training

PRESETS = sorted((shipped_configs() / "presets").glob("*.yaml"))
MODELINE = "# yaml-language-server: $schema="
FILES = sorted(
    path
    for path in shipped_configs().rglob("*.yaml")
    if path.name not in ("mistakes.yaml", "catalogs.yaml")  # that one holds markets, and no run
    and path.parent.name != "training"
)
TRAININGS = sorted((shipped_configs() / "training").glob("*.yaml"))
"""Of `mia train`: no runs, so neither the schema of runs nor an instrument is theirs."""
REGRESSION = shipped_configs() / "regression"


def whole(preset: Path) -> Run:
    """Return a day of ES with a preset."""
    return load_run(shipped_configs() / "backtests" / "demo_day.yaml", preset=preset.stem)


def test_there_are_some() -> None:
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(shipped_configs())))
def test_a_shipped_file_is_in_order(path: Path) -> None:
    here = f"mia:{path.relative_to(shipped_configs())}"
    if path.parent == REGRESSION / "parts":
        assert any(f"parts/{path.name}" in one.read_text() for one in REGRESSION.glob("*.yaml"))
    elif path.parent.name == "parts":
        assert any(here in whole(preset).layers.files for preset in PRESETS), "no preset has this part"
    elif path.parent.name == "presets":
        assert here in whole(path).layers.files
    else:
        assert load_run(path).settings.instruments


@pytest.mark.parametrize("path", TRAININGS, ids=lambda path: path.stem)
def test_a_shipped_training_needs_only_an_instrument(path: Path, tmp_path: Path) -> None:
    own = tmp_path / "train.yaml"
    own.write_text(f"extends: mia:training/{path.name}\ninstrument: NQ\n")
    settings, chosen = load_training(own, PluginHost.discover())
    assert (settings.instrument, settings.runs, settings.registry) == ("NQ", Path("runs"), Path("models"))
    assert sum(one.weight for one in chosen) == pytest.approx(1)


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_every_value_of_a_preset_says_where_it_is_from(path: Path) -> None:
    run = whole(path)
    here = {at: place for at, place in origins(run).items() if f"presets/{path.name}" in place}
    assert here
    assert not [at for at, place in here.items() if not place.endswith(")")]


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if path.parent.name != "demo"],  # those are copied away from the schema
    ids=lambda path: str(path.relative_to(shipped_configs())),
)
def test_a_shipped_file_names_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith(MODELINE)
    assert (
        path.parent / first.removeprefix(MODELINE)
    ).resolve() == shipped_configs().resolve() / "mia.schema.json"


@pytest.mark.parametrize(
    "path", sorted((shipped_configs() / "live").glob("*.yaml")), ids=lambda path: path.stem
)
def test_shipped_live_settings_look_at_all_that_they_follow(path: Path) -> None:
    run = load_run(path)
    plan = live_plan(run, strategy_classes(run))
    assert asks_for_chain(plan, run.settings)  # the default preset reads the chain
