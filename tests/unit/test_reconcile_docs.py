"""What docs/reconcile.md tells is what there is."""

import re
from pathlib import Path

from mia_plugins.live.recorder import LOGS
from mia_plugins.live.sealing import RECORDED
from mia_plugins.reconcile.comparing import COMPARED
from mia_plugins.reconcile.fills import Why
from mia_plugins.reconcile.recorded import STEPS
from mia_plugins.runs.draft import DRAFTS, LOG
from tests.conftest import ROOT, Mia

PAGE = Path(ROOT / "docs" / "reconcile.md").read_text(encoding="utf-8")


def test_every_reason_is_told() -> None:
    table = PAGE[PAGE.index("| why | |") :]
    assert re.findall(r"(?m)^\| `(\w+)` \|", table) == [str(why) for why in Why]


def test_files_and_tables_are_those_it_names() -> None:
    for name in (f"`{RECORDED}/`", f"`{STEPS}.parquet`", f"`{LOGS}/`", f"`{STEPS}{LOG}`", f"runs/{DRAFTS}"):
        assert name in PAGE, name
    (shown,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert re.findall(r"(?m)^ (\w+) .*the same bytes$", shown) == list(COMPARED)


def test_the_command_is_there(mia: Mia) -> None:
    (line,) = re.findall(r"\$ uv run mia (.*)", PAGE)
    outcome = mia(*line.split())
    assert outcome.code == 1
    assert "there is no run in runs" in outcome.err
    assert "--json" in mia("reconcile", "--help").out
