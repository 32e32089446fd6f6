"""From settings files to runs in the run store: checked, run in processes, sealed, entered in the ledger."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from mia_plugins.backtest.assembly import planned, strategy_classes
from mia_plugins.backtest.plan import Plan
from mia_plugins.backtest.process import Ended, Job, Progress, run_jobs
from mia_plugins.backtest.run import BacktestJob, run_backtest
from mia_plugins.backtest.statistics import statistics_of
from mia_plugins.errors import ExitCode, MiaError
from mia_plugins.runs.draft import RunDraft, Sealed
from mia_plugins.runs.folder import RunFolder, RunRecord, RunStatus, run_ids
from mia_plugins.runs.identity import RunInputs, data_hash
from mia_plugins.runs.inputs import inputs_of
from mia_plugins.runs.ledger import Entry, Ledger
from mia_plugins.settings.listing import settings_yaml
from mia_plugins.settings.resolve import Run
from mia_plugins.statistics.trades import Days


@dataclass(frozen=True)
class Prepared:
    """A run that can start."""

    config: Path
    run: Run
    plan: Plan
    inputs: RunInputs


@dataclass(frozen=True)
class Finished:
    """A run that was made, or that had been made before."""

    config: Path
    folder: RunFolder
    sealed: Sealed | None
    """None for one that had been made before and was not made again."""
    statistics: dict[str, Any]
    seconds: float
    error: MiaError | None
    exit_code: int


def prepare(config: Path, run: Run, ledger: Ledger) -> Prepared:
    """Check all that a run needs before it starts, and name it."""
    plan = planned(run, strategy_classes(run))
    return Prepared(config, run, plan, inputs_of(run, data_hash(plan.catalog.files, plan.paths, ledger)))


def made_before(prepared: Prepared, runs_dir: Path) -> Finished | None:
    """Return a complete run of the same inputs, if there is one."""
    if prepared.inputs.id not in run_ids(runs_dir):
        return None
    folder = RunFolder.at(runs_dir / prepared.inputs.id)
    if folder.record.status is not RunStatus.COMPLETE:
        return None
    return Finished(prepared.config, folder, None, folder.statistics(), 0.0, None, ExitCode.OK)


@dataclass(frozen=True)
class Launch:
    """How runs are started."""

    runs_dir: Path
    plugins_dirs: tuple[Path, ...] = ()
    parallel: int = 1
    stall: float = 300
    """Seconds without a sign of life after which a run is ended."""
    chunk_ns: int | None = None

    def go(
        self, prepared: Sequence[Prepared], ledger: Ledger, watch: Callable[[Progress], None]
    ) -> list[Finished]:
        """Run all of them and return what became of each, in their order."""
        started = time.time_ns()
        drafts = [self._draft(one) for one in prepared]
        jobs = [self._job(one, draft) for one, draft in zip(prepared, drafts, strict=True)]
        took: dict[int, float] = {}
        clock = time.perf_counter()

        def timed(progress: Progress) -> None:
            if progress.status is not None:
                took[progress.index] = time.perf_counter() - clock
            watch(progress)

        ended = run_jobs(jobs, self.parallel, timed, stall=self.stall)
        rows = zip(prepared, drafts, ended, strict=True)
        return [
            _finish(one, draft, end, ledger, started, took.get(number, 0.0))
            for number, (one, draft, end) in enumerate(rows)
        ]

    def _draft(self, one: Prepared) -> RunDraft:
        draft = RunDraft.begin(self.runs_dir, one.inputs)
        draft.write("settings.yaml", settings_yaml(one.run, with_origin=True))
        return draft

    def _job(self, one: Prepared, draft: RunDraft) -> Job:
        metadata = {"run": one.inputs.id, "settings": one.inputs.settings}
        argument = BacktestJob(one.config, self.plugins_dirs, draft.folder, metadata, self.chunk_ns)
        return Job(str(one.config), run_backtest, argument)


def _finish(
    one: Prepared, draft: RunDraft, ended: Ended, ledger: Ledger, started: int, seconds: float
) -> Finished:
    """Seal what a run left and enter it in the ledger."""
    status, reason = _status_of(ended)
    result = ended.result or {}
    reached = result.get("reached")
    days = one.plan.days
    seen = Days(tuple(day.session for day in days if reached is not None and day.session.open < reached))
    statistics = statistics_of(draft.folder, seen, Decimal(one.run.settings.capital))
    draft.write("statistics.json", json.dumps(statistics, indent=2) + "\n")
    record = RunRecord(
        one.inputs,
        status,
        reason,
        tuple(one.run.settings.instruments),
        None if reached is None else (days[0].session.open, reached),
        tuple(result.get("warnings", ())),
    )
    sealed, folder = draft.seal(record)
    ledger.add(
        Entry(
            run_id=one.inputs.id,
            config=str(one.config),
            started=started,
            seconds=round(seconds, 3),
            status="repeated" if sealed is Sealed.REPEATED else str(status),
            instruments=tuple(one.run.settings.instruments),
            first_day=days[0].session.day,
            last_day=days[-1].session.day,
            settings_hash=one.inputs.settings,
            data_hash=one.inputs.data,
            code_hash=one.inputs.code_hash,
            net=Decimal(statistics["net"]) if status is RunStatus.COMPLETE else None,
            trades=statistics["trades"] if status is RunStatus.COMPLETE else None,
        )
    )
    exit_code = {
        RunStatus.COMPLETE: ExitCode.OK,
        RunStatus.INTERRUPTED: ExitCode.INTERRUPTED,
    }.get(status, ended.exit_code or ExitCode.INTERNAL)
    return Finished(one.config, folder, sealed, statistics, seconds, ended.error, exit_code)


def _status_of(ended: Ended) -> tuple[RunStatus, str]:
    """Return how a run ended, and why when it was not to its end."""
    if ended.result is not None and ended.result["status"] == "complete":
        return RunStatus.COMPLETE, ""
    if ended.status == "interrupted":
        return RunStatus.INTERRUPTED, "stopped by Ctrl-C"
    return RunStatus.FAILED, ended.error.what if ended.error else ended.status
