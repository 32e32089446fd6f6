"""A plugin in one file: the command `mia tick-value`.

A package of your own does the same; it names this module in its pyproject.toml:

    [project.entry-points.mia]
    tick_value = "tick_value"
"""

from decimal import Decimal
from typing import Annotated

import typer

TICK_VALUE = {"ES": Decimal("12.50"), "NQ": Decimal("5.00"), "MES": Decimal("1.25"), "MNQ": Decimal("0.50")}
"""Dollars a contract gains or loses on one tick (.25 points)."""

app = typer.Typer()


def mia_register_commands(register):
    """Register the command."""
    register("tick-value", "tick_value:app", summary="What a distance in ticks is worth.")


@app.command()
def tick_value(
    instrument: Annotated[str, typer.Argument(help=f"One of {', '.join(TICK_VALUE)}.")],
    ticks: Annotated[int, typer.Argument(help="A distance, in ticks.")],
    contracts: Annotated[int, typer.Option(help="How many contracts.")] = 1,
) -> None:
    """Say what a distance in ticks is worth, in dollars."""
    if instrument not in TICK_VALUE:
        raise typer.BadParameter(f"{instrument!r} is none of {', '.join(TICK_VALUE)}")
    print(f"{ticks} ticks of {instrument} on {contracts} = {ticks * contracts * TICK_VALUE[instrument]} $")
