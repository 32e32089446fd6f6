"""A tiny day of the synthetic market, and backtests over it in this process."""

import atexit
import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mia_plugins.checks.making import made_run
from mia_plugins.jobs.worker import Reporter
from mia_plugins.journal.reader import Decisions, Recorded
from mia_plugins.regress.markets import MarketSpec, make_markets
from mia_plugins.runs.folder import RunFolder

DAY = "2026-06-01"
RUN: Mapping[str, Any] = {
    "instruments": ["ES"],
    "observe": ["NQ"],
    "start": DAY,
    "end": DAY,
    "venue": {"fills": "quotes"},
}


@cache
def tiny_catalog() -> Path:
    """Return a catalog of one day of few events; it is made once in a process and deleted at its end."""
    folder = Path(tempfile.mkdtemp(prefix="mia-tiny-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    spec = MarketSpec(start=dt.date.fromisoformat(DAY), density=0.02)
    return make_markets({"tiny": spec}, ["tiny"], folder)["tiny"]


@dataclass(frozen=True)
class Ran:
    """What a backtest came to."""

    folder: RunFolder

    @property
    def statistics(self) -> dict[str, Any]:
        """Counts, $ as text, ratios."""
        return self.folder.statistics()

    @property
    def decisions(self) -> Sequence[Recorded]:
        """Every decision, in order."""
        return list(Decisions.of(self.folder.path).rows())


def tiny_run(settings: Mapping[str, Any], store: Path, catalog: Path | None = None) -> Ran:
    """Run a backtest over the tiny day, or another catalog, with settings laid over the usual ones."""
    store.mkdir(parents=True, exist_ok=True)
    config = store / "run.json"  # what JSON writes is YAML
    data = {**RUN, "catalog": str(catalog or tiny_catalog()), **settings}
    config.write_text(json.dumps(data), encoding="utf-8")
    folder, _ = made_run(config, (), store, Reporter(lambda _: None, memoryview(bytearray(1))))
    return Ran(folder)
