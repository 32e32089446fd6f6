"""One regression config, in the process that loads and runs it."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mia_plugins.backtest.finish import Making, finish
from mia_plugins.backtest.launch import prepare
from mia_plugins.backtest.process import Ended, Job
from mia_plugins.backtest.run import BacktestJob, run_backtest
from mia_plugins.backtest.worker import Reporter
from mia_plugins.regress.output import output_into
from mia_plugins.runs.draft import RunDraft
from mia_plugins.runs.ledger import Ledger
from mia_plugins.settings.listing import settings_yaml
from mia_plugins.settings.resolve import load_run


@dataclass(frozen=True)
class RegressJob:
    """What a process is given."""

    config: Path
    plugins_dirs: tuple[Path, ...]
    store: Path
    """A run store of its own."""
    output: Path
    """The file that takes what it prints."""


def run_config(job: RegressJob, reporter: Reporter) -> dict[str, Any]:
    """Load a config, run it into its store and return where; all of a plugin's code runs here."""
    with output_into(job.output), Ledger.open(job.store) as ledger:
        run = load_run(job.config, job.plugins_dirs)
        one = prepare(job.config, run, ledger)
        draft = RunDraft.begin(job.store, one.inputs)
        draft.write("settings.yaml", settings_yaml(one.run, with_origin=True))
        making = Making(one, draft, time.time_ns())
        metadata = {"run": one.inputs.id, "settings_hash": one.inputs.settings}
        backtest = BacktestJob(job.config, job.plugins_dirs, draft.folder, metadata)
        result = run_backtest(backtest, reporter)
        finished = finish(making, Ended(Job("", run_backtest, backtest), "complete", result), ledger)
    if finished.error is not None:
        raise finished.error
    return {"folder": str(finished.folder.path) if finished.folder else "", "status": str(finished.status)}
