"""`mia backtest`: run strategies over a catalog."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mia_plugins.cli.runs import RUNS, RunsDir
from mia_plugins.cli.session import AsJson, Session, error_data
from mia_plugins.errors import MiaError

if TYPE_CHECKING:
    from mia_plugins.backtest.launch import Finished, Prepared
    from mia_plugins.runs.ledger import Ledger

app = typer.Typer(add_completion=False, rich_markup_mode=None)

Configs = Annotated[
    list[Path],
    typer.Argument(metavar="CONFIG…", readable=False, help="Settings files (YAML).", show_default=False),
]


@app.command(epilog="Example: mia backtest run.yaml other.yaml --jobs 2")
def backtest(
    context: typer.Context,
    configs: Configs,
    runs: RunsDir = RUNS,
    jobs: Annotated[int, typer.Option(help="Runs at a time; 0: one a core.", min=0, metavar="N")] = 0,
    again: Annotated[bool, typer.Option("--again", help="Make a known run again and compare.")] = False,
    stall: Annotated[float, typer.Option(help="End a run that is silent for so long (s).", min=1)] = 300,
    chunk: Annotated[
        float | None, typer.Option(help="Cut the data every so many seconds; changes no result.", min=0.001)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run settings files over their catalogs, each in a process.

    A run is named by what goes into it: data, settings, code and versions. One that is known is not made
    again, unless you ask for it; then both must agree to the byte.
    """
    from mia_plugins.backtest.launch import Launch, made_before
    from mia_plugins.cli.jobs_progress import jobs_progress
    from mia_plugins.runs.ledger import Ledger

    session = Session.of(context)
    with Ledger.open(runs) as ledger:
        prepared = _prepare(session, configs, ledger)
        known = {} if again else {p.inputs.id: f for p in prepared if (f := made_before(p, runs))}
        todo = [one for one in prepared if one.inputs.id not in known]
        launch = Launch(runs, session.plugins_dirs, jobs or os.cpu_count() or 1, stall, _ns(chunk))
        with jobs_progress(quiet=as_json) as watch:
            made = launch.go(todo, ledger, watch)
    finished = [*known.values(), *made]
    _tell(session, finished, as_json=as_json)
    raise typer.Exit(next((one.exit_code for one in finished if one.exit_code), 0))


def _prepare(session: Session, configs: list[Path], ledger: "Ledger") -> "list[Prepared]":
    """Check every file before the first run starts."""
    from mia_plugins.backtest.launch import prepare
    from mia_plugins.settings.resolve import load_run

    prepared: list[Prepared] = []
    for config in configs:
        run = load_run(config, session.plugins_dirs)
        session.warn_of_broken_plugins(run.host)
        one = prepare(config, run, ledger)
        same = next((p for p in prepared if p.inputs.id == one.inputs.id), None)
        if same:
            raise MiaError(
                f"{config} and {same.config} are the same run ({one.inputs.id})", "name one of them"
            )
        prepared.append(one)
    return prepared


def _ns(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * 1e9)


def _tell(session: Session, finished: "list[Finished]", *, as_json: bool) -> None:
    if as_json:
        session.say_json({"ok": not any(one.exit_code for one in finished), "runs": [*map(_data, finished)]})
        return
    for one in finished:
        _tell_one(session, one)


def _data(one: "Finished") -> dict[str, Any]:
    record = one.folder.record
    return {
        "config": str(one.config),
        "run": one.folder.id,
        "folder": str(one.folder.path),
        "status": str(record.status),
        "made": one.sealed is not None,
        "reason": record.reason,
        "warnings": list(record.warnings),
        "statistics": one.statistics,
        "seconds": round(one.seconds, 3),
        **({"error": error_data(one.error)} if one.error else {}),
    }


def _tell_one(session: Session, one: "Finished") -> None:
    record, found = one.folder.record, one.statistics
    how = "was made before" if one.sealed is None else f"{record.status} in {one.seconds:.1f} s"
    if one.sealed is not None and one.sealed.value == "repeated":
        how += ", the same to the byte as the one that is there"
    session.say(f"{one.config}: run {one.folder.id}, {how}", style="bold")
    if one.error:
        session.report(one.error)
        if one.error.detail and not session.verbose:
            session.say(one.error.detail.rstrip(), style="dim")
    for warning in record.warnings:
        session.warn(warning)
    if found:
        counted = ", ".join(f"{count:,} {name}" for name, count in found["decisions"].items())
        session.say(f"  decisions  {counted or 'none'}")
        session.say(f"  trades     {found['trades']:,}, of which {found['wins']:,} won")
        session.say(
            f"  net        {_dollars(found['net'])} after {_dollars(found['fees'])} fees; "
            f"worst drawdown {_dollars(found['max_drawdown'])}"
        )
        session.say(f"  balance    {_dollars(found['capital'])} → {_dollars(found['balance'])}")
    session.say(f"  folder     {one.folder.path}")
    session.say(f"  next       mia report {one.folder.id}, mia explain {one.folder.id}", style="cyan")


def _dollars(amount: str) -> str:
    return f"{float(amount):,.2f} $"
