"""`mia new`: the beginning of a package."""

from pathlib import Path
from typing import Annotated

import typer

from mia_plugins.cli.session import Session

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def _new() -> None:
    """Begin something from a template."""


@app.command(epilog="Example: mia new plugin late_friday")
def plugin(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="Of the strategy; the package is mia-NAME.", show_default=False),
    ],
    folder: Annotated[
        Path | None,
        typer.Option(help="Where it goes; else mia-NAME here.", metavar="FOLDER", show_default=False),
    ] = None,
) -> None:
    """Write a plugin's package: a strategy, a feature, settings, tests, baselines' config, CI.

    It installs, passes its own tests and runs a backtest as it is.
    """
    from mia_plugins.scaffold import new_plugin

    session = Session.of(context)
    place = folder or Path(f"mia-{name.replace('_', '-')}")
    written = new_plugin(name, place)
    session.say(f"{len(written)} files written to {place}", style="green")
    session.say("Go on with:")
    for line in (f"cd {place}", "uv pip install -e .", "uv run pytest"):
        session.say(f"$ {line}", style="cyan")
    session.say("README.md goes on from there.")
