"""Backtests whose steps are written down, and made again."""

import json
from itertools import count
from pathlib import Path
from typing import Any

from mia_plugins.backtest.run import BacktestJob, run_backtest
from mia_plugins.backtest.worker import Reporter
from mia_plugins.live.steps import Recording
from mia_plugins.reconcile.replay import ReplayJob, replay
from mia_plugins.runs.rows import RowLog
from mia_plugins.runtime.steps import STEPS
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


def replayed(config: Path, steps: Path, plugins: tuple[Path, ...] = (), **days: Any) -> Played:
    """Make steps again over a catalog."""
    into = config.parent / f"replay-{next(_numbers)}"
    into.mkdir()
    job = ReplayJob(config, plugins, steps, into, days, {})
    return Played(into, replay(job, silent()))
