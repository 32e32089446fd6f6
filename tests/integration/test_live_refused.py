"""What a live session is refused, or told wrongly: history, a rule of its own, quotes that are crossed."""

import json
from pathlib import Path

import pytest

from mia_plugins.data.arrow import Kind
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.columns import Quotes
from mia_plugins.data.files import Files
from mia_plugins.errors import ExitCode
from mia_plugins.runs.folder import RunFolder
from tests.backtests import mia_process
from tests.conftest import Mia
from tests.live_session import OWN, catalog_in
from tests.market import ID

SESSION = """
extends: mia:backtests/demo_day.yaml
catalog: catalog
strategies: {strategies}
live:
  stale_after: 3
  sim: {{pace: 20, start: "2026-06-01 09:35", faults: faults.yaml}}
"""
HISTORY = "Historical Market Data Service error message:API historical data query pacing violation"
FAULTS = f"""
faults:
  - do: reject
    code: 162
    text: "{HISTORY}"
    when: {{message: HistoricalDataRequest, times: 0}}
  - {{do: cross, ticks: 2, when: {{message: Beat, nth: 1000}}}}
  - {{do: uncross, when: {{message: Beat, nth: 1100}}}}
  - {{do: cross, when: {{message: Beat, nth: 1200}}}}
  - {{do: uncross, when: {{message: Beat, nth: 1300}}}}
"""


@pytest.mark.long
def test_without_history_and_with_crossed_quotes_a_session_is_made_again(mia: Mia, here: Path) -> None:
    catalog_in(here / "catalog")
    (here / "faults.yaml").write_text(FAULTS)
    cross = "{ema_cross: {fast: 1, slow: 2, stop: 8, target: 8}}"
    (here / "live.yaml").write_text(SESSION.format(strategies=cross) + "venue: {fills: quotes}\n")
    lived = mia_process("live", "live.yaml", "--minutes", "0.9", "--json")
    assert lived.code == 0, lived.err
    assert f"no history of ESM6 came: the broker says 162: {HISTORY}" in lived.out
    told = json.loads((outcome := mia("reconcile", "latest", "--json")).out)
    assert (outcome.code, told["identical"]) == (0, True), outcome.out
    folder = RunFolder.open(here / "runs", "latest")
    recorded = Catalog(Files(str(folder.path / "recorded")), None)
    quotes = list(recorded.read(Kind.QUOTES, ID))
    assert sum(map(len, quotes)) > 100
    for some in quotes:
        assert isinstance(some, Quotes)
        assert (some.bid_ticks < some.ask_ticks).all()


@pytest.mark.long
def test_a_rule_that_raises_leaves_what_is_held_and_ends_the_session(here: Path) -> None:
    catalog_in(here / "catalog")
    (here / "faults.yaml").write_text("faults: []\n")
    (here / "live.yaml").write_text(SESSION.format(strategies="{buyer: {}}") + "rules: {breaking: {}}\n")
    lived = mia_process(
        "live", "live.yaml", "--minutes", "2", "--json", "--plugins-dir", str(OWN), seconds=180
    )
    assert lived.code == ExitCode.INTERNAL, lived.err
    assert "ZeroDivisionError: as it was told to" in lived.out + lived.err
    run = json.loads(lived.out)["runs"][0]
    assert run["status"] == "failed"
    assert run["statistics"]["exits"] == {"fault": 1}
