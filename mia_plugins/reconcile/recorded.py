"""A run that was recorded: its steps, its catalog, and whether it can be made again as it was."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from mia_plugins.data.catalog import Catalog
from mia_plugins.data.files import Files
from mia_plugins.live.left import seal_left
from mia_plugins.live.sealing import RECORDED, seal_recording
from mia_plugins.reconcile.errors import ReconcileError
from mia_plugins.reconcile.planning import recorded_days
from mia_plugins.runs.draft import DRAFTS
from mia_plugins.runs.folder import SETTINGS, RunFolder, RunStatus
from mia_plugins.runs.identity import RunInputs
from mia_plugins.runs.inputs import inputs_of
from mia_plugins.runs.ledger import Ledger
from mia_plugins.runs.plain import flat
from mia_plugins.settings.resolve import Run, load_run

STEPS = "steps"
OURS = b"mia."
"""How the metadata begin that the journal writes itself."""


@dataclass(frozen=True)
class Recorded:
    """A run that can be made again."""

    folder: RunFolder
    run: Run
    catalog: Path
    start: str
    """The first trading day that was recorded."""
    end: str
    """The last one."""
    outside: int = 0
    """Rows that lie in no session."""

    @property
    def is_whole(self) -> bool:
        """Say whether it came to its end, so that nothing may be missing."""
        return self.folder.record.status is RunStatus.COMPLETE

    @property
    def steps(self) -> Path:
        """Its steps."""
        return self.folder.tables()[STEPS]

    @property
    def metadata(self) -> dict[str, str]:
        """What its journal's file says of it."""
        found = pq.read_schema(self.folder.tables()["decisions"]).metadata or {}
        own = {name: value for name, value in found.items() if not name.startswith((OURS, b"ARROW"))}
        return {name.decode(): value.decode() for name, value in own.items()}


def open_recorded(runs_dir: Path, word: str, plugins_dirs: tuple[Path, ...]) -> Recorded:
    """Return the recorded run that a word means; one that was killed is brought to its place first.

    One that cannot be made again as it was is refused: other code or settings decide otherwise.
    """
    folder = _folder(runs_dir, word)
    if STEPS not in folder.tables() or "decisions" not in folder.tables():
        raise ReconcileError(
            f"run {folder.id} was not recorded: it has no table of steps",
            "name a run of `mia live`; a backtest is compared by `mia backtest --again`",
        )
    sealed = seal_recording(folder.path, folder.record.inputs.settings)
    catalog = folder.path / RECORDED
    if not catalog.is_dir():
        raise ReconcileError(
            f"run {folder.id} has no recorded rows: there is no folder {catalog}",
            "restore the folder; nothing can be replayed without what the strategies saw",
        )
    run = load_run(folder.path / SETTINGS, plugins_dirs)
    _refuse_other_inputs(folder, run)
    days = recorded_days(Catalog.open(Files(str(catalog))))
    return Recorded(folder, run, catalog, str(days[0]), str(days[-1]), sealed.outside if sealed else 0)


def _folder(runs_dir: Path, word: str) -> RunFolder:
    """Return a run; what killed sessions left is brought to its place before."""
    if (runs_dir / DRAFTS).is_dir():
        with Ledger.open(runs_dir) as ledger:
            seal_left(runs_dir, ledger)
    return RunFolder.open(runs_dir, word)


def _refuse_other_inputs(folder: RunFolder, run: Run) -> None:
    """Refuse when anything is not as it was that decides beside the recorded."""
    was = folder.record.inputs
    now = inputs_of(run, was.data, seed=was.seed)
    if other := [*_differing(was, now)]:
        raise ReconcileError(
            f"run {folder.id} cannot be made again as it was: {'; '.join(other)}",
            "install or check out what it was made with; restore its settings.yaml if that was changed",
        )


def _differing(was: RunInputs, now: RunInputs) -> Iterator[str]:
    if was.settings != now.settings:
        yield f"{SETTINGS} does not say the settings it was made with"
    before, after = (_lines(one) for one in (was, now))
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield f"{name} was {_short(before.get(name))} and is {_short(after.get(name))}"


def _lines(inputs: RunInputs) -> dict[str, Any]:
    code = {name: asdict(one) for name, one in inputs.code.items()}
    return flat({"code": code, "versions": dict(inputs.versions)})


def _short(value: object) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 20 else f"{text[:12]}…"
