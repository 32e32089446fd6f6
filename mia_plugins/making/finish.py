"""What became of a run: sealed into the run store and entered in the ledger."""

import json
import time
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from mia_plugins.errors import ExitCode, MiaError
from mia_plugins.jobs.process import Ended
from mia_plugins.making.plan import Plan
from mia_plugins.making.statistics import statistics_of
from mia_plugins.runs.draft import RunDraft, Sealed
from mia_plugins.runs.folder import RunFolder, RunRecord, RunStatus
from mia_plugins.runs.identity import RunInputs
from mia_plugins.runs.ledger import Entry, Ledger
from mia_plugins.settings.resolve import Run
from mia_plugins.statistics.sources import Sources
from mia_plugins.statistics.trades import Days

CTRL_C = "stopped by Ctrl-C"


@dataclass(frozen=True)
class Prepared:
    """A run that can start."""

    config: Path
    run: Run
    plan: Plan
    inputs: RunInputs


@dataclass(frozen=True)
class Making:
    """A run that is being made."""

    prepared: Prepared
    draft: RunDraft
    started: int
    """UTC ns."""
    clock: float = field(default_factory=time.perf_counter)


@dataclass(frozen=True)
class Finished:
    """A run that was made, or had been made before, or came to nothing."""

    prepared: Prepared
    status: RunStatus
    folder: RunFolder | None
    """None when nothing of it is in the store."""
    sealed: Sealed | None = None
    """None for one that was not made now."""
    statistics: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    error: MiaError | None = None

    @property
    def exit_code(self) -> int:
        """What it alone would make of the command's exit code."""
        if self.error is not None:
            return self.error.exit_code
        codes = {RunStatus.COMPLETE: ExitCode.OK, RunStatus.INTERRUPTED: ExitCode.INTERRUPTED}
        return codes.get(self.status, ExitCode.INTERNAL)


def never_begun(prepared: Prepared, draft: RunDraft) -> Finished:
    """Return what is said of a run that Ctrl-C came before: nothing of it is kept."""
    draft.discard()
    return Finished(prepared, RunStatus.INTERRUPTED, None)


def finish(making: Making, ended: Ended, ledger: Ledger) -> Finished:
    """Seal what a run left and enter it in the ledger; what goes wrong at that is the run's own error."""
    status, reason = _status_of(ended)
    if status is RunStatus.INTERRUPTED and not making.draft.log("decisions").exists():
        return never_begun(making.prepared, making.draft)
    one, seconds = making.prepared, round(time.perf_counter() - making.clock, 3)
    statistics: dict[str, Any] = {}
    sealed = folder = None
    error = ended.error
    try:
        reached = _reached((ended.result or {}).get("reached"), making.draft.folder)
        statistics = _statistics(making, reached)
        sealed, folder = making.draft.seal(_record(making, ended, status, reason))
    except MiaError as fault:
        status, error = RunStatus.FAILED, _both(error, fault)
    try:
        ledger.add(_entry(making, status, sealed, seconds, statistics))
    except MiaError as fault:
        error = _both(error, fault)
    return Finished(one, status, folder, sealed, statistics, seconds, error)


def _both(first: MiaError | None, second: MiaError) -> MiaError:
    """Return an error that tells of a second one too, with its exit code."""
    if first is None:
        return second
    told = MiaError(
        f"{first.what}; then {second.what}",
        second.remedy or first.remedy,
        detail=first.detail or second.detail,
    )
    told.exit_code = first.exit_code
    return told


def _status_of(ended: Ended) -> tuple[RunStatus, str]:
    """Return how a run ended, and why when it was not to its end."""
    if ended.result is not None and ended.result["status"] == "complete":
        return RunStatus.COMPLETE, ""
    if ended.status == "interrupted":
        return RunStatus.INTERRUPTED, CTRL_C
    return RunStatus.FAILED, ended.error.what if ended.error else ended.status


def _statistics(making: Making, reached: int | None) -> dict[str, Any]:
    """Return the statistics, which are now in the draft."""
    draft = making.draft
    days = (day.session for day in making.prepared.plan.days)
    seen = Days(tuple(session for session in days if reached is not None and session.open < reached))
    found = statistics_of(draft.folder, seen, Decimal(making.prepared.run.settings.capital))
    draft.write("statistics.json", json.dumps(found, indent=2) + "\n")
    return found


def _record(making: Making, ended: Ended, status: RunStatus, reason: str) -> RunRecord:
    one, result = making.prepared, ended.result or {}
    reached = _reached(result.get("reached"), making.draft.folder)
    return RunRecord(
        one.inputs,
        status,
        reason,
        tuple(one.run.settings.instruments),
        None if reached is None else (one.plan.days[0].session.open, reached),
        tuple(result.get("warnings", ())),
    )


def _reached(told: int | None, draft: Path) -> int | None:
    """Return up to where the data were (UTC ns): what a run told, or what it wrote last if that is later."""
    return max((ts for ts in (told, reached_in(draft)) if ts is not None), default=None)


def reached_in(draft: Path) -> int | None:
    """Return when the last decision was made, or the last position closed, of a run's tables: UTC ns.

    A disk that is full may take one table where it does not take another.
    """
    sources = Sources(draft)
    found = (
        int(batch[column][-1].as_py())
        for table, column in (("decisions", "ts"), ("positions", "ts_close"))
        for batch in sources.batches(table, [column])
        if len(batch)
    )
    return max(found, default=None)


def _entry(
    making: Making, status: RunStatus, sealed: Sealed | None, seconds: float, statistics: dict[str, Any]
) -> Entry:
    one = making.prepared
    days, complete = one.plan.days, status is RunStatus.COMPLETE
    return Entry(
        run_id=one.inputs.id,
        config=str(one.config),
        started=making.started,
        seconds=seconds,
        status="repeated" if sealed is Sealed.REPEATED else str(status),
        instruments=tuple(one.run.settings.instruments),
        first_day=days[0].session.day,
        last_day=days[-1].session.day,
        settings_hash=one.inputs.settings,
        data_hash=one.inputs.data,
        code_hash=one.inputs.code_hash,
        net=Decimal(statistics["net"]) if complete else None,
        trades=statistics["trades"] if complete else None,
    )
