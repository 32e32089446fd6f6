"""What a session leaves that is killed while its tables are made Parquet of."""

import json
from pathlib import Path

import pytest

from mia_plugins.live.left import seal_left
from mia_plugins.runs.draft import LEFT
from mia_plugins.runs.folder import RunFolder, RunStatus
from mia_plugins.runs.ledger import Ledger
from mia_plugins.runs.rows import seal
from tests.runs import INPUTS, RUNS, START, drafted

KNOWN = {
    "inputs": INPUTS.as_data(),
    "instruments": ["ES"],
    "days": ["2026-06-01"],
    "capital": "50000",
    "config": "live.yaml",
    "started": START,
}


@pytest.mark.parametrize("is_sealed", [False, True], ids=["before", "after its decisions"])
def test_a_session_killed_while_it_is_sealed_is_a_run_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_sealed: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    draft = drafted()
    draft.write(LEFT, json.dumps(KNOWN))
    draft.log("orders").unlink()
    if is_sealed:
        seal(draft.log("decisions"), draft.folder / "decisions.parquet")
    del draft  # and its lock
    with Ledger.open(RUNS) as ledger:
        assert seal_left(RUNS, ledger) == [
            f"the session {INPUTS.id} was killed; what it left is in the run store"
        ]
    run = RunFolder.open(RUNS, INPUTS.id)
    assert run.record.status is RunStatus.INTERRUPTED
    assert run.record.span is not None
    assert run.record.span[1] == START + 30 * 10**9
