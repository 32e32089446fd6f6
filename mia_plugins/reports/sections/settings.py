"""Every setting of a run with the line that gave it; of several runs, those that differ."""

from collections.abc import Iterator, Sequence

import yaml

from mia_plugins.reports.blocks import Block, Note, Table
from mia_plugins.reports.section import Section
from mia_plugins.reports.view import RunView
from mia_plugins.runs.folder import SETTINGS
from mia_plugins.runs.plain import flat
from mia_plugins.secrets import redact

_BEFORE_NOTE = "# "


class SettingsWithOrigin(Section):
    """What it was set to."""

    title = "Settings"
    place = 1000

    def of_run(self, run: RunView) -> Iterator[Block]:
        """Yield all settings; those of a file first, the defaults folded away."""
        if not run.settings:
            yield Note(f"The folder has no {SETTINGS}.", "bad")
            return
        notes = _notes(run)
        rows = [
            (name, redact(_text(value)), *_origin(notes.get(name, "")))
            for name, value in flat(run.settings).items()
        ]
        given = [row for row in rows if row[3] != "default"]
        columns = ("Setting", "Value", "Unit", "From")
        yield Table(columns, given)
        rest = [row for row in rows if row[3] == "default"]
        if rest:
            yield Table(columns, rest, folded=f"{len(rest)} settings at their defaults")

    def of_runs(self, runs: Sequence[RunView]) -> Iterator[Block]:
        """Yield the settings that differ."""
        every = [flat(run.settings) for run in runs]
        names = dict.fromkeys(name for one in every for name in one)
        rows = [
            (name, *(redact(_text(one.get(name))) for one in every))
            for name in names
            if len({_text(one.get(name)) for one in every}) > 1
        ]
        if rows:
            yield Table(("Setting", *(run.id for run in runs)), rows)
        else:
            yield Note("No setting differs.")


def _notes(run: RunView) -> dict[str, str]:
    """Return what settings.yaml says behind each value: its unit and the place that gave it."""
    text = (run.folder.path / SETTINGS).read_text(encoding="utf-8")
    lines = text.splitlines()
    found: dict[str, str] = {}
    for name, end in _ends(yaml.compose(text, Loader=yaml.SafeLoader), ""):
        rest = lines[end.line][end.column :].strip() if end.line < len(lines) else ""
        found[name] = rest.removeprefix(_BEFORE_NOTE).strip() if rest.startswith(_BEFORE_NOTE) else ""
    return found


def _ends(node: yaml.Node | None, before: str) -> Iterator[tuple[str, yaml.Mark]]:
    """Yield where each value ends, by its dotted name."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        name = f"{before}{key.value}"
        if isinstance(value, yaml.MappingNode) and value.value:
            yield from _ends(value, f"{name}.")
        else:
            yield name, value.end_mark


def _origin(note: str) -> tuple[str, str]:
    unit, comma, place = note.rpartition(", ")
    return (unit if comma else "", place or "not told")


def _text(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
