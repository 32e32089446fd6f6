"""A run for a check: made in its store, in whatever process, and configs derived from a config."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mia_plugins.backtest.launch import prepare
from mia_plugins.backtest.run import BacktestJob, run_backtest
from mia_plugins.checks.errors import Stopped
from mia_plugins.checks.output import large_files, output_into
from mia_plugins.errors import MiaError
from mia_plugins.files import write_whole
from mia_plugins.jobs.process import Ended, Job
from mia_plugins.jobs.worker import Reporter
from mia_plugins.making.finish import Making, finish
from mia_plugins.making.plan import Plan
from mia_plugins.runs.draft import RunDraft
from mia_plugins.runs.folder import RunFolder, RunStatus
from mia_plugins.runs.ledger import Ledger
from mia_plugins.settings.listing import settings_yaml
from mia_plugins.settings.resolve import load_run


@dataclass(frozen=True)
class CheckJob:
    """What a process is given: a run with something else than its config says."""

    config: Path
    plugins_dirs: tuple[Path, ...]
    place: Path
    """A folder of its own: its store, its config, what it prints."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Settings that take the place of the config's."""
    prepare: Callable[[Plan, Path], Path] | None = None
    """Makes another catalog of the one that is read, in a folder, and returns it."""

    @property
    def output(self) -> Path:
        """The file that takes what it prints."""
        return self.place / "output.txt"


def run_check(job: CheckJob, reporter: Reporter) -> dict[str, Any]:
    """Load a config and run it into its store; all of a plugin's code runs here, in this process."""
    job.place.mkdir(parents=True, exist_ok=True)
    with output_into(job.output):
        changes = dict(job.changes)
        if job.prepare is not None:
            with Ledger.open(job.place / "plan") as ledger:
                plan = prepare(job.config, load_run(job.config, job.plugins_dirs), ledger).plan
            with large_files():
                changes["catalog"] = str(job.prepare(plan, job.place / "catalog"))
        config = derived(job.config, job.place / job.config.name, changes)
        folder, days = made_run(config, job.plugins_dirs, job.place / "store", reporter)
    return {"folder": str(folder.path), "days": days}


def derived(config: Path, path: Path, changes: Mapping[str, Any]) -> Path:
    """Write a config that is another one with something else, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # What JSON writes is YAML, whatever a path holds.
    lines = {"extends": str(config.resolve()), **changes}
    write_whole(path, "".join(f"{key}: {json.dumps(value)}\n" for key, value in lines.items()))
    return path


def made_run(
    config: Path, plugins_dirs: tuple[Path, ...], store: Path, reporter: Reporter
) -> tuple[RunFolder, list[str]]:
    """Make a run in this process, and return its folder and its trading days; it must come to its end."""
    with Ledger.open(store) as ledger:
        run = load_run(config, plugins_dirs)
        one = prepare(config, run, ledger)
        draft = RunDraft.begin(store, one.inputs)
        draft.write("settings.yaml", settings_yaml(one.run, with_origin=True))
        making = Making(one, draft, time.time_ns())
        metadata = {"run": one.inputs.id, "settings_hash": one.inputs.settings}
        backtest = BacktestJob(config, plugins_dirs, draft.folder, metadata)
        result = run_backtest(backtest, reporter)
        if result["status"] != "complete":
            draft.discard()
            raise Stopped("stopped by Ctrl-C")
        finished = finish(making, Ended(Job("", run_backtest, backtest), "complete", result), ledger)
    if finished.error is not None:
        raise finished.error
    if finished.folder is None or finished.status is not RunStatus.COMPLETE:
        raise MiaError(
            f"the run of {config} did not come to its end: it is {finished.status}", "run it again"
        )
    return finished.folder, [str(day.session.day) for day in one.plan.days]
