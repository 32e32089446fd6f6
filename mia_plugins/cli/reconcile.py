"""`mia reconcile`: a recorded session once more, decision by decision and fill by fill."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mia_plugins.cli.runs import RUNS, RunsDir
from mia_plugins.cli.session import AsJson, Session
from mia_plugins.errors import ExitCode

if TYPE_CHECKING:
    from mia_plugins.reconcile.comparing import Compared
    from mia_plugins.reconcile.fills import FillDifference
    from mia_plugins.reconcile.reconciling import Reconciled
    from mia_plugins.reconcile.trades import Filled

app = typer.Typer(add_completion=False, rich_markup_mode=None)
SHOWN = 40
"""Differences of fills that are printed; `--json` has them all."""


@app.command(epilog="Example: mia reconcile latest --json")
def reconcile(
    context: typer.Context,
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="The beginning of a recorded run's id, `latest`, or its folder.",
            show_default=False,
        ),
    ],
    runs: RunsDir = RUNS,
    as_json: AsJson = False,
) -> None:
    """Make a recorded session again and compare what it decides.

    With the recorded rows, timers and account events decisions must be identical, byte for byte. A second
    time fills are simulated, and each difference of them is told with its reason. The exit code is 1 when
    the decisions are not identical.
    """
    from mia_plugins.cli.jobs_progress import jobs_progress
    from mia_plugins.reconcile.reconciling import reconcile as made_again
    from mia_plugins.reconcile.recorded import open_recorded

    session = Session.of(context)
    recorded = open_recorded(runs, run, session.plugins_dirs)
    with jobs_progress(quiet=as_json) as watch:
        found = made_again(recorded, session.plugins_dirs, watch)
    if as_json:
        session.say_json(found.as_data())
    else:
        _tell(session, found)
    if not found.identical:
        raise typer.Exit(ExitCode.FAILED)


def _tell(session: Session, found: "Reconciled") -> None:
    if not found.is_whole:
        session.say(f"run {found.run} did not come to its end: it is compared up to where it was cut off")
    if found.outside:
        session.say(f"{found.outside} recorded rows lie in no session and were left out")
    session.table(
        ("table", "recorded", "replayed", ""),
        [(one.table, f"{one.recorded:,}", f"{one.replayed:,}", _verdict(one)) for one in found.tables],
    )
    session.say(f"{found.made:,} of {found.steps:,} steps were made again")
    if found.identical:
        session.say("identical: the same rows, timers and events led to the same decisions", style="green")
    else:
        _tell_difference(session, found)
    _tell_fills(session, found)


def _verdict(one: "Compared") -> str:
    if one.same_bytes:
        return "the same bytes"
    if one.is_cut:
        return "the same up to the cut"
    return "the same rows" if one.same else "differs"


def _tell_difference(session: Session, found: "Reconciled") -> None:
    from mia_plugins.runtime.times import told_time

    if miscount := found.miscount:
        session.say(
            f"at step {miscount['step']} of {miscount['strategy']}, {told_time(miscount['ts'])}, it had "
            f"{miscount['recorded']:,} rows of {miscount['stream']}; replayed, {miscount['replayed']:,}",
            style="red",
        )
    if found.parted:
        session.say(f"the replay parted from the recording: {found.parted}", style="red")
    for one in found.tables:
        if not one.same:
            _tell_row(session, one)
            return


def _tell_row(session: Session, one: "Compared") -> None:
    if one.lacking:
        session.say(f"{one.table}: columns that one of them has not: {', '.join(one.lacking)}", style="red")
    first = one.first
    if first is None:
        return
    if first.left is None or first.right is None:
        lacking = "recorded" if first.left is None else "replayed"
        session.say(f"{one.table}: row {first.row} is not among the {lacking}", style="red")
    else:
        session.say(f"{one.table}: row {first.row} is the first that differs", style="red")
    left, right = first.left or {}, first.right or {}
    named = [name for name in (left or right) if name in first.columns or name in {"id", "ts", "strategy"}]
    rows = [
        ("≠" if name in first.columns else "", name, _text(left, name), _text(right, name)) for name in named
    ]
    session.table(("", "field", "recorded", "replayed"), rows)


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return "-" if value is None else str(value)


def _tell_fills(session: Session, found: "Reconciled") -> None:
    if found.unsimulated:
        session.say(f"fills could not be simulated: {found.unsimulated}", style="yellow")
        return
    counts = found.counts
    session.say(f"{counts['recorded']} fills recorded, {counts['simulated']} simulated")
    if not found.fills:
        session.say("no fill differs from the simulated one", style="green")
        return
    session.table(
        ("New York", "strategy", "decision", "role", "recorded", "simulated", "why", ""),
        [_cells(one) for one in found.fills[:SHOWN]],
    )
    if len(found.fills) > SHOWN:
        session.say(f"{len(found.fills) - SHOWN} more: --json", style="dim")


def _cells(one: "FillDifference") -> tuple[str, ...]:
    from mia_plugins.runtime.times import told_time

    ids = "/".join("-" if number is None else str(number) for number in dict.fromkeys(one.ids))
    when = told_time(one.ts).partition(" New York")[0]
    return (
        when,
        one.strategy,
        ids,
        one.role,
        _filled(one.recorded),
        _filled(one.simulated),
        one.why,
        one.told,
    )


def _filled(filled: "Filled | None") -> str:
    return "-" if filled is None else f"{filled.lots} @ {filled.ticks:g}"
