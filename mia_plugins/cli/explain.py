"""`mia explain`: what a run decided, and why."""

from pathlib import Path
from typing import Annotated

import typer

from mia_plugins.cli.session import AsJson, Session

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(epilog="Example: mia explain 3f9a --blocked --limit 20")
def explain(  # noqa: PLR0913 each is an option
    context: typer.Context,
    run: Annotated[
        str,
        typer.Argument(metavar="RUN", help="A run's folder, or the beginning of its id.", show_default=False),
    ],
    decision: Annotated[
        int | None,
        typer.Argument(metavar="DECISION", help="A decision's id, from the list.", show_default=False),
    ] = None,
    *,
    runs: Annotated[
        Path, typer.Option("--runs", help="The folder that holds the runs.", metavar="FOLDER")
    ] = Path("runs"),
    taken: Annotated[bool, typer.Option("--taken", help="List those that led to an order.")] = False,
    blocked: Annotated[bool, typer.Option("--blocked", help="List those a rule was against.")] = False,
    rejected: Annotated[bool, typer.Option("--rejected", help="List those that passed no gate.")] = False,
    strategy: Annotated[
        str, typer.Option("--strategy", help="List those of one strategy.", metavar="ID", show_default=False)
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many are listed.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what a run decided, or explain one decision.

    The list has what mattered: decisions that were taken, blocked by a rule or rejected at a gate. Times
    are New York's. A result in brackets is what the bracket of a decision that was not taken would have
    come to, in units of its risk.
    """
    from mia_plugins.journal.decision import Outcome
    from mia_plugins.runs.errors import RunError
    from mia_plugins.runs.folder import RunFolder, RunStatus

    found = RunFolder.open(runs, run)
    folder = found.path
    if found.record.status is not RunStatus.COMPLETE and not (folder / "decisions.parquet").exists():
        raise RunError(
            f"run {found.id} has no decisions: it {_ended(found.record.status)} ({found.record.reason})",
            f"see `mia runs show {run}`",
        )
    if decision is not None:
        _explain(Session.of(context), folder, decision, as_json=as_json)
        return
    asked = {Outcome.TAKEN: taken, Outcome.BLOCKED: blocked, Outcome.REJECTED: rejected}
    outcomes = frozenset(outcome for outcome, wanted in asked.items() if wanted)
    _list(Session.of(context), folder, outcomes, strategy, limit, as_json=as_json)


def _explain(session: Session, folder: Path, decision: int, *, as_json: bool) -> None:
    from mia_plugins.journal.explain import explanation, explanation_data
    from mia_plugins.journal.telling import tell

    found = explanation(folder, decision)
    if as_json:
        session.say_json(explanation_data(found))
        return
    for line in tell(found):
        session.say(line)


def _list(  # noqa: PLR0913 each is an option
    session: Session, folder: Path, outcomes: frozenset[str], strategy: str, limit: int, *, as_json: bool
) -> None:
    from mia_plugins.journal.decision import Outcome
    from mia_plugins.journal.explain import MATTERED, listing, listing_data
    from mia_plugins.journal.reader import Where
    from mia_plugins.journal.telling import tell_list

    wanted = frozenset(map(Outcome, outcomes)) or MATTERED
    found = listing(folder, Where(wanted, strategy), limit)
    name = folder.resolve().name
    if as_json:
        session.say_json(listing_data(name, found))
        return
    if found.status not in ("", "complete"):
        session.warn(f"run {name} {_ended(found.status)}: what follows is not all there would have been")
    for line in tell_list(found):
        session.say(line)


def _ended(status: str) -> str:
    return "was interrupted" if status == "interrupted" else status
