"""Sessions whose process was killed: none can be made again, so what they left is a run at the next start."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

from mia_plugins.data.sessions import session_on
from mia_plugins.errors import MiaError
from mia_plugins.live.recording import KILLED
from mia_plugins.live.sealing import seal_recording
from mia_plugins.making.finish import Making, reached_in
from mia_plugins.making.statistics import statistics_of
from mia_plugins.runs.draft import LEFT, RunDraft
from mia_plugins.runs.folder import RunRecord, RunStatus
from mia_plugins.runs.identity import RunInputs
from mia_plugins.runs.ledger import Entry, Ledger
from mia_plugins.statistics.sources import Sources
from mia_plugins.statistics.trades import Days


def remember(making: Making) -> None:
    """Write down what a session's run needs that nobody could tell afterwards."""
    one = making.prepared
    days = [day.session.day.isoformat() for day in one.plan.days]
    known = {
        "inputs": one.inputs.as_data(),
        "instruments": list(one.run.settings.instruments),
        "days": days,
        "capital": str(one.run.settings.capital),
        "config": str(one.config),
        "started": making.started,
    }
    making.draft.write(LEFT, json.dumps(known) + "\n")


def seal_left(runs_dir: Path, ledger: Ledger) -> list[str]:
    """Make runs of what killed sessions left; return what a person should know of it."""
    return list(_sealed(runs_dir, ledger))


def _sealed(runs_dir: Path, ledger: Ledger) -> Iterator[str]:
    for folder, text in RunDraft.left(runs_dir):
        try:
            if run_id := _seal(runs_dir, folder, json.loads(text), ledger):
                yield f"the session {run_id} was killed; what it left is in the run store"
        except (MiaError, ValueError, KeyError, TypeError) as error:
            yield f"{folder} is left of a session that was killed, and cannot be sealed: {error}"


def _seal(runs_dir: Path, folder: Path, known: dict[str, Any], ledger: Ledger) -> str:
    """Give what was left its place in the store and in the ledger; "" where nothing had been decided."""
    inputs = RunInputs.from_data(known["inputs"])
    draft = RunDraft.taken_over(runs_dir, inputs, folder)
    if not Sources(folder).names("decisions"):
        draft.discard()
        return ""
    days = [session_on(dt.date.fromisoformat(day)) for day in known["days"]]
    reached = reached_in(folder)
    seen = tuple(day for day in days if reached is not None and day.open < reached)
    statistics = statistics_of(folder, Days(seen), Decimal(known["capital"]))
    draft.write("statistics.json", json.dumps(statistics, indent=2) + "\n")
    instruments = tuple(known["instruments"])
    span = None if reached is None else (days[0].open, reached)
    with suppress(MiaError):  # the logs stay: `mia reconcile` tries again, and tells
        seal_recording(folder, inputs.settings)
    draft.seal(RunRecord(inputs, RunStatus.INTERRUPTED, KILLED, instruments, span))
    ledger.add(
        Entry(
            run_id=inputs.id,
            config=known["config"],
            started=known["started"],
            seconds=0.0,
            status=str(RunStatus.INTERRUPTED),
            instruments=instruments,
            first_day=days[0].day,
            last_day=days[-1].day,
            settings_hash=inputs.settings,
            data_hash=inputs.data,
            code_hash=inputs.code_hash,
            net=None,
            trades=None,
        )
    )
    return inputs.id
