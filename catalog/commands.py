"""`mia catalog`: generate, list, check and export market data."""

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.export import Exported, Form, Series, export, export_table, nearest_days
from catalog.generate_command import day_option, generate
from catalog.listing import listing
from catalog.store import Store
from mia_plugins.cli.progress import progress
from mia_plugins.cli.session import AsJson, Session
from mia_plugins.data.arrow import Kind
from mia_plugins.data.catalog import FOREVER
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import VENUE
from mia_plugins.data.sessions import NS
from mia_plugins.data.sessions import Session as TradingDay
from mia_plugins.errors import ExitCode, did_you_mean

if TYPE_CHECKING:
    from catalog.checks import Problem

app = typer.Typer(
    help="Generate, list, check and export market data.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

SHOWN = 10
"""Problems of a kind that are printed without -v."""

Catalog = Annotated[
    str,
    typer.Argument(metavar="CATALOG", help="A folder, or s3://bucket/prefix.", show_default=False),
]
Instrument = Annotated[
    str | None,
    typer.Option("--instrument", help="Only one, such as ESU6.", metavar="ID", show_default=False),
]


app.command(epilog="Example:  mia catalog generate data/week --preset week --scenario gap@2026-06-03")(
    generate
)


@app.command("list", epilog="Example:  mia catalog list data/demo --json")
def list_(context: typer.Context, catalog: Catalog, as_json: AsJson = False) -> None:
    """List what a catalog holds, and what made it."""
    session = Session.of(context)
    found = listing(_open(catalog))
    if as_json:
        session.say_json(found)
        return
    session.say(f"{catalog}: {_made_by(found['origin'])}")
    if found["origin"] and not found["days"]:
        session.warn("no trading day is whole yet: run what makes this catalog again")
    if found["left_out"]:
        session.warn(
            f"{found['left_out']} files are of no whole day and are not read: "
            f"`mia catalog check {catalog}` names them"
        )
    session.table(
        ("what", "name", "from", "to", "files", "rows", "MB"),
        [
            (
                one["what"],
                one["name"],
                one["from"],
                one["to"],
                str(one["files"]),
                f"{one['rows']:,}",
                f"{one['bytes'] / 1e6:.1f}",
            )
            for one in found["series"]
        ],
    )


@app.command(epilog="Example:  mia catalog check data/demo --max-gap 30")
def check(
    context: typer.Context,
    catalog: Catalog,
    instrument: Instrument = None,
    max_gap: Annotated[
        int, typer.Option(min=1, help="Minutes without data, the market being open, that are no gap.")
    ] = 15,
    as_json: AsJson = False,
) -> None:
    """Say what is not in order, and what to do about it.

    The exit code is 1 when something is not in order.

    Gaps against the calendar, disorder, duplicates, crossed and locked books, wrong precision, prices off
    by a power of ten, files that are truncated or written by NautilusTrader 1.x.
    """
    from catalog.checks import problems

    session = Session.of(context)
    store = _open(catalog)
    instrument_id = _instrument(store, instrument)
    total = sum(file.size for file in store.every_file(instrument_id=instrument_id))
    with progress("checking", total, quiet=as_json) as advance:
        found = list(problems(store, instrument_id, max_gap * 60 * NS, watch=lambda file: advance(file.size)))
    if as_json:
        session.say_json({"ok": not found, "problems": [_problem_data(problem) for problem in found]})
    else:
        _tell(session, catalog, found)
    if found:
        raise typer.Exit(ExitCode.FAILED)


@app.command(
    "export", epilog="Example:  mia catalog export data/demo --to csv-files --kind trades --start 2026-06-01"
)
def export_(  # noqa: PLR0913 each is an option
    context: typer.Context,
    catalog: Catalog,
    *,
    to: Annotated[Path, typer.Option(help="Where the files go.", metavar="FOLDER", show_default=False)],
    form: Annotated[Form, typer.Option("--format", help="The files' format.")] = Form.CSV,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Only this: {', '.join(Kind)}, or a table of mia's. May be repeated.",
            metavar="KIND",
            show_default=False,
        ),
    ] = None,
    instrument: Instrument = None,
    start: Annotated[dt.datetime | None, day_option("First trading day.")] = None,
    end: Annotated[dt.datetime | None, day_option("Last trading day.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write market data as CSV or plain Parquet.

    Prices of market data are in points, sizes in contracts, times in UTC; a line is an event. Tables of
    mia's are written as they are: labels in ticks. Parquet says each column's unit in the field's metadata;
    beside a CSV file lies one that ends in .units.csv. A day without a session is cut to the nearest
    within the span.
    """
    session = Session.of(context)
    store = _open(catalog)
    wanted = _wanted(store, kind, _instrument(store, instrument))
    first, last = nearest_days(start.date() if start else None, end.date() if end else None)
    _say_cut(session, start, first, "from")
    _say_cut(session, end, last, "to")
    days = (first.day if first else dt.date.min, last.day if last else dt.date.max)
    span = (first.open if first else 0, last.close if last else FOREVER)
    written: list[Exported] = []
    with progress("exporting", len(wanted), quiet=as_json) as advance:
        for what in wanted:
            done = (
                export(store, what, to, form, span)
                if isinstance(what, Series)
                else export_table(store, what, to, form, days)
            )
            written += [done] if done else []
            advance(1)
    if not written:
        raise CatalogError(
            f"{catalog} holds nothing of what was asked for",
            f"`mia catalog list {catalog}` tells what it holds",
        )
    if as_json:
        session.say_json({"files": [{"path": str(one.path), "rows": one.rows} for one in written]})
        return
    for one in written:
        session.say(f"wrote {one.path}: {one.rows:,} rows")


def _say_cut(session: Session, asked: dt.datetime | None, got: TradingDay | None, word: str) -> None:
    """Say which day stands for one without a session."""
    if asked and got and got.day != asked.date():
        session.warn(f"{asked:%Y-%m-%d} ({asked:%A}) is no trading day: exported {word} {got.day}")


def _open(catalog: str) -> Store:
    return Store.open(Files(catalog))


def _instrument(store: Store, name: str | None) -> str | None:
    """Return the id of an instrument that was asked for with or without its venue."""
    if name is None:
        return None
    known = {file.instrument_id for file in store.every_file()}
    found = next((one for one in (name, f"{name}.{VENUE}") if one in known), None)
    if found is None:
        raise CatalogError(f"there is no data of '{name}' in {store.files.uri}{did_you_mean(name, known)}")
    return found


def _wanted(store: Store, kinds: list[str] | None, instrument_id: str | None) -> list[Series | str]:
    """Return what to export: series of market data, and names of tables of ours."""
    tables = store.tables()
    known = {*Kind, *tables}
    for kind in kinds or ():
        if kind not in known:
            raise CatalogError(f"there is nothing called '{kind}'{did_you_mean(kind, known)}")
    files = store.data_files(instrument_id=instrument_id)
    series = {Series(file.kind, file.instrument_id) for file in files if file.is_ours}
    return [
        *sorted(one for one in series if not kinds or one.kind in kinds),
        *sorted(table for table in tables if not instrument_id and (not kinds or table in kinds)),
    ]


def _made_by(origin: dict[str, Any] | None) -> str:
    if origin is None:
        return "not made by mia"
    seed = "" if origin["seed"] is None else f", seed {origin['seed']}"
    return f"made by {origin['maker']} {origin['version']}, settings {origin['settings_hash'][:12]}{seed}"


def _problem_data(problem: "Problem") -> dict[str, Any]:
    return {
        "kind": problem.kind,
        "where": problem.where,
        "what": problem.what,
        "count": problem.count,
        "remedy": problem.remedy,
    }


def _tell(session: Session, catalog: str, found: list["Problem"]) -> None:
    """Print problems by kind, each kind with its remedy once."""
    if not found:
        session.say(f"{catalog} is in order", style="green")
        return
    kinds = Counter(problem.kind for problem in found)
    for kind, count in kinds.items():
        session.say(f"{kind} ({count})", style="bold red")
        alike = [problem for problem in found if problem.kind == kind]
        for problem in alike if session.verbose else alike[:SHOWN]:
            session.say(f"  {problem.where}: {problem.what}")
        if count > SHOWN and not session.verbose:
            session.say(f"  … and {count - SHOWN} more (-v shows all)", style="dim")
        session.say(f"  remedy: {alike[0].remedy}")
