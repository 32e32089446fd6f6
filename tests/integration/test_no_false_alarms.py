"""Shipped strategies look at no future and do not depend on the start: the checks say nothing against them."""

import datetime as dt
from pathlib import Path

import pytest

from mia_plugins.checks.crew import Crew, InProcess
from mia_plugins.checks.lookahead import check_lookahead
from mia_plugins.checks.making import derived
from mia_plugins.checks.warmup import check_warmup
from mia_plugins.regress.markets import MarketSpec, make_markets
from tests.conftest import ROOT
from tests.market import DAY, NEXT_DAY, sound_store

CONFIGS = ROOT / "configs" / "regression"
NAMES = sorted(path.stem for path in CONFIGS.glob("*.yaml") if path.stem != "catalogs")
CONFIG = """\
catalog: {catalog}
instruments: [ES]
start: {start}
end: {end}
venue: {{fills: quotes}}
strategies: {{ema_cross: }}
"""


def written(here: Path, catalog: Path, end: dt.date) -> Path:
    path = here / "run.yaml"
    path.write_text(CONFIG.format(catalog=catalog, start=DAY, end=end))
    return path


def test_no_shipped_strategy_is_said_to_look_ahead(tmp_path: Path, catalog: Path) -> None:
    found = check_lookahead(written(tmp_path, catalog, DAY), tmp_path / "made", InProcess(), cuts=1)
    assert found.decisions
    assert found.leaks == ()


def test_no_shipped_strategy_is_said_to_depend_on_the_start(tmp_path: Path) -> None:
    days = [DAY, NEXT_DAY, *(NEXT_DAY.replace(day=day) for day in (3, 4))]
    sound_store(str(tmp_path / "data"), *days)
    found = check_warmup(written(tmp_path, tmp_path / "data", days[-1]), tmp_path / "made", InProcess())
    assert found.dependences
    assert (found.offenders, found.unexplained) == ((), ())


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a catalog of four days of few events."""
    spec = MarketSpec(start=dt.date(2026, 6, 1), days=4, density=0.02)
    return make_markets({"week": spec}, ["week"], tmp_path_factory.mktemp("week"))["week"]


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_none_of_all_looks_ahead(tmp_path: Path, week: Path, name: str) -> None:
    config = derived(CONFIGS / f"{name}.yaml", tmp_path / "run.yaml", {"catalog": str(week)})
    assert check_lookahead(config, tmp_path / "made", Crew(2), cuts=4).leaks == ()


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_none_of_all_depends_on_the_start(tmp_path: Path, week: Path, name: str) -> None:
    changes = {"catalog": str(week), "start": "2026-06-01", "end": "2026-06-04"}
    config = derived(CONFIGS / f"{name}.yaml", tmp_path / "run.yaml", changes)
    found = check_warmup(config, tmp_path / "made", Crew(2))
    assert (found.offenders, found.unexplained) == ((), ())
