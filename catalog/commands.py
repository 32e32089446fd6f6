"""`mia catalog`: generate, import, list, check and export market data."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.continuous_command import continuous
from catalog.export_command import export_
from catalog.generate_command import generate
from catalog.import_command import import_
from catalog.listing import listing
from catalog.options import Catalog, Instrument, instrument_id_of, opened
from mia_plugins.cli.progress import progress
from mia_plugins.cli.session import AsJson, Session
from mia_plugins.data.sessions import NS
from mia_plugins.errors import ExitCode

if TYPE_CHECKING:
    from catalog.checks import Problem

app = typer.Typer(
    help="Generate, import, list, check and export market data.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

SHOWN = 10
"""Problems of a kind that are printed without -v."""

app.command(epilog="Example:  mia catalog generate data/week --preset week --scenario gap@2026-06-03")(
    generate
)
app.command(
    "import",
    epilog="Example:  mia catalog import sierra_scid ESU6.scid --catalog data/mine --multiplier 0.01",
)(import_)
app.command(
    "export", epilog="Example:  mia catalog export data/demo --to csv-files --kind trades --start 2026-06-01"
)(export_)

app.command(epilog="Example:  mia catalog continuous data/mine ES --by volume --to csv-files")(continuous)


@app.command("list", epilog="Example:  mia catalog list data/demo --json")
def list_(context: typer.Context, catalog: Catalog, as_json: AsJson = False) -> None:
    """List what a catalog holds, and what made it."""
    session = Session.of(context)
    found = listing(opened(catalog))
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
    store = opened(catalog)
    instrument_id = instrument_id_of(store, instrument)
    total = sum(file.size for file in store.every_file(instrument_id=instrument_id))
    with progress("checking", total, quiet=as_json) as advance:
        found = list(problems(store, instrument_id, max_gap * 60 * NS, watch=lambda file: advance(file.size)))
    if as_json:
        session.say_json({"ok": not found, "problems": [_problem_data(problem) for problem in found]})
    else:
        _tell(session, catalog, found)
    if found:
        raise typer.Exit(ExitCode.FAILED)


def _made_by(origin: dict[str, Any] | None) -> str:
    if origin is None:
        return "not made by mia"
    seed = "" if origin["seed"] is None else f", seed {origin['seed']}"
    settings = f", settings {origin['settings_hash'][:12]}" if origin["settings_hash"] else ""
    return f"made by {origin['maker']} {origin['version']}{settings}{seed}"


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
