"""`mia train`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mia_plugins.cli.session import AsJson, Session

if TYPE_CHECKING:
    from strategies.ml.settings import TrainSettings
    from strategies.ml.training import Trained

train_app = typer.Typer(add_completion=False, rich_markup_mode=None)


@train_app.command(epilog="Example: mia train train.yaml")
def train(
    context: typer.Context,
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="A training's settings (YAML).", readable=False)
    ],
    *,
    due: Annotated[
        bool, typer.Option("--due", help="Only if the last training is older than `every:` says.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Train the ML filter on the journals of runs, and judge it out of sample.

    The model is a candidate: `mia models promote` puts it into use. Nothing is trained on a column that knows
    the future.
    """
    from mia_plugins.cli.progress import Display
    from strategies.ml.registry import Registry
    from strategies.ml.settings import load_training
    from strategies.ml.training import STEPS, runs_of
    from strategies.ml.training import train as make

    session = Session.of(context)
    settings, chosen = load_training(config, session.host)
    if due and (left := _hours_left(settings)) > 0:
        if as_json:
            session.say_json({"trained": False, "due_in_hours": left})
        else:
            session.say(f"the next training is due in {left:.1f} h")
        return
    with Display(quiet=as_json) as display:
        bar = display.add("training", len(STEPS))
        made = make(settings, chosen, runs_of(settings), lambda at, what: bar.reached(at, None, what))
    folder = Registry(settings.registry).add(made.card, made.files)
    if as_json:
        session.say_json(
            {"trained": True, "model": made.card.id, "folder": str(folder), "card": made.card.data}
        )
        return
    tell(session, made, folder)


def _hours_left(settings: "TrainSettings") -> float:
    """Return in how many hours the next training of this slot is due; 0 or below: now."""
    import time

    from strategies.ml.registry import Registry

    registry = Registry(settings.registry)
    ours = {
        one
        for one in registry.ids()
        if registry.card(one).slot[:2] == (settings.instrument, settings.strategy)
    }
    last = max(
        (event.ts for event in registry.history() if event.did == "trained" and event.model in ours),
        default=0,
    )
    return float(settings.every) - (time.time_ns() - last) / 3_600e9


def tell(session: Session, made: "Trained", folder: Path) -> None:
    """Print what a training came to."""
    from strategies.ml.registry import NOTHING

    nothing = made.findings.verdict == NOTHING
    session.say(
        f"model {made.card.id}: {made.findings.verdict}", style="bold yellow" if nothing else "bold green"
    )
    for name, text in lines_of(made.card.data):
        session.say(f"  {name:22}{text}")
    session.say(f"  {'folder':22}{folder}")
    session.say(f"  {'next':22}mia models promote {made.card.id}", style="cyan")


def gate_of(card: Any) -> str:
    """Return the gate that a card's figures are of, as text."""
    gate = card["gate"]
    return gate if isinstance(gate, str) else f"the gate {gate:g}"


def lines_of(card: Any) -> list[tuple[str, str]]:
    """Return a card's figures as lines: a name and a text."""
    from mia_plugins.reports.numbers import percent, plain
    from mia_plugins.statistics.figures import Figure

    found, trained = card["findings"], card["trained"]
    profit, control, deflated = found["profit"], found["shuffled"], found["deflated"]
    voted = profit["majority"]

    def told(figure: dict[str, Any], unit: str = "", *, signed: bool = False) -> str:
        one = Figure(**figure)
        text = plain(one.value, 3, unit, signed=signed)
        return text if one.low is None else f"{text} (95 %: {plain(one.low, 3)} to {plain(one.high, 3)})"

    chance = " to ".join(plain(one, 3) for one in found["chance"])
    by_chance = f"{plain(control['low'], 3)} to {plain(control['high'], 3)}"
    sure = "cannot be told" if deflated is None else f"above 0 with {percent(deflated['probability'])}"
    return [
        ("of", f"{card['strategy']} on {card['instrument']}, preset {', '.join(card['presets']) or 'none'}"),
        ("trained on", f"{trained['rows']:,} decisions, {trained['first']} to {trained['last']}"),
        ("judged on", f"{found['rows']:,} decisions of {found['days']} days that it had not seen"),
        ("won", percent(found["base_rate"])),
        ("AUC", f"{told(found['auc'])}; by chance {chance}"),
        ("AUC, labels shuffled", f"{plain(control['auc'], 3)}; by chance {by_chance}"),
        ("Brier", f"{told(found['brier'])}; {plain(found['brier_of_base'], 3)} by the share that won"),
        *((name.capitalize(), told(one)) for name, one in found["rates"].items()),
        ("all", told(profit["mean_r"], "R", signed=True)),
        (f"kept by {gate_of(card)}", f"{profit['kept']:,}: {told(profit['mean_r_kept'], 'R', signed=True)}"),
        (f"rise by {gate_of(card)}", told(profit["rise"], "R", signed=True)),
        ("kept by votes", f"{voted['kept']:,}: {told(voted['mean_r_kept'], 'R', signed=True)}"),
        ("rise by votes", told(voted["rise"], "R", signed=True)),
        ("rise of better half", told(profit["rise_of_half"], "R", signed=True)),
        ("deflated Sharpe", f"{sure}; {found['trials']} settings were tried"),
        ("most important", ", ".join(one["column"] for one in found["importance"][:5])),
    ]
