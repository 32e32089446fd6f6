"""A command that uses the rule."""

import datetime as dt

import typer

from mia_plugins.units import Ticks
from mia_sample.rules import LateFriday

app = typer.Typer()


@app.command()
def is_late(when: dt.datetime) -> None:
    """Say whether an entry would be blocked."""
    rule = LateFriday(LateFriday.Settings())
    typer.echo("late" if rule.blocks(when, Ticks(20)) else "not late")
