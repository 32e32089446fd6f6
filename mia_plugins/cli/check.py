"""`mia check`: whether a run looks ahead, how much past it needs, whether a plugin keeps the rules."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from unittest import SkipTest

import typer

from mia_plugins.cli.session import AsJson, Session
from mia_plugins.errors import ExitCode

if TYPE_CHECKING:
    from mia_plugins.checks.crew import Crew
    from mia_plugins.checks.lookahead import Leak, Looked
    from mia_plugins.checks.warmup import Dependence, Warmed

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)

Config = Annotated[
    Path, typer.Argument(metavar="CONFIG", readable=False, help="A settings file.", show_default=False)
]
Jobs = Annotated[int, typer.Option(help="Runs at a time; 0: one a core.", min=0, metavar="N")]
Limit = Annotated[float, typer.Option(help="Seconds that a run may take.", min=1)]


@app.callback()
def _check() -> None:
    """Check runs and plugins.

    Exit codes: 0 nothing is to be said against it; 1 something is; 4 the settings file is wrong;
    5 a plugin cannot be used; 130 Ctrl-C.
    """


@app.command(epilog="Example: mia check lookahead run.yaml --cuts 20")
def lookahead(  # noqa: PLR0913 each is an option
    context: typer.Context,
    config: Config,
    *,
    cuts: Annotated[int, typer.Option(help="Points of the run at which the future is changed.", min=1)] = 8,
    jobs: Jobs = 0,
    limit: Limit = 600,
    as_json: AsJson = False,
) -> None:
    """Say whether decisions depend on what comes later.

    The run is made again with the data cut off after each of some points, and with other data after it.
    No decision, order or fill before may change; if one does, the feature or rule that leaked is named.
    """
    from mia_plugins.checks.lookahead import check_lookahead

    session = Session.of(context)
    with _crew(jobs, limit, quiet=as_json) as (place, crew):
        found = check_lookahead(config, place, crew, cuts, session.plugins_dirs)
    if as_json:
        session.say_json(_looked_data(found))
    else:
        _tell_looked(session, found)
    raise typer.Exit(ExitCode.FAILED if found.leaks else ExitCode.OK)


def _tell_looked(session: Session, found: "Looked") -> None:
    for leak in found.leaks:
        session.say(str(leak), style="bold red")
    if not found.leaks:
        session.say(
            f"{found.decisions:,} decisions: none depends on what came later, at {len(found.cuts)} points",
            style="green",
        )


def _looked_data(found: "Looked") -> dict[str, Any]:
    return {
        "ok": not found.leaks,
        "cuts": list(found.cuts),
        "decisions": found.decisions,
        "leaks": [_leak_data(leak) for leak in found.leaks],
    }


def _leak_data(leak: "Leak") -> dict[str, Any]:
    return {
        "cut": leak.cut,
        "future": str(leak.future),
        "table": leak.parting.table,
        "ts": leak.ts,
        "strategy": leak.strategy,
        "columns": list(leak.parting.columns),
        "suspects": list(leak.suspects),
    }


@app.command(epilog="Example: mia check warmup week.yaml")
def warmup(  # noqa: PLR0913 each is an option
    context: typer.Context,
    config: Config,
    *,
    tolerance: Annotated[float, typer.Option(help="How far apart is the same, as a share.", min=0)] = 1e-6,
    jobs: Jobs = 0,
    limit: Limit = 600,
    as_json: AsJson = False,
) -> None:
    """Say how much history strategies need before their decisions do not depend on the start.

    The last trading day of the run is decided after 0, 1, 2 … of the sessions before it. What never
    comes nearer to what the longest history gives depends on the start itself, and fails the check.
    """
    from mia_plugins.checks.warmup import check_warmup

    session = Session.of(context)
    with _crew(jobs, limit, quiet=as_json) as (place, crew):
        found = check_warmup(config, place, crew, tolerance, session.plugins_dirs)
    if as_json:
        session.say_json(_warmed_data(found))
    else:
        _tell_warmed(session, found)
    raise typer.Exit(ExitCode.FAILED if found.offenders or found.unexplained else ExitCode.OK)


def _tell_warmed(session: Session, found: "Warmed") -> None:
    for strategy, acted in found.acted.items():
        own = [one for one in found.dependences if one.strategy == strategy]
        unsettled = [one for one in own if one.settling != "settled"]
        needs = found.needs(strategy)
        measured = (
            f"more than {found.lengths}" if unsettled else "an unknown number of" if needs is None else needs
        )
        same = f"from {acted} on" if acted is not None else f"with no fewer than {found.lengths}"
        session.say(f"{strategy} on {found.day}: needs {measured} sessions of history", style="bold")
        session.say(f"  what it does is the same {same}")
        wanted = sorted((one for one in own if any(one.differences)), key=lambda one: -one.sessions)
        if wanted:
            session.table(("what", "needs", "what one more session changes, by sessions"), map(_row, wanted))
    for one in found.offenders:
        session.say(f"'{one.name}' of {one.strategy} depends on the day a run starts on", style="bold red")
    for name in found.unexplained:
        session.say(f"{name} does something else with each start, and no number says why", style="bold red")


def _row(one: "Dependence") -> tuple[str, str, str]:
    needs = str(one.sessions) if one.settling == "settled" else f"{one.settling} after {one.sessions}"
    told = ("not known" if value == float("inf") else f"{value:.3g}" for value in one.differences)
    return one.name, needs, " · ".join(told)


def _warmed_data(found: "Warmed") -> dict[str, Any]:
    return {
        "ok": not found.offenders and not found.unexplained,
        "day": found.day,
        "sessions": found.lengths,
        "strategies": {
            name: {"needs": found.needs(name), "acts_alike_from": acted}
            for name, acted in found.acted.items()
        },
        "numbers": [
            {
                "strategy": one.strategy,
                "name": one.name,
                "settling": str(one.settling),
                "sessions": one.sessions,
                "differences": [None if d == float("inf") else d for d in one.differences],
            }
            for one in found.dependences
        ],
    }


@contextmanager
def _crew(jobs: int, limit: float, *, quiet: bool) -> "Iterator[tuple[Path, Crew]]":
    """Give a folder for what is made, and who makes it."""
    from mia_plugins.checks.crew import Crew
    from mia_plugins.cli.jobs_progress import jobs_progress

    with tempfile.TemporaryDirectory(prefix="mia-check-") as made, jobs_progress(quiet=quiet) as watch:
        yield Path(made), Crew(jobs or os.cpu_count() or 1, limit, watch)


@app.command(epilog="Example: mia check plugin foo")
def plugin(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="As `mia plugins list` shows it.", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Hold an installed plugin to what must hold of every plugin.

    Registration, settings, documentation; of features causality, symmetry, reset, memory; of strategies
    runs over a tiny day. For settings that must be given, and to leave out a check for a reason, use
    `check_plugin` of mia_plugins.testing in its tests.
    """
    from mia_plugins.testing import check_plugin

    session = Session.of(context)
    checks = check_plugin(_module_of(session, name))
    failed: dict[str, str] = {}
    skipped: dict[str, str] = {}
    for one in checks:
        try:
            one()
        except SkipTest as reason:
            skipped[one.name] = str(reason)
        except Exception as error:  # noqa: BLE001 a plugin's code may raise anything
            is_told = type(error).__name__ == "Broken"
            failed[one.name] = str(error) if is_told else f"{type(error).__name__}: {error}"
        if not as_json:
            mark = "✗" if one.name in failed else "–" if one.name in skipped else "✓"
            why = failed.get(one.name) or skipped.get(one.name)
            session.say(f"{mark} {one.name}: {why}" if why else f"{mark} {one.name}")
    if as_json:
        rows = [
            {
                "name": one.name,
                "ok": one.name not in failed,
                "why": failed.get(one.name) or skipped.get(one.name, ""),
            }
            for one in checks
        ]
        session.say_json({"ok": not failed, "checks": rows})
    raise typer.Exit(ExitCode.FAILED if failed else ExitCode.OK)


def _module_of(session: Session, name: str) -> str:
    """Return the entry-point module of an installed plugin that is in use."""
    from mia_plugins.errors import PluginError, did_you_mean

    found = session.host.plugin(name)
    if found is None:
        known = did_you_mean(name, (one.provider.plugin for one in session.host.plugins))
        raise PluginError(f"there is no plugin '{name}'{known}", "see `mia plugins list`")
    if found.error is not None:
        raise found.error
    if found.disabled_by:
        raise PluginError(
            f"plugin '{name}' is disabled by {found.disabled_by}", f"`mia plugins enable {name}`"
        )
    if not found.provider.version:
        raise PluginError(
            f"plugin '{name}' lies in a folder ({found.provider.origin}); what is checked is installed",
            "make it a package (`mia new plugin` shows how) and install it: `uv pip install -e FOLDER`",
        )
    return found.provider.origin
