"""From settings files to runs in the run store: checked, and each run in a process of its own."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mia_plugins.backtest.run import BacktestJob, run_backtest
from mia_plugins.jobs.process import Job, Progress, run_jobs
from mia_plugins.making.finish import Finished, Making, Prepared, finish, never_begun
from mia_plugins.making.members import planned, strategy_classes
from mia_plugins.runs.draft import RunDraft
from mia_plugins.runs.folder import RunFolder, RunStatus, run_ids
from mia_plugins.runs.identity import data_hash
from mia_plugins.runs.inputs import inputs_of
from mia_plugins.runs.ledger import Ledger
from mia_plugins.settings.listing import settings_yaml
from mia_plugins.settings.resolve import Run

__all__ = ["Finished", "Launch", "Prepared", "made_before", "prepare"]


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
    return Finished(prepared, RunStatus.COMPLETE, folder, statistics=folder.statistics())


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
        """Run all of them and return what became of each, in their order.

        Each has its place in the store as soon as it ends, whatever becomes of those beside it.
        """
        drafts = self._drafts(prepared)
        jobs = [self._job(one, draft) for one, draft in zip(prepared, drafts, strict=True)]
        makings: dict[int, Making] = {}
        finished: dict[int, Finished] = {}

        def seen(progress: Progress) -> None:
            watch(progress)
            number = progress.index
            if number not in makings:
                makings[number] = Making(prepared[number], drafts[number], time.time_ns())
            if progress.ended is not None:
                finished[number] = finish(makings[number], progress.ended, ledger)

        run_jobs(jobs, self.parallel, seen, stall=self.stall)
        return [
            finished.get(number) or never_begun(one, draft)
            for number, (one, draft) in enumerate(zip(prepared, drafts, strict=True))
        ]

    def _drafts(self, prepared: Sequence[Prepared]) -> list[RunDraft]:
        """Begin all of them, or none."""
        drafts: list[RunDraft] = []
        try:
            for one in prepared:
                drafts.append(RunDraft.begin(self.runs_dir, one.inputs))
                drafts[-1].write("settings.yaml", settings_yaml(one.run, with_origin=True))
        except BaseException:
            for draft in drafts:
                draft.discard()
            raise
        return drafts

    def _job(self, one: Prepared, draft: RunDraft) -> Job:
        metadata = {"run": one.inputs.id, "settings_hash": one.inputs.settings}
        argument = BacktestJob(one.config, self.plugins_dirs, draft.folder, metadata, self.chunk_ns)
        return Job(str(one.config), run_backtest, argument)
