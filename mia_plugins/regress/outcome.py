"""What became of each config: the same as recorded, or in which way not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mia_plugins.errors import MiaError
from mia_plugins.regress.figures import Change
from mia_plugins.regress.tables import Parting
from mia_plugins.runs.identity import RunInputs


class Verdict(StrEnum):
    """What is said of a config."""

    SAME = "same"
    """It came to what was recorded."""
    DIFFERS = "differs"
    """It ran, and came to something else."""
    FAILED = "failed"
    """It did not run to its end: the error says why."""
    NEW = "new"
    """Nothing was recorded of it."""
    UNREADABLE = "unreadable"
    """What was recorded of it cannot be used: the error says why."""
    GONE = "gone"
    """A baseline whose config there is not."""
    INTERRUPTED = "interrupted"
    """Ctrl-C came before its end."""


CAUSES = ("data", "settings", "code", "versions")
"""What a result follows from, as a baseline carries it."""


@dataclass(frozen=True)
class Outcome:
    """What became of one config."""

    name: str
    verdict: Verdict
    seconds: float = 0.0
    error: MiaError | None = None
    inputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By cause what differs in what went in, as lines; nothing for what is the same."""
    changes: tuple[Change, ...] = ()
    partings: tuple[Parting, ...] = ()
    """The first row that differs, of decisions, orders and fills."""
    explained: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    """The first decision that differs in lines: as it was recorded, and now."""
    printed: str = ""
    """What is said of a run that prints too much."""

    def as_data(self) -> dict[str, Any]:
        """Return it for a script."""
        error = self.error
        return {
            "name": self.name,
            "verdict": str(self.verdict),
            "seconds": round(self.seconds, 3),
            "error": None
            if error is None
            else {"what": error.what, "remedy": error.remedy, "exit_code": int(error.exit_code)},
            "inputs": {name: list(lines) for name, lines in self.inputs.items()},
            "changes": [vars(one) for one in self.changes],
            "partings": [vars(one) for one in self.partings],
            "explained": {"recorded": list(self.explained[0]), "now": list(self.explained[1])},
            "printed": self.printed,
        }


def input_changes(recorded: RunInputs, now: RunInputs) -> dict[str, tuple[str, ...]]:
    """Return what differs in what went into two runs, by cause."""
    found = {
        "data": _changed("data", recorded.data, now.data),
        "settings": _changed("settings", recorded.settings, now.settings),
        "code": _code_changes(recorded, now),
        "versions": tuple(
            f"{name} {recorded.versions.get(name, 'none')} → {now.versions.get(name, 'none')}"
            for name in sorted({*recorded.versions, *now.versions})
            if recorded.versions.get(name) != now.versions.get(name)
        ),
    }
    return {name: lines for name, lines in found.items() if lines}


def _changed(name: str, one: str, other: str) -> tuple[str, ...]:
    return () if one == other else (f"{name} {one[:12]} → {other[:12]}",)


def _code_changes(recorded: RunInputs, now: RunInputs) -> tuple[str, ...]:
    lines = []
    for name in sorted({*recorded.code, *now.code}):
        one, other = recorded.code.get(name), now.code.get(name)
        if one != other:
            told = (f"{c.version} {c.hash[:12]}".strip() if c else "not loaded" for c in (one, other))
            lines.append(f"{name}: {' → '.join(told)}")
    return tuple(lines)
