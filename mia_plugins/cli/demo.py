"""`mia demo`: a first look, made of real commands on files that stay with the user."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from mia_plugins.cli.session import Session
from mia_plugins.errors import ExitCode, FileError, MiaError
from mia_plugins.runs.folder import LATEST, RunFolder
from mia_plugins.settings.layers import shipped_configs

app = typer.Typer(add_completion=False, rich_markup_mode=None)

RUNS = "runs"


@dataclass(frozen=True)
class _Step:
    title: str
    arguments: tuple[str, ...]
    exit_code: ExitCode = ExitCode.OK


def _steps(folder: Path) -> tuple[_Step, ...]:
    backtest, mistakes = str(folder / "backtest.yaml"), str(folder / "mistakes.yaml")
    plugins, data = str(folder / "plugins"), str(folder / "data")
    return (
        _Step("A settings file is checked, with all it extends", ("config", "check", backtest)),
        _Step(
            "Every value can be traced to its line",
            ("config", "show", backtest, "--origin", "--only", "strategies"),
        ),
        _Step("A plugin in one file adds a command", ("--plugins-dir", plugins, "tick-value", "ES", "10")),
        _Step(
            "Mistakes are told all at once, each at its place", ("config", "check", mistakes), ExitCode.CONFIG
        ),
        _Step(
            "A day of a synthetic market (compiling takes half a minute, the first time)",
            ("catalog", "generate", data),
        ),
        _Step("Gaps, disorder, crossed books, wrong prices would be told", ("catalog", "check", data)),
        _Step("The default preset trades the day", ("backtest", backtest, "--runs", str(folder / RUNS))),
    )


@app.command(epilog="Example: mia demo --folder first-steps")
def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Option(help="Where the files go.", metavar="FOLDER")] = Path("mia-demo"),
) -> None:
    """Write settings, a plugin and a day of data into a folder, run a backtest and explain a trade.

    Files that are there already are kept as they are.
    """
    session = Session.of(context)
    written = list(_copy(shipped_configs() / "demo", folder))
    session.say(
        f"{len(written)} files written to {folder}" if written else f"the files in {folder} were kept"
    )
    for number, step in enumerate(_steps(folder), start=1):
        _show(session, number, step)
    run = RunFolder.open(folder / RUNS, LATEST)
    decision = _decision_of(run)
    if decision is not None:
        why = ("explain", "latest", str(decision), "--runs", str(folder / RUNS))
        _show(session, len(_steps(folder)) + 1, _Step("Why it made its first trade", why))
    page = _Step("One page that tells the run", ("report", "latest", "--runs", str(folder / RUNS)))
    _show(session, len(_steps(folder)) + 1 + (decision is not None), page)
    _say_what_next(session, folder, run)


def _show(session: Session, number: int, step: _Step) -> None:
    """Say what a step is about, and run it."""
    session.say()
    session.say(f"{number}. {step.title}", style="bold")
    session.say(f"$ mia {' '.join(step.arguments)}", style="cyan")
    _run(step, session)


def _decision_of(run: RunFolder) -> int | None:
    """Return the first decision that led to a trade; None without one."""
    from mia_plugins.journal.decision import Outcome
    from mia_plugins.journal.explain import listing
    from mia_plugins.journal.reader import Where

    found = listing(run.path, Where(frozenset({Outcome.TAKEN})), 1)
    return found.lines[0].row.id if found.lines else None


def _say_what_next(session: Session, folder: Path, run: RunFolder) -> None:
    runs = f"--runs {folder / RUNS}"
    session.say()
    session.say(f"The run lies in {run.path}; open its report.html in a browser.", style="bold")
    session.say("It says nothing of a real market: the day is made up.")
    session.say()
    session.say(f"Now set another stop in {folder / 'backtest.yaml'}, and see what it changes:")
    session.say(f"$ mia backtest {folder / 'backtest.yaml'} {runs}", style="cyan")
    session.say(f"$ mia runs diff {run.id} latest {runs}", style="cyan")
    session.say(f"$ mia explain latest {runs}", style="cyan")
    session.say("docs/quickstart.md goes on from here.")


def _run(step: _Step, session: Session) -> None:
    """Run one command as the user would, in a process of its own."""
    # -P: what lies in the working folder must not be imported in the place of an installed package.
    command = [sys.executable, "-P", "-m", "mia_plugins", *step.arguments]
    environ = os.environ | {"PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(  # noqa: S603 ourselves
        command, env=environ, capture_output=True, text=True, encoding="utf-8", check=False
    )
    # Of a command that went well, only its progress stands in the other stream.
    session.say(f"{done.stdout}{done.stderr if done.returncode else ''}".rstrip())
    if done.returncode != step.exit_code:
        raise MiaError(
            f"exit code {done.returncode}; {int(step.exit_code)} was expected here",
            "if you changed the demo's files, try another --folder; else `mia doctor` may tell why",
        )


def _copy(source: Path, folder: Path) -> Iterator[Path]:
    """Copy the demo's files that are not there yet."""
    for path in sorted(p for p in source.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        target = folder / path.relative_to(source)
        if target.exists():
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        except OSError as error:
            raise FileError(
                f"{target} cannot be written: {error.strerror}", "name another --folder"
            ) from error
        yield target
