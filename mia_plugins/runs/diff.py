"""What differs between two runs: what went in, what came out, and the first decision that parts them."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from mia_plugins.runs.errors import RunFileError, told
from mia_plugins.runs.folder import SETTINGS, RunFolder
from mia_plugins.runs.identity import STANDS_ELSEWHERE
from mia_plugins.runs.plain import flat
from mia_plugins.runs.tables import TableDifference, table_difference
from mia_plugins.settings.tree import TreeReader

FIRST_TABLES = ("decisions", "orders", "fills")
"""In the order in which one leads to the other; other tables come after, by name."""

_INPUTS = "inputs."


@dataclass(frozen=True)
class Change:
    """A value that differs; None where a run has none."""

    name: str
    left: Any
    right: Any


@dataclass(frozen=True)
class RunDiff:
    """What differs between two runs; nothing is listed that is alike."""

    left: str
    right: str
    inputs: tuple[Change, ...]
    """Data, settings as a hash, code and versions."""
    settings: tuple[Change, ...]
    """Line by line; a path that changes no result is left out."""
    outcome: tuple[Change, ...]
    """How they ended, and what they warned of."""
    statistics: tuple[Change, ...]
    tables: tuple[TableDifference, ...]

    @property
    def same(self) -> bool:
        """Say whether nothing differs."""
        return not any((self.inputs, self.settings, self.outcome, self.statistics, self.tables))

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"same": self.same, **asdict(self)}


def diff_runs(left: RunFolder, right: RunFolder) -> RunDiff:
    """Compare two runs."""
    records = _record_lines(left), _record_lines(right)
    lines = _settings_lines(left), _settings_lines(right)
    return RunDiff(
        left=left.id,
        right=right.id,
        inputs=tuple(change for change in _changes(*records) if change.name.startswith(_INPUTS)),
        settings=_changes(*lines) or _order(*lines),
        outcome=tuple(change for change in _changes(*records) if not change.name.startswith(_INPUTS)),
        statistics=_changes(flat(left.statistics()), flat(right.statistics())),
        tables=_tables(left, right, shared_ids=lines[0].get("journal") != lines[1].get("journal")),
    )


def _record_lines(run: RunFolder) -> dict[str, Any]:
    data = json.loads(run.record.text())
    del data["id"]  # the inputs say why it differs
    return flat(data)


def _settings_lines(run: RunFolder) -> dict[str, Any]:
    """Return the settings by dotted name; none for a run that ended before it wrote them."""
    file = run.path / SETTINGS
    if not file.exists():
        return {}
    with told(file, "read"):
        text = file.read_bytes().decode(errors="replace")
    reader = TreeReader()
    settings = reader.read(text, str(file)).plain()
    if reader.issues:
        raise RunFileError(f"{file} is damaged: {reader.issues[0]}", "delete the folder and run it again")
    return flat({name: value for name, value in settings.items() if name not in STANDS_ELSEWHERE})


def _changes(left: dict[str, Any], right: dict[str, Any]) -> tuple[Change, ...]:
    names = [*left, *(name for name in right if name not in left)]
    return tuple(
        Change(name, left.get(name), right.get(name))
        for name in names
        if name not in left or name not in right or left[name] != right[name]
    )


def _order(left: dict[str, Any], right: dict[str, Any]) -> tuple[Change, ...]:
    """Return the first place at which the same lines stand in another order."""
    pairs = zip(left, right, strict=True)
    return next(((Change("(order)", one, other),) for one, other in pairs if one != other), ())


def _tables(left: RunFolder, right: RunFolder, *, shared_ids: bool) -> tuple[TableDifference, ...]:
    one, other = left.tables(), right.tables()
    names = sorted({*one, *other}, key=lambda name: (_place(name), name))
    found = [
        table_difference(
            name, one.get(name), other.get(name), shared_ids=shared_ids and name == FIRST_TABLES[0]
        )
        for name in names
    ]
    return tuple(difference for difference in found if difference is not None)


def _place(table: str) -> int:
    return FIRST_TABLES.index(table) if table in FIRST_TABLES else len(FIRST_TABLES)
