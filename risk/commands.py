"""`mia kill` and `mia unkill`."""

from pathlib import Path
from typing import Annotated

import typer

from mia_plugins.cli.session import AsJson, Session

kill_app = typer.Typer(add_completion=False, rich_markup_mode=None)
unkill_app = typer.Typer(add_completion=False, rich_markup_mode=None)

STATE = Path("state")
StateDir = Annotated[
    Path, typer.Option("--state", help="The folder of the account's state.", metavar="FOLDER", readable=False)
]


@kill_app.command(epilog='Example: mia kill --flatten --reason "the feed is wrong"')
def kill(
    context: typer.Context,
    *,
    flatten: Annotated[bool, typer.Option("--flatten", help="Leave what is held, at the market.")] = False,
    reason: Annotated[str, typer.Option(help="Why; it is kept.", metavar="TEXT")] = "by hand",
    state: StateDir = STATE,
    as_json: AsJson = False,
) -> None:
    """Stop all trading of an account: nothing is entered, and entries that work are cancelled.

    What is held keeps its stop and its target unless you say --flatten. It holds for processes that run and
    for those that are started later, until `mia unkill`.
    """
    from risk.kill import engage

    session = Session.of(context)
    unkept = engage(state, flatten=flatten, reason=reason)
    if unkept:
        session.warn(f"the switch is on by its file alone: {unkept}")
    if as_json:
        session.say_json({"killed": True, "flatten": flatten, "reason": reason, "state": str(state)})
        return
    session.say(f"the kill switch of {state} is on: nothing is entered", style="bold")
    session.say("  what is held is left at the market" if flatten else "  what is held keeps stop and target")
    session.say(f'  mia unkill --reason "…" --state {state} lets it go')


@unkill_app.command(epilog='Example: mia unkill --reason "the feed is right again"')
def unkill(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="Why; it is kept.", metavar="TEXT", show_default=False)],
    *,
    state: StateDir = STATE,
    as_json: AsJson = False,
) -> None:
    """Let the kill switch go."""
    from risk.kill import release

    session = Session.of(context)
    release(state, reason)
    if as_json:
        session.say_json({"killed": False, "reason": reason, "state": str(state)})
        return
    session.say(f"the kill switch of {state} is off: trading goes on")
