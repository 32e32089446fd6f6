"""`mia backtest`: run strategies over a catalog."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mia_plugins.cli.outcomes import outcome_data, tell_outcome
from mia_plugins.cli.runs import RUNS, RunsDir
from mia_plugins.cli.session import AsJson, Session
from mia_plugins.errors import ExitCode, MiaError

if TYPE_CHECKING:
    from mia_plugins.backtest.launch import Finished, Prepared
    from mia_plugins.runs.ledger import Ledger

app = typer.Typer(add_completion=False, rich_markup_mode=None)

Configs = Annotated[
    list[Path],
    typer.Argument(metavar="CONFIG…", readable=False, help="Settings files (YAML).", show_default=False),
]


@app.command(epilog="Example: mia backtest run.yaml other.yaml --jobs 2")
def backtest(  # noqa: PLR0913 each is an option
    context: typer.Context,
    configs: Configs,
    *,
    runs: RunsDir = RUNS,
    jobs: Annotated[int, typer.Option(help="Runs at a time; 0: one a core.", min=0, metavar="N")] = 0,
    again: Annotated[bool, typer.Option("--again", help="Make a known run again and compare.")] = False,
    stall: Annotated[float, typer.Option(help="End a run that is silent for so long (s).", min=5)] = 300,
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
    ended = known | {one.prepared.inputs.id: one for one in made}
    finished = [ended[one.inputs.id] for one in prepared]
    _tell(session, finished, as_json=as_json)
    raise typer.Exit(_exit_code(finished))


def _exit_code(finished: "list[Finished]") -> int:
    """Return the first code that is not 0; that of Ctrl-C before any other."""
    codes = [one.exit_code for one in finished]
    return ExitCode.INTERRUPTED if ExitCode.INTERRUPTED in codes else next(filter(None, codes), ExitCode.OK)


def _prepare(session: Session, configs: list[Path], ledger: "Ledger") -> "list[Prepared]":
    """Check every file before the first run starts."""
    from mia_plugins.backtest.launch import prepare
    from mia_plugins.settings.resolve import load_run

    prepared: list[Prepared] = []
    for config in configs:
        run = load_run(config, session.plugins_dirs)
        session.warn_of_broken_plugins(run.host)
        session.warn_of_what_goes(run)
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
        session.say_json(
            {"ok": not any(one.exit_code for one in finished), "runs": [*map(outcome_data, finished)]}
        )
        return
    for one in finished:
        tell_outcome(session, one)
