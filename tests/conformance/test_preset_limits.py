"""Limits of presets and overlays: every one has them, and none contradicts the sizer beside it."""

from pathlib import Path
from typing import Any

import pytest

from mia_plugins.settings.layers import shipped_configs
from mia_plugins.settings.resolve import load_run
from strategies.patterns.plugin import STRATEGIES

DAY = shipped_configs() / "backtests" / "demo_day.yaml"
EVERY = ("outer_envelope", "daily_loss", "cooldown", "positions", "contracts", "risk_per_trade")
WHOLE = (
    "production_v3_4",
    "status_2025_07",
    "reference_2025_08",
    "enhanced_14",
    "elite_2025_08",
    "features_full",
)
OVERLAYS = ("data_collection", "paper", "live", "conservative")


def components(config: Path, preset: str = "") -> dict[str, Any]:
    """Return the settings of a run's rules and sizers, by name."""
    return {one.name: one.settings for one in load_run(config, preset=preset).components}


def in_accord(found: dict[str, Any]) -> None:
    """See that no limit forbids what the sizer is set to."""
    sizer = found["kelly"] if "kelly" in found else found["standard"]
    assert found["contracts"].maximum >= sizer.maximum
    assert found["risk_per_trade"].risk >= (sizer.most if "kelly" in found else sizer.risk)
    assert found["size_sanity"].maximum >= found["contracts"].maximum


@pytest.mark.parametrize("preset", WHOLE)
def test_every_preset_has_limits_and_they_are_in_accord_with_its_sizer(preset: str) -> None:
    found = components(DAY, preset)
    assert [name for name in EVERY if name not in found] == []
    assert found["outer_envelope"].limit <= 500
    in_accord(found)


def test_presets_of_002_size_by_kelly_alone() -> None:
    sized = {preset for preset in WHOLE if "kelly" in components(DAY, preset)}
    assert sized == {"reference_2025_08", "enhanced_14"}
    assert all("standard" not in components(DAY, preset) for preset in sized)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_moves_the_limits_along_with_the_sizer(overlay: str, here: Path) -> None:
    config = here / "run.yaml"
    config.write_text(f"extends: mia:backtests/demo_day.yaml\npreset: [production_v3_4, {overlay}]\n")
    in_accord(components(config))


def test_patterns_have_the_stops_of_the_production_document(here: Path) -> None:
    config = here / "run.yaml"
    config.write_text("extends: mia:backtests/demo_day.yaml\npreset: [production_v3_4, patterns]\n")
    found = components(config)
    stops = {name: (found[name].bracket.stop_by, found[name].bracket.stop) for name in STRATEGIES}
    assert stops == dict.fromkeys(STRATEGIES, ("ticks", 10)) | {"gamma_pin_reversion": ("ticks", 6)}
    assert (found["confluence"].bracket.stop, found["confluence"].bracket.stop_by) == (12, "ticks")
