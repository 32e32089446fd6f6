"""A run while it is made, and how it comes to its place: whole, and never over a better one.

runs/.drafts/<id>-<pid>/ holds logs of rows and small files until the run is sealed.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

from mia_plugins.files import write_whole
from mia_plugins.runs.ahead import SUFFIX
from mia_plugins.runs.errors import RunError, RunFileError, told
from mia_plugins.runs.folder import REPORT, RUN, SETTINGS, RunFolder, RunRecord, RunStatus
from mia_plugins.runs.held import Held, may_be_held
from mia_plugins.runs.identity import RunInputs
from mia_plugins.runs.rows import is_closed, seal

DRAFTS = ".drafts"
LOG = ".arrows"
OLD = ".old"
LEFT = "left.json"
"""What is known of a run that cannot be made again, in case its process is killed."""
NOT_COMPARED = (SETTINGS, REPORT)
"""Settings name folders, which may move (their hash is in the id); a report may be made again later."""

_CHUNK = 1 << 20


class Sealed(StrEnum):
    """What became of a draft."""

    NEW = "new"
    REPEATED = "repeated"
    """A complete run with the same bytes is there; it stays."""
    REPLACED = "replaced"
    """It took the place of one that was interrupted, failed or damaged."""
    KEPT = "kept"
    """The complete run that is there stays; this one did not come to its end."""


class DifferentResult(RunError):  # noqa: N818 it says what happened
    """The same inputs gave other bytes."""


@dataclass(frozen=True)
class RunDraft:
    """A run that is being made. It may be handed to another process."""

    runs_dir: Path
    inputs: RunInputs
    folder: Path
    held: Held = field(compare=False, repr=False)
    """Keeps others from removing it."""

    @classmethod
    def begin(cls, runs_dir: Path, inputs: RunInputs) -> Self:
        """Make the folder of a run; what processes that are gone left is removed.

        Of other runs that which came to its end stays: it gave another result than the run in its place,
        and somebody was told to compare them.
        """
        drafts = runs_dir / DRAFTS
        folder = drafts / f"{inputs.id}-{os.getpid()}"
        with told(drafts, "written"):
            drafts.mkdir(parents=True, exist_ok=True)
            with _sole_sealer(drafts):
                for left in sorted(path for path in drafts.iterdir() if path.is_dir()):
                    if left == folder or _is_litter(left, inputs.id):
                        shutil.rmtree(left)
                folder.mkdir()
                return cls(runs_dir, inputs, folder, Held(folder))

    @classmethod
    def left(cls, runs_dir: Path) -> Iterator[tuple[Path, str]]:
        """Yield what killed processes left of runs that cannot be made again, and what is known of it."""
        drafts = runs_dir / DRAFTS
        with told(drafts, "read"):
            for file in sorted(drafts.glob(f"*/{LEFT}")):
                if not may_be_held(file.parent):
                    yield file.parent, file.read_text(encoding="utf-8")

    @classmethod
    def taken_over(cls, runs_dir: Path, inputs: RunInputs, folder: Path) -> Self:
        """Return the draft of a process that is gone."""
        return cls(runs_dir, inputs, folder, Held(folder))

    def log(self, table: str) -> Path:
        """Return where the rows of a table are logged: `table.arrows`, sealed into `table.parquet`."""
        return self.folder / f"{table}{LOG}"

    def write(self, name: str, text: str) -> None:
        """Write a small file of the run, such as its settings."""
        write_whole(self.folder / name, text)

    def seal(self, record: RunRecord) -> tuple[Sealed, RunFolder]:
        """Turn the logs into Parquet and give the run its place.

        A process that is killed in between leaves the draft as it is; `seal` may be called again.
        """
        if record.inputs != self.inputs:
            raise RunError(f"{self.folder} is a draft of {self.inputs.id}, not of {record.inputs.id}")
        self._seal_logs(must_be_whole=record.status is RunStatus.COMPLETE)
        with told(self.folder, "deleted"):
            (self.folder / LEFT).unlink(missing_ok=True)
        self.write(RUN, record.text())
        _to_disk(self.folder)
        with _sole_sealer(self.runs_dir / DRAFTS):
            return self._take_place(record)

    def discard(self) -> None:
        """Delete it."""
        with told(self.folder, "deleted"):
            shutil.rmtree(self.folder)

    def _seal_logs(self, *, must_be_whole: bool) -> None:
        with told(self.folder, "read"):
            logs = sorted(self.folder.glob(f"*{LOG}"))
        cut = next((log for log in logs if must_be_whole and not is_closed(log)), None)
        if cut is not None:
            raise RunError(
                f"{cut} was cut off, and the run is said to be complete", "seal it as interrupted or failed"
            )
        for log in logs:
            seal(log, log.with_suffix(".parquet"))
        with told(self.folder, "deleted"):
            for left in (*self.folder.glob(".*"), *self.folder.glob(f"*{SUFFIX}")):
                left.unlink()

    def _take_place(self, record: RunRecord) -> tuple[Sealed, RunFolder]:
        place = self.runs_dir / self.inputs.id
        if not place.exists():
            self._move_to(place)
            return Sealed.NEW, RunFolder(place, record)
        there = _complete_at(place)
        if there is None:
            self._replace(place)
            return Sealed.REPLACED, RunFolder(place, record)
        if record.status is not RunStatus.COMPLETE:
            self.discard()
            return Sealed.KEPT, there
        self._demand_the_same(place)
        self.discard()
        return Sealed.REPEATED, there

    def _demand_the_same(self, place: Path) -> None:
        differing = first_differing_file(place, self.folder)
        if differing is not None:
            raise DifferentResult(
                f"the same inputs gave another {differing} than in {place}: a plugin's result does not come "
                "from its inputs alone, or a file was changed",
                f"compare them: `mia runs diff {place} {self.folder}`; then delete the wrong one",
            )

    def _replace(self, place: Path) -> None:
        old = self.folder.with_name(f"{self.folder.name}{OLD}")
        with told(place, "moved"):
            place.rename(old)
        self._move_to(place)
        with told(old, "deleted"):
            shutil.rmtree(old)

    def _move_to(self, place: Path) -> None:
        with told(place, "written"):
            self.folder.rename(place)
        _to_disk(self.runs_dir)


def first_differing_file(one: Path, other: Path) -> str | None:
    """Return the first file by name that two runs do not have alike; settings and report aside."""
    with told(f"{one} or {other}", "read"):
        names = {file.name for folder in (one, other) for file in folder.iterdir()} - set(NOT_COMPARED)
        return next((name for name in sorted(names) if not same_bytes(one / name, other / name)), None)


def same_bytes(one: Path, other: Path) -> bool:
    """Say whether two files are there and hold the same."""
    if not (one.is_file() and other.is_file() and one.stat().st_size == other.stat().st_size):
        return False
    with one.open("rb") as left, other.open("rb") as right:
        while piece := left.read(_CHUNK):
            if piece != right.read(_CHUNK):
                return False
    return True


def _complete_at(place: Path) -> RunFolder | None:
    """Return the complete run of a folder; None for one that was cut short or is damaged."""
    try:
        found = RunFolder.at(place)
    except RunFileError:
        return None
    return found if found.record.status is RunStatus.COMPLETE else None


def _is_litter(left: Path, run_id: str) -> bool:
    """Say whether a draft is nobody's and of no use when a run is made."""
    is_of_use = (left / LEFT).exists() or ((left / RUN).exists() and not left.name.startswith(f"{run_id}-"))
    return not is_of_use and not may_be_held(left)


def _to_disk(folder: Path) -> None:
    """Wait until a folder's files are on the disk."""
    with told(folder, "written"):
        for path in [*(file for file in folder.iterdir() if file.is_file()), folder]:
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


@contextmanager
def _sole_sealer(drafts: Path) -> Iterator[None]:
    """Let one process at a time begin runs or give them their places; the lock ends with the process."""
    with told(drafts, "written"), (drafts / "lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
