"""A run held to its baseline."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mia_plugins.errors import MiaError
from mia_plugins.journal.explain import explanation
from mia_plugins.journal.telling import tell
from mia_plugins.regress.baseline import Baseline
from mia_plugins.regress.figures import Figures, changes, figures_of
from mia_plugins.regress.outcome import Outcome, Verdict, input_changes
from mia_plugins.regress.tables import Parting, partings, read_tables
from mia_plugins.runs.folder import RunFolder

NOT_THERE = ("no such decision",)


def baseline_of(name: str, run: RunFolder, reasons: tuple[str, ...]) -> Baseline:
    """Return what is recorded of a run."""
    tables = read_tables(run.path)
    found = figures_of(run.statistics(), tables)
    inputs = run.record.inputs
    return Baseline(name, inputs, found.exact, found.tolerant, found.rtol, reasons, tables)


def judged(baseline: Baseline, run: RunFolder) -> Outcome:
    """Return how a run compares with what was recorded of it."""
    tables = read_tables(run.path)
    found = changes(
        Figures(baseline.exact, baseline.tolerant, baseline.rtol), figures_of(run.statistics(), tables)
    )
    parted = tuple(partings(baseline.tables, tables))
    outcome = Outcome(
        baseline.name,
        Verdict.DIFFERS if found or parted else Verdict.SAME,
        inputs=input_changes(baseline.inputs, run.record.inputs),
        changes=found,
        partings=parted,
    )
    if not parted or parted[0].ids == (None, None):
        return outcome
    return replace(outcome, explained=_explained(parted[0], baseline, run.path))


def _explained(first: Parting, baseline: Baseline, folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return both explanations of the decision at which two runs part."""
    before, now = first.ids
    with tempfile.TemporaryDirectory() as made:
        recorded = Path(made) / "recorded"
        _write(baseline.tables, recorded)
        return _lines(recorded, before), _lines(folder, now)


def _write(tables: Mapping[str, pa.Table], folder: Path) -> None:
    folder.mkdir()
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")


def _lines(folder: Path, decision: int | None) -> tuple[str, ...]:
    if decision is None:
        return NOT_THERE
    try:
        return tuple(tell(explanation(folder, decision)))
    except MiaError as error:
        return (f"decision {decision} cannot be explained: {error.what}",)
