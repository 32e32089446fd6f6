"""`mia live`: trade a settings file on Interactive Brokers, or on a gateway that is simulated."""

from pathlib import Path
from typing import Annotated

import typer

from mia_plugins.cli.outcomes import outcome_data, tell_outcome
from mia_plugins.cli.runs import RUNS, RunsDir
from mia_plugins.cli.session import AsJson, Session

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(epilog="Example: mia live live.yaml --sim")
def live(  # noqa: PLR0913 each is an option
    context: typer.Context,
    config: Annotated[
        Path,
        typer.Argument(metavar="CONFIG", readable=False, help="A settings file (YAML).", show_default=False),
    ],
    *,
    runs: RunsDir = RUNS,
    sim: Annotated[
        bool, typer.Option("--sim", help="On a simulated gateway, whatever mode the file has.")
    ] = False,
    minutes: Annotated[
        float | None,
        typer.Option(help="End by itself after so long.", min=0.01, metavar="N", show_default=False),
    ] = None,
    real: Annotated[
        bool, typer.Option("--i-understand-this-is-real-money", help="Needed for `mode: live`.")
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="No screen; the log goes to standard error, as services want it."),
    ] = False,
    log: Annotated[
        Path | None,
        typer.Option(help="A file for the log: a line of JSON an event.", metavar="FILE", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Trade a settings file live, until Ctrl-C or SIGTERM.

    `live:` in the file says with whom: a simulated gateway (the default), the broker's data with fills
    simulated here, a paper account, or real money. At the end what works is cancelled and what is held is
    left, unless `on_stop: keep`. The session is a run like any other: explained, reported, reconciled.
    """
    from mia_plugins.processes import endings_held

    session = Session.of(context)
    with endings_held():
        from mia_plugins.live.session import Asked, go
        from mia_plugins.live.shown import Showing

        asked = Asked(
            config=config,
            runs_dir=runs,
            plugins_dirs=session.plugins_dirs,
            seconds=None if minutes is None else minutes * 60,
            is_simulated=sim,
            showing=Showing(is_quiet=quiet or as_json, log=log),
            has_agreed=real,
        )
        finished = go(asked, lambda _: None)
    if as_json:
        session.say_json({"ok": not finished.exit_code, "runs": [outcome_data(finished)]})
    else:
        tell_outcome(session, finished)
    raise typer.Exit(finished.exit_code)
