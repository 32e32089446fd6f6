"""`mia models`: list, show, promote and retire models, and see whether one has drifted."""

import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from mia_plugins.cli.session import AsJson, Session

app = typer.Typer(
    help="List, show, promote and retire models of the ML filter.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

MODELS = Path("models")
ModelWord = Annotated[
    str, typer.Argument(metavar="MODEL", help="The beginning of a model's id.", show_default=False)
]
Models = Annotated[
    Path, typer.Option("--models", help="The folder of models.", metavar="FOLDER", readable=False)
]
Why = Annotated[str, typer.Option("--why", help="Why; it is kept.", metavar="TEXT")]


@app.command("list", epilog="Example: mia models list --json")
def list_(context: typer.Context, models: Models = MODELS, as_json: AsJson = False) -> None:
    """List the models, with what became of each."""
    from mia_plugins.reports.numbers import plain
    from strategies.ml.registry import Registry

    session = Session.of(context)
    registry = Registry(models)
    status = registry.status()
    cards = {one: registry.card(one) for one in status}
    if as_json:
        session.say_json([{"model": one, "status": status[one], **_brief(cards[one].data)} for one in cards])
        return
    if not cards:
        session.say(f"there is no model in {models}: mia train CONFIG makes one")
        return
    columns = (
        "model",
        "status",
        "instrument",
        "strategy",
        "preset",
        "trained until",
        "decisions",
        "AUC",
        "rise R",
    )
    rows = []
    for one, card in cards.items():
        told = _brief(card.data)
        preset = ", ".join(told["presets"])
        numbers = (f"{told['rows']:,}", plain(told["auc"], 3), plain(told["rise"], 3, signed=True))
        rows.append(
            (one, str(status[one]), told["instrument"], told["strategy"], preset, told["until"], *numbers)
        )
    session.table(columns, rows)


@app.command(epilog="Example: mia models show 3f2a")
def show(context: typer.Context, model: ModelWord, models: Models = MODELS, as_json: AsJson = False) -> None:
    """Show a model's card: what it is of, how it was judged, what became of it."""
    from mia_plugins.runs.plain import utc_text
    from strategies.ml.commands import lines_of
    from strategies.ml.registry import Registry

    session = Session.of(context)
    registry = Registry(models)
    found = registry.find(model)
    card, status = registry.card(found), registry.status()[found]
    events = [event for event in registry.history() if event.model == found]
    if as_json:
        session.say_json(
            {"model": found, "status": status, "card": card.data, "history": list(map(vars, events))}
        )
        return
    session.say(f"model {found}: {status}", style="bold")
    session.say(f"  {card.findings['verdict']}")
    for name, text in lines_of(card.data):
        session.say(f"  {name:22}{text}")
    session.table(
        ("member", "of", "weight", "file"), [(p.name, p.use, f"{p.weight:.3f}", p.file) for p in card.parts]
    )
    lost = [(one["column"], f"{one['lost']['value'] or 0:+.4f}") for one in card.findings["importance"]]
    session.table(("column", "AUC lost without it"), lost)
    session.table(
        ("when", "what", "by", "why"),
        [(utc_text(event.ts), event.did, event.by, event.why) for event in events],
    )


@app.command(epilog="Example: mia models promote 3f2a")
def promote(  # noqa: PLR0913 each is an option
    context: typer.Context,
    model: ModelWord,
    *,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="Whatever the figures say: needs --why.")
    ] = False,
    why: Why = "",
    models: Models = MODELS,
    as_json: AsJson = False,
) -> None:
    """Put a model into use in the place of the one of its instrument, strategy and preset.

    Its figures out of sample must be better; or a person answers for it, with --by-hand and --why.
    """
    from mia_plugins.learning import ModelError
    from strategies.ml.card import checked_content
    from strategies.ml.registry import PROMOTED, Registry, compare

    session = Session.of(context)
    registry = Registry(models)
    found = registry.find(model)
    card = registry.card(found)
    for part in card.parts:
        checked_content(models / found, part)
    instrument, strategy, presets = card.slot
    others = [one for one in registry.promoted(instrument, presets) if registry.card(one).slot[1] == strategy]
    if others == [found]:
        raise ModelError(f"the model {found} is in use already")
    compared = compare(card, registry.card(others[0]) if others else None)
    if by_hand and not why.strip():
        raise ModelError("a model that is promoted by hand needs a reason", 'add --why "…"')
    if not (compared.better or by_hand):
        raise ModelError(
            f"the model {found} is not surely better: {compared.told}",
            'train it on more; or answer for it: --by-hand --why "…"',
        )
    registry.note(found, PROMOTED, getpass.getuser() if by_hand else "figures", why or compared.told)
    if as_json:
        session.say_json({"promoted": found, "instead_of": others, "why": why or compared.told})
        return
    session.say(f"the model {found} is in use: {compared.told}", style="bold green")
    session.say(f"  ml_filter: {{registry: {models}, models: {{{instrument}: {found}}}}}")


@app.command(epilog='Example: mia models retire 3f2a --why "the contract changed"')
def retire(
    context: typer.Context,
    model: ModelWord,
    why: Annotated[str, typer.Option("--why", help="Why; it is kept.", metavar="TEXT", show_default=False)],
    models: Models = MODELS,
    as_json: AsJson = False,
) -> None:
    """Take a model out of use; its files stay."""
    from strategies.ml.registry import Registry

    session = Session.of(context)
    registry = Registry(models)
    found = registry.find(model)
    registry.note(found, "retired", getpass.getuser(), why)
    if as_json:
        session.say_json({"retired": found, "why": why})
        return
    session.say(f"the model {found} is retired", style="bold")


@app.command(epilog="Example: mia models drift 3f2a latest")
def drift(  # noqa: PLR0913, PLR0917 each is an option
    context: typer.Context,
    model: ModelWord,
    runs_named: Annotated[
        list[str],
        typer.Argument(metavar="RUN…", help="The beginning of a run's id, or `latest`; or several."),
    ],
    filter_name: Annotated[
        str, typer.Option("--filter", help="What the runs call the filter.")
    ] = "ml_filter",
    models: Models = MODELS,
    runs: Annotated[
        Path, typer.Option("--runs", help="The folder of runs.", metavar="FOLDER", readable=False)
    ] = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Say whether runs' candidates look as in the training, and whether probabilities kept their promise.

    Several runs are seen as one after the other. The exit code is 1 when something has drifted.
    """
    from mia_plugins.errors import ExitCode
    from strategies.ml.recalled import recall, runs_in_order
    from strategies.ml.registry import Registry
    from strategies.ml.watch import WHOLE, Watch

    session = Session.of(context)
    registry = Registry(models)
    watch = Watch(registry.card(registry.find(model)), *WHOLE)
    notes = [
        f"{run.id}: {why}"
        for run in runs_in_order(runs, runs_named)
        if (why := recall(watch, run, filter_name))
    ]
    state = watch.state | {"notes": notes}
    if as_json:
        session.say_json(state)
    else:
        _tell_drift(session, state)
    if state["alarms"]:
        raise typer.Exit(ExitCode.FAILED)


def _tell_drift(session: Session, state: dict[str, Any]) -> None:
    """Print what a watch has to tell."""
    shifts = sorted(state["shifts"].items(), key=lambda row: -row[1])
    session.table(("column", "stability index"), [(name, f"{shift:.3f}") for name, shift in shifts])
    if state["came"] is not None:
        session.say(
            f"of {state['trades']} trades {state['came']:.1%} won, {state['promised']:.1%} were promised"
        )
    for text in state["alarms"]:
        session.say(text, style="bold red")
    for text in (*state["notes"], *state["too_few"]):
        session.say(text, style="yellow")
    if state["alarms"]:
        return
    looked = f"in {state['candidates']:,} candidates and {state['trades']:,} trades"
    if state["too_few"]:
        session.say(f"no drift in what could be told {looked}", style="yellow")
    else:
        session.say(f"no drift {looked}", style="green")


def _brief(card: Any) -> dict[str, Any]:
    found = card["findings"]
    return {
        "instrument": card["instrument"],
        "strategy": card["strategy"],
        "presets": card["presets"],
        "until": card["trained"]["last"],
        "rows": card["trained"]["rows"],
        "auc": found["auc"]["value"],
        "rise": found["profit"]["rise_of_half"]["value"],
        "verdict": found["verdict"],
    }
