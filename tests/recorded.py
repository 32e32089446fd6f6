"""Backtests whose steps are written down, and made again."""

import json
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from mia_plugins.backtest.finish import Making, Prepared
from mia_plugins.backtest.members import planned, strategy_classes
from mia_plugins.backtest.run import BacktestJob, run_backtest
from mia_plugins.backtest.worker import Reporter
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.columns import rows_of
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import contract_of
from mia_plugins.live.left import remember
from mia_plugins.live.recorder import Recorder
from mia_plugins.live.recording import KILLED
from mia_plugins.live.steps import Recording
from mia_plugins.reconcile.replay import ReplayJob, replay
from mia_plugins.runs.draft import RunDraft
from mia_plugins.runs.folder import SETTINGS, RunFolder, RunRecord, RunStatus
from mia_plugins.runs.inputs import inputs_of
from mia_plugins.runs.rows import RowLog
from mia_plugins.runtime.steps import STEPS
from mia_plugins.settings.listing import settings_yaml
from mia_plugins.settings.resolve import load_run
from tests.market import DAY
from tests.runtime import Played, Stage

_numbers = count()


def silent() -> Reporter:
    return Reporter(lambda _: None, memoryview(bytearray(1)))


def changed(stage: Stage, **settings: Any) -> Path:
    """Return a settings file that differs."""
    config = stage.folder / f"recorded-{next(_numbers)}.yaml"
    config.write_text(json.dumps({"extends": stage.config.name} | settings))
    return config


def record(config: Path, plugins: tuple[Path, ...] = ()) -> Played:
    """Run a backtest and write its steps."""
    into = config.parent / f"recording-{next(_numbers)}"
    into.mkdir()
    log = RowLog(into / "steps.arrows", STEPS)
    steps = Recording(log)
    result = run_backtest(BacktestJob(config, plugins, into, {}), silent(), steps)
    steps.flush()
    log.close()
    return Played(into, result)


def replayed(config: Path, steps: Path, plugins: tuple[Path, ...] = (), mode: str = "backtest") -> Played:
    """Make steps again over a catalog."""
    into = config.parent / f"replay-{next(_numbers)}"
    into.mkdir()
    job = ReplayJob(config, plugins, steps, into, mode, True, {})
    return Played(into, replay(job, silent()))


def recorded_run(stage: Stage, into: Path) -> RunFolder:
    """Make a recorded run of a backtest whose data come one by one, as a session would."""
    draft, record_ = _lived(stage, into)
    return draft.seal(replace(record_, status=RunStatus.COMPLETE))[1]


def killed_run(stage: Stage, into: Path, share: float) -> Path:
    """Return what is left of the same session when it is killed: steps and rows up to some share of them."""
    draft, _ = _lived(stage, into)
    for log in sorted((*draft.folder.rglob("*.arrows"), *draft.folder.rglob("*.rows"))):
        size = log.stat().st_size
        is_input = log.parent != draft.folder or log.stem == "steps"
        with log.open("r+b") as file:
            file.truncate(int(size * share) if is_input else size - 8)
    return draft.folder


def _lived(stage: Stage, into: Path) -> tuple[RunDraft, RunRecord]:
    config = changed(stage, feed="handlers")
    run = load_run(config)
    inputs = inputs_of(run, "as they came")
    draft = RunDraft.begin(into, inputs)
    draft.write(SETTINGS, settings_yaml(run, with_origin=True))
    record_ = RunRecord(inputs, RunStatus.FAILED, KILLED, tuple(run.settings.instruments))
    plan = planned(run, strategy_classes(run))
    remember(Making(Prepared(config, run, plan, inputs), draft, 1))
    log = RowLog(draft.log("steps"), STEPS, 100)
    steps = Recording(log)
    with Recorder(draft.folder) as recorder:
        record_rows(recorder, stage.folder / "catalog")
        metadata = {"run": inputs.id, "settings_hash": inputs.settings}
        run_backtest(BacktestJob(config, (), draft.folder, metadata), silent(), steps)
    steps.flush()
    log.close()
    return draft, record_


def record_rows(recorder: Recorder, folder: Path, piece: int = 97) -> None:
    """Have the rows of a catalog recorded, in pieces."""
    catalog = Catalog.open(Files(str(folder)))
    for file in catalog.data_files():
        contract = contract_of(file.instrument_id, DAY)
        for rows in catalog.read(file.kind, file.instrument_id):
            for first in range(0, len(rows), piece):
                recorder.take(contract, rows_of(rows, slice(first, first + piece)))
    for name in catalog.tables():
        for table in catalog.read_table(name):
            recorder.table(name, table)
