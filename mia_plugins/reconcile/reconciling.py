"""A recorded run made again twice: with what was recorded, and with simulated fills."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mia_plugins.backtest.run import BacktestJob, run_backtest
from mia_plugins.checks.making import derived
from mia_plugins.data.catalog import FOREVER
from mia_plugins.errors import MiaError
from mia_plugins.jobs.process import Ended, Job, Progress, run_jobs
from mia_plugins.reconcile.comparing import Compared, compared
from mia_plugins.reconcile.errors import ReconcileError
from mia_plugins.reconcile.fills import FillDifference, explained
from mia_plugins.reconcile.recorded import Recorded
from mia_plugins.reconcile.replay import ReplayJob, replay
from mia_plugins.reconcile.trades import trades_in
from mia_plugins.runs.folder import SETTINGS
from mia_plugins.runs.tables import row_count
from mia_plugins.settings.listing import jsonable

REPLAY, SIMULATED = "replay", "simulated fills"


@dataclass(frozen=True)
class Reconciled:
    """What came of it."""

    run: str
    is_whole: bool
    """Whether the recording came to its end."""
    steps: int
    """Steps that were recorded."""
    made: int
    """Steps that were made again."""
    parted: str
    """Why not all of them."""
    miscount: Mapping[str, Any] | None
    """The first look at the market at which other rows were there."""
    tables: tuple[Compared, ...]
    fills: tuple[FillDifference, ...] = ()
    unsimulated: str = ""
    """Why there was no second replay."""
    outside: int = 0
    """Rows that lie in no session."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Fills that are alike, and that were recorded and simulated."""

    @property
    def identical(self) -> bool:
        """Say whether everything came out as it was recorded."""
        return not self.parted and self.miscount is None and all(one.same for one in self.tables)

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data."""
        data = asdict(self) | {"tables": [one.as_data() for one in self.tables]}
        plain: dict[str, Any] = jsonable({"ok": self.identical, "identical": self.identical, **data})
        return plain


def reconcile(
    recorded: Recorded, plugins_dirs: tuple[Path, ...], watch: Callable[[Progress], None]
) -> Reconciled:
    """Make a run again, each time in a process of its own, and compare."""
    with TemporaryDirectory(prefix="mia-reconcile-") as made:
        place = Path(made)
        jobs = [_replay_job(recorded, plugins_dirs, place), _simulated_job(recorded, plugins_dirs, place)]
        again, simulated = run_jobs(jobs, 2, watch)
        if again.result is None:
            raise _error_of(again, recorded)
        told = again.result
        tables = recorded.folder.tables()
        found = tuple(compared(tables, place / REPLAY, is_whole=recorded.is_whole))
        until = FOREVER if recorded.is_whole else told["reached"]
        fills, counts, why = _fills(recorded, simulated, place / SIMULATED, until)
    return Reconciled(
        run=recorded.folder.id,
        is_whole=recorded.is_whole,
        steps=row_count(recorded.steps),
        made=told["steps"],
        parted=told["parted"],
        miscount=told["miscount"],
        tables=found,
        fills=fills,
        unsimulated=why,
        outside=recorded.outside,
        counts=counts,
    )


def _replay_job(recorded: Recorded, plugins_dirs: tuple[Path, ...], place: Path) -> Job:
    (place / REPLAY).mkdir()
    changes = {"catalog": str(recorded.catalog.resolve()), "feed": "columns"}
    config = derived(recorded.folder.path / SETTINGS, place / "replay.yaml", changes)
    mode = recorded.folder.record.inputs.mode
    argument = ReplayJob(
        config=config,
        plugins_dirs=plugins_dirs,
        steps=recorded.steps.resolve(),
        folder=place / REPLAY,
        mode=mode,
        is_whole=recorded.is_whole,
        metadata=recorded.metadata,
    )
    return Job(REPLAY, replay, argument)


def _simulated_job(recorded: Recorded, plugins_dirs: tuple[Path, ...], place: Path) -> Job:
    (place / SIMULATED).mkdir()
    changes = {"catalog": str(recorded.catalog.resolve()), "feed": "columns"}
    changes |= {"start": recorded.start, "end": recorded.end}
    config = derived(recorded.folder.path / SETTINGS, place / "simulated.yaml", changes)
    return Job(
        SIMULATED, run_backtest, BacktestJob(config, plugins_dirs, place / SIMULATED, {}, recalls=True)
    )


def _fills(
    recorded: Recorded, simulated: Ended, place: Path, until: int
) -> tuple[tuple[FillDifference, ...], dict[str, int], str]:
    """Return what differs between recorded and simulated fills, and why there is none of it."""
    if simulated.result is None or simulated.result["status"] != "complete":
        error = simulated.error
        return (), {}, error.what if error else f"it was {simulated.status}"
    one, other = trades_in(recorded.folder.path, until), trades_in(place, until)
    differences, alike = explained(one, other)
    return differences, {"recorded": one.fills, "simulated": other.fills, "alike": alike}, ""


def _error_of(ended: Ended, recorded: Recorded) -> MiaError:
    if ended.error is not None:
        return ended.error
    return ReconcileError(f"the replay of run {recorded.folder.id} was {ended.status}", "run it again")
