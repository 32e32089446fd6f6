"""`mia runs`: list, show, compare and open runs."""

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mia_plugins.cli.session import AsJson, Session
from mia_plugins.errors import ExitCode

if TYPE_CHECKING:
    from mia_plugins.runs.diff import Change
    from mia_plugins.runs.folder import RunFolder
    from mia_plugins.runs.ledger import Entry
    from mia_plugins.runs.tables import TableDifference

app = typer.Typer(
    help="List, show, compare and open runs.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

_RUN = "The beginning of a run's id, or `latest`."

RunWord = Annotated[str, typer.Argument(metavar="RUN", help=_RUN, show_default=False)]
RunsDir = Annotated[
    Path, typer.Option("--runs", help="The folder of runs.", metavar="FOLDER", readable=False)
]
Limit = Annotated[int, typer.Option("--limit", help="How many, the newest first.", min=1, metavar="N")]
RUNS = Path("runs")
FIRST = ("run", "config", "started (UTC)", "took", "status", "instruments", "days", "net $", "trades")


@app.command("list", epilog="Example: mia runs list --limit 50 --json")
def list_(
    context: typer.Context,
    limit: Limit = 20,
    runs: RunsDir = RUNS,
    as_json: AsJson = False,
) -> None:
    """List every run that was ever made, the newest first.

    Those that failed, were interrupted or repeated are among them, and those whose folder is gone.
    """
    from mia_plugins.runs.folder import run_ids

    session = Session.of(context)
    entries, count = _entries(runs, limit)
    there = set(run_ids(runs))
    if as_json:
        lines = [_entry_data(entry) | {"folder": entry.run_id in there} for entry in entries]
        session.say_json({"count": count, "runs": lines})
        return
    if not count:
        missing = "" if runs.exists() else f"there is no folder {runs}: "
        session.say(f"{missing}no run has been made")
        return
    session.table(("", *FIRST), [_entry_cells(entry, folder=entry.run_id in there) for entry in entries])
    if count > len(entries):
        session.say(f"{count - len(entries)} more: --limit {count}", style="dim")


@app.command(epilog="Example: mia runs show latest --json")
def show(context: typer.Context, run: RunWord, runs: RunsDir = RUNS, as_json: AsJson = False) -> None:
    """Show what a run was made from and what came of it."""
    from mia_plugins.runs.folder import RunFolder

    session = Session.of(context)
    found = RunFolder.open(runs, run)
    made = _made(runs, found.id)
    rows = _row_counts(found)
    if as_json:
        session.say_json(_shown(found, made, rows))
        return
    record = found.record
    session.say(f"run {found.id}: {record.status}", style="bold")
    if record.reason:
        session.say(f"  {record.reason}")
    session.say(f"  in {found.path}")
    for entry in made:
        number, _, config, started, took, status, *_ = _entry_cells(entry, folder=True)
        session.say(f"  number {number}, {started} UTC, {took}, of {config}: {status}")
    for warning in record.warnings:
        session.say(f"  warning: {warning}", style="yellow")
    session.table(("made from", ""), _lines(record.inputs.as_data()))
    session.table(("covers", ""), _covered(found))
    session.table(("statistic", ""), _lines(found.statistics()))
    session.table(("table", "rows"), [(name, f"{count:,}") for name, count in rows.items()])


@app.command(epilog="Example: mia runs diff 3f2a latest")
def diff(
    context: typer.Context,
    left: Annotated[str, typer.Argument(metavar="RUN", help=_RUN, show_default=False)],
    right: Annotated[str, typer.Argument(metavar="RUN", help="The other one.", show_default=False)],
    runs: RunsDir = RUNS,
    as_json: AsJson = False,
) -> None:
    """Say what differs between two runs.

    What went in, what came out, and the first decision, order and fill that differ. The exit code is 1
    when something does.
    """
    from mia_plugins.runs.diff import diff_runs
    from mia_plugins.runs.folder import RunFolder

    session = Session.of(context)
    found = diff_runs(RunFolder.open(runs, left), RunFolder.open(runs, right))
    if as_json:
        session.say_json(found.as_data())
    elif found.same:
        session.say(f"{found.left} and {found.right} do not differ", style="green")
    else:
        _say_changes(session, "made from", found.left, found.right, found.inputs)
        _say_changes(session, "setting", found.left, found.right, found.settings)
        _say_changes(session, "outcome", found.left, found.right, found.outcome)
        _say_changes(session, "statistic", found.left, found.right, found.statistics)
        for table in found.tables:
            _say_table(session, found.left, found.right, table)
    if not found.same:
        raise typer.Exit(ExitCode.FAILED)


@app.command("open", epilog="Example: mia runs open latest")
def open_(
    context: typer.Context,
    run: RunWord,
    only_print: Annotated[bool, typer.Option("--print", help="Print the path and open nothing.")] = False,
    runs: RunsDir = RUNS,
) -> None:
    """Open a run's report in the browser.

    Where there is no report, the run's folder is printed.
    """
    import webbrowser

    from mia_plugins.runs.folder import RunFolder

    session = Session.of(context)
    found = RunFolder.open(runs, run)
    if not found.report.is_file():
        session.say(str(found.path))
    elif only_print or not webbrowser.open(found.report.absolute().as_uri()):
        session.say(str(found.report))


def _entries(runs: Path, limit: int) -> "tuple[list[Entry], int]":
    """Return the newest lines of the ledger, and how many there are."""
    from mia_plugins.runs.ledger import Ledger

    ledger = Ledger.read(runs)
    if ledger is None:
        return [], 0
    with ledger:
        return ledger.entries(limit), ledger.count()


def _made(runs: Path, run_id: str) -> "list[Entry]":
    """Return when a run was made, the last time first."""
    from mia_plugins.runs.ledger import Ledger

    ledger = Ledger.read(runs)
    if ledger is None:
        return []
    with ledger:
        return ledger.entries(run_id=run_id)


def _entry_data(entry: "Entry") -> dict[str, Any]:
    from mia_plugins.runs.plain import utc_text

    net = None if entry.net is None else str(entry.net)
    days = {"first_day": _day(entry.first_day), "last_day": _day(entry.last_day)}
    return asdict(entry) | days | {"started": utc_text(entry.started), "net": net}


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _entry_cells(entry: "Entry", *, folder: bool) -> tuple[str, ...]:
    from mia_plugins.runs.plain import utc_text

    days = "" if entry.first_day is None else f"{entry.first_day} … {entry.last_day}"
    return (
        str(entry.number),
        entry.run_id,
        entry.config,
        utc_text(entry.started)[:19].replace("T", " "),
        f"{entry.seconds:.1f} s",
        entry.status if folder else f"{entry.status}, folder gone",
        " ".join(entry.instruments),
        days,
        "" if entry.net is None else f"{entry.net:,.2f}",
        "" if entry.trades is None else str(entry.trades),
    )


def _row_counts(run: "RunFolder") -> dict[str, int]:
    from mia_plugins.runs.tables import row_count

    return {name: row_count(path) for name, path in run.tables().items()}


def _shown(run: "RunFolder", made: "list[Entry]", rows: dict[str, int]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(run.record.text())
    return data | {
        "path": str(run.path),
        "made": [_entry_data(entry) for entry in made],
        "statistics": run.statistics(),
        "tables": rows,
    }


def _lines(data: dict[str, Any]) -> list[tuple[str, str]]:
    from mia_plugins.runs.plain import flat

    return [(name, str(value)) for name, value in flat(data).items()]


def _covered(run: "RunFolder") -> list[tuple[str, str]]:
    from mia_plugins.runs.plain import utc_text

    rows = [("instruments", " ".join(run.record.instruments))]
    if run.record.span is not None:
        first, last = run.record.span
        rows += [("from", utc_text(first)), ("to", utc_text(last))]
    return rows


def _say_changes(session: Session, title: str, left: str, right: str, changes: "tuple[Change, ...]") -> None:
    if changes:
        session.table((title, left, right), [(c.name, _text(c.left), _text(c.right)) for c in changes])


def _say_table(session: Session, left: str, right: str, table: "TableDifference") -> None:
    rows = [_count_text(count) for count in table.rows]
    session.say(f"{table.table}: {rows[0]} in {left}, {rows[1]} in {right}", style="bold")
    for run, columns in ((left, table.only_left), (right, table.only_right)):
        if columns:
            session.say(f"  only {run} has {', '.join(columns)}")
    if table.first is None:
        return
    first = table.first
    lacking = left if first.left is None else right if first.right is None else ""
    session.say(f"  row {first.row} is the first that {f'{lacking} lacks' if lacking else 'differs'}")
    one, other = first.left or {}, first.right or {}
    session.table(
        ("", "column", left, right),
        [
            ("≠" if name in first.columns else "", name, _text(one.get(name)), _text(other.get(name)))
            for name in (one or other)
            if one.get(name) is not None or other.get(name) is not None
        ],
    )


def _count_text(count: int | None) -> str:
    return "not there" if count is None else f"{count:,} rows"


def _text(value: Any) -> str:
    return "-" if value is None else str(value)
