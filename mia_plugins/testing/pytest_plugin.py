"""pytest fixtures for the tests of plugins; pytest finds them wherever mia is installed."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mia_plugins.testing.scenes import Scene
    from mia_plugins.testing.tiny import Ran


@pytest.fixture(scope="session")
def mia_catalog() -> Path:
    """Return a tiny catalog: one day of ES and NQ, 2026-06-01, of few events."""
    from mia_plugins.testing.tiny import tiny_catalog  # noqa: PLC0415 it takes seconds to import

    return tiny_catalog()


@pytest.fixture
def mia_run(tmp_path: Path) -> "Callable[..., Ran]":
    """Return what runs a backtest over the tiny day: `mia_run(strategies={"mine": {"stop": 8}})`."""

    def run(**settings: Any) -> "Ran":
        from mia_plugins.testing.tiny import tiny_run  # noqa: PLC0415

        return tiny_run(settings, tmp_path / "runs")

    return run


@pytest.fixture
def mia_scene() -> "Callable[[str], Scene]":
    """Return what begins a scene of a trading day, written like a table: `mia_scene("2026-03-10")`."""

    def begin(day: str) -> "Scene":
        from mia_plugins.testing.scenes import Scene  # noqa: PLC0415

        return Scene(day)

    return begin
