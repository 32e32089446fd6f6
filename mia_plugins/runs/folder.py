"""A run as it lies on the disk: a folder named by what it was made from.

runs/<id>/   run.json settings.yaml decisions.parquet … statistics.json (report.html)
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from mia_plugins.errors import did_you_mean
from mia_plugins.runs.errors import RunError, RunFileError, told
from mia_plugins.runs.identity import ID_DIGITS, RunInputs
from mia_plugins.runs.ledger import Ledger

RUN = "run.json"
SETTINGS = "settings.yaml"
STATISTICS = "statistics.json"
REPORT = "report.html"
LATEST = "latest"

_AGAIN = "delete the folder and run it again"
_SHOWN = 5
"""Ids that an error names."""


class RunStatus(StrEnum):
    """How a run ended."""

    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True)
class RunRecord:
    """What `run.json` says: nothing of when or how fast, so that the same run says the same."""

    inputs: RunInputs
    status: RunStatus
    reason: str = ""
    """Why it was interrupted or failed."""
    instruments: tuple[str, ...] = ()
    span: tuple[int, int] | None = None
    """The first and the last moment of data that was reached: UTC ns."""
    warnings: tuple[str, ...] = ()

    def text(self) -> str:
        """Return it as JSON."""
        data = {
            "id": self.inputs.id,
            "status": self.status,
            "reason": self.reason,
            "instruments": self.instruments,
            "span": self.span,
            "warnings": self.warnings,
            "inputs": self.inputs.as_data(),
        }
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return what `text` told; KeyError, TypeError and ValueError say what is missing or wrong."""
        span = data["span"]
        return cls(
            inputs=RunInputs.from_data(data["inputs"]),
            status=RunStatus(data["status"]),
            reason=data["reason"],
            instruments=tuple(data["instruments"]),
            span=None if span is None else (int(span[0]), int(span[1])),
            warnings=tuple(data["warnings"]),
        )


@dataclass(frozen=True)
class RunFolder:
    """A run that was made."""

    path: Path
    record: RunRecord

    @property
    def id(self) -> str:
        """The run's name."""
        return self.record.inputs.id

    @classmethod
    def open(cls, runs_dir: Path, word: str) -> Self:
        """Return the run that an id means, or the beginning of one, or `latest`, or a path."""
        if (Path(word) / RUN).is_file():
            return cls.at(Path(word))
        known = run_ids(runs_dir)
        if not known:
            raise RunError(
                f"there is no run in {runs_dir}", "make one: `mia backtest CONFIG`, or name a folder: --runs"
            )
        found = cls.at(
            runs_dir / (_latest(runs_dir, known) if word == LATEST else _matching(word, known, runs_dir))
        )
        if found.id != found.path.name:
            raise RunError(f"{found.path / RUN} is that of another run ({found.id})", _AGAIN)
        return found

    @classmethod
    def at(cls, path: Path) -> Self:
        """Return the run in a folder."""
        file = path / RUN
        data = _json(file)
        try:
            return cls(path, RunRecord.from_data(data))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            what = f"'{error.args[0]}' is missing" if isinstance(error, KeyError) else str(error)
            raise RunFileError(f"{file} is no record of a run: {what}", _AGAIN) from error

    @property
    def report(self) -> Path:
        """The file of the report, whether there is one or not."""
        return self.path / REPORT

    def tables(self) -> dict[str, Path]:
        """Return the Parquet files by the names of their tables."""
        with told(self.path, "read"):
            return {file.stem: file for file in sorted(self.path.glob("[!.]*.parquet"))}

    def statistics(self) -> dict[str, Any]:
        """Return the statistics; none for a run that never came to them."""
        file = self.path / STATISTICS
        return _json(file) if file.exists() else {}


def run_ids(runs_dir: Path) -> list[str]:
    """Return the ids of the runs in a folder; none where there is no folder."""
    if not runs_dir.exists():
        return []
    with told(runs_dir, "read", "name a folder of runs: --runs"):
        return sorted(path.name for path in runs_dir.iterdir() if _is_id(path.name) and path.is_dir())


def _is_id(name: str) -> bool:
    return len(name) == ID_DIGITS and set(name) <= set("0123456789abcdef")


def _matching(word: str, known: list[str], runs_dir: Path) -> str:
    found = [run_id for run_id in known if run_id.startswith(word.casefold())]
    if len(found) == 1:
        return found[0]
    if found and word:
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        names = ", ".join(found[:_SHOWN]) + more
        raise RunError(f"'{word}' may mean {len(found)} runs: {names}", "write more of the id")
    near = did_you_mean(word, known) if word else ""
    raise RunError(
        f"there is no run '{word}' in {runs_dir}{near}; the newest is {_latest(runs_dir, known)}",
        "see `mia runs list`",
    )


def _latest(runs_dir: Path, known: list[str]) -> str:
    """Return the run that was made last: as the ledger has it, else by the time of the folders."""
    ledger = Ledger.read(runs_dir)
    if ledger is not None:
        with ledger:
            entries = ledger.entries()
        made = next((entry.run_id for entry in entries if entry.run_id in known), None)
        if made is not None:
            return made
    with told(runs_dir, "read"):
        return max(known, key=lambda run_id: (runs_dir / run_id).stat().st_mtime_ns)


def _json(file: Path) -> dict[str, Any]:
    with told(file, "read", "see `mia runs list`"):
        content = file.read_bytes()
    try:
        data = json.loads(content)
    except ValueError as error:
        raise RunFileError(f"{file} is damaged: {error}", _AGAIN) from error
    if not isinstance(data, dict):
        raise RunFileError(f"{file} is damaged: it should hold an object", _AGAIN)
    return data
