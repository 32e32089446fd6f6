"""What one has to know before believing a number: how it ended, how it was filled, what was refused."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mia_plugins.reports.blocks import Block, Note, Table
from mia_plugins.reports.market import date_text
from mia_plugins.reports.numbers import counted, percent
from mia_plugins.reports.section import Section
from mia_plugins.reports.view import RunView

_FILLS = {
    "depth": "Orders were filled against the ten levels of the book.",
    "quotes": "Orders were filled against the best quotes: what lies behind them is not modelled.",
    "bars": "No spread modelled: orders were filled against minute bars alone, so that results are too good.",
}
GAPS_TOLD = 5
"""Gaps of an imported file that are told one by one."""


class Warnings(Section):
    """Limits of what the report says."""

    title = "Warnings and data quality"
    place = 200

    def of_run(self, run: RunView) -> Iterator[Block]:
        """Yield what went wrong and what is not modelled."""
        yield from _notes(run)
        if run.refused:
            rows = [(reason.replace("_", " ").lower(), f"{count:,}") for reason, count in _most(run.refused)]
            yield Table(("Orders refused for", "Orders"), rows, frozenset({1}))

        if run.market.imports:
            yield _imported(run.market.imports)

    def of_runs(self, runs: Sequence[RunView]) -> Iterator[Block]:
        """Yield the warnings of each run."""
        rows = [(run.id, note.text) for run in runs for note in _notes(run)]
        yield Table(("Run", ""), rows)


def _notes(run: RunView) -> Iterator[Note]:
    record = run.record
    if not run.is_whole:
        why = f": {record.reason}" if record.reason else ""
        yield Note(f"The run was {record.status}{why}. Numbers are of what was reached.", "bad")
    if run.missing_tables:
        yield Note(f"The folder has no {', '.join(run.missing_tables)}: what they tell is left out.", "bad")
    for warning in record.warnings:
        yield Note(warning, "warn")
    fills = str((run.settings.get("venue") or {}).get("fills", ""))
    if fills in _FILLS:
        yield Note(_FILLS[fills], "warn" if fills == "bars" else "")
    elif not run.settings:
        yield Note("The settings are not there: capital is taken to be $25,000.", "bad")
    for product in run.market.products:
        if not len(run.prices(product)):
            yield Note(f"The chart has no prices of {product}.", "warn")
        else:
            yield _coverage(run, product)
    yield from (Note(fault, "warn") for fault in dict.fromkeys(run.market.faults))


def _imported(files: Sequence[Mapping[str, Any]]) -> Table:
    """Return what became of the records of imported files."""
    rows = []
    for one in files:
        rejected = {reason: told["count"] for reason, told in one.get("rejected", {}).items()}
        notes = [f"{count:,} rejected: {reason}" for reason, count in _most(rejected)]
        notes += [f"{count:,} of note: {kind}" for kind, count in _most(one.get("flagged", {}))]
        gaps = one.get("gaps", [])
        notes += [f"no rows: {gap}" for gap in gaps[:GAPS_TOLD]]
        taken = sum(one.get("series", {}).values())
        counts = (one.get("read", 0), taken, one.get("joined", 0), sum(rejected.values()), len(gaps))
        rows.append((str(one["file"]), *(f"{count:,}" for count in counts), "; ".join(notes)))
    heads = ("Imported file", "Records", "Rows", "Joined", "Rejected", "Gaps", "")
    return Table(heads, rows, frozenset(range(1, 6)))


def _coverage(run: RunView, product: str) -> Note:
    """Return how many of the minutes have a bar, and on which day the fewest have."""
    shares = run.market.coverage(run.prices(product))
    least, empty = int(shares.argmin()), int((shares == 0).sum())
    told = f"{product}: {percent(float(shares.mean()))} of the sessions' minutes have a bar"
    if shares[least] < 1:
        told += f", the fewest on {date_text(run.days.dates[least])} with {percent(float(shares[least]))}"
    told += "."
    if empty:
        told += f" {counted(empty, 'day')} without any price: nothing could be traded on it."
    return Note(f"{told} A minute without a trade has none.", "warn" if empty else "")


def _most(counted: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))
