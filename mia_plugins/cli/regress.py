"""`mia regress`: strategies held to what was recorded of them."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mia_plugins.cli.session import AsJson, Session
from mia_plugins.errors import ExitCode

if TYPE_CHECKING:
    from mia_plugins.regress.check import Regression
    from mia_plugins.regress.outcome import Outcome

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


class Format(StrEnum):
    """How what was found is printed."""

    TEXT = "text"
    GITHUB = "github"
    JSON = "json"


Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME]…", help="Configs, without .yaml; all when none is named.", show_default=False
    ),
]
Folder = Annotated[Path, typer.Option("--folder", help="The folder of the configs.", metavar="FOLDER")]
Jobs = Annotated[int, typer.Option(help="Runs at a time; 0: one a core.", min=0, metavar="N")]
Limit = Annotated[float, typer.Option(help="Seconds that a config may take.", min=1)]
Keep = Annotated[
    Path | None,
    typer.Option(
        help="Keep catalogs and runs here; the catalogs are used again.", metavar="FOLDER", show_default=False
    ),
]
CONFIGS = Path("configs/regression")


@app.callback()
def _regress() -> None:
    """Run small configs and hold each to its baseline.

    Exit codes: 0 all are as recorded; 1 one differs, failed, printed too much, or has no sound
    baseline; 4 catalogs.yaml is wrong; 6 the folder is not there; 130 Ctrl-C.
    """


@app.command(epilog="Example: mia regress check --format github >> $GITHUB_STEP_SUMMARY")
def check(  # noqa: PLR0913 each is an option
    context: typer.Context,
    names: Names = None,
    *,
    folder: Folder = CONFIGS,
    jobs: Jobs = 0,
    limit: Limit = 120,
    keep: Keep = None,
    format_: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.TEXT,
    as_json: AsJson = False,
) -> None:
    """Run configs and compare each with its baseline.

    Counts, money and the sequences of decisions, orders and fills must be alike; ratios may differ by
    the share that the baseline names; ids and times of the clock do not count.
    """
    from mia_plugins.regress.telling import is_good, tell_github, tell_text

    session = Session.of(context)
    shown = Format.JSON if as_json else format_
    session.as_json |= shown is Format.JSON
    with _regression(session, folder, jobs, limit, keep, quiet=shown is not Format.TEXT) as regression:
        found = regression.check(names or ())
    good = all(map(is_good, found))
    if shown is Format.JSON:
        session.say_json({"ok": good, "configs": [one.as_data() for one in found]})
    else:
        for line in tell_github(found) if shown is Format.GITHUB else tell_text(found):
            session.say(line)
    raise typer.Exit(_exit_code(found, good=good))


@app.command(epilog='Example: mia regress update battle_navale --reason "stops are wider"')
def update(  # noqa: PLR0913 each is an option
    context: typer.Context,
    names: Names = None,
    *,
    reason: Annotated[str, typer.Option(help="Why the new results are right; kept in the baseline.")],
    folder: Folder = CONFIGS,
    jobs: Jobs = 0,
    limit: Limit = 120,
    keep: Keep = None,
    as_json: AsJson = False,
) -> None:
    """Run configs and record what they come to.

    A config that fails keeps its baseline, and so does one that came to the same. A baseline whose
    config is gone is deleted.
    """
    from mia_plugins.regress.outcome import Verdict
    from mia_plugins.regress.telling import tell_text

    session = Session.of(context)
    with _regression(session, folder, jobs, limit, keep, quiet=as_json) as regression:
        done = regression.update(reason, names or ())
    found = [outcome for outcome, _ in done]
    written = [outcome.name for outcome, is_written in done if is_written]
    failed = [one for one in found if one.verdict in (Verdict.FAILED, Verdict.INTERRUPTED)]
    if as_json:
        data = {"ok": not failed, "written": written, "configs": [one.as_data() for one in found]}
        session.say_json(data)
    else:
        for line in tell_text([one for one in found if one.name in written or one in failed]):
            session.say(line)
        session.say(f"{len(written)} baselines written: {', '.join(written) or 'all are as they were'}")
    raise typer.Exit(_exit_code(found, good=not failed))


def _exit_code(found: "list[Outcome]", *, good: bool) -> int:
    from mia_plugins.regress.outcome import Verdict

    if any(one.verdict is Verdict.INTERRUPTED for one in found):
        return ExitCode.INTERRUPTED
    return ExitCode.OK if good else ExitCode.FAILED


@contextmanager
def _regression(  # noqa: PLR0913 the options of both commands
    session: Session, folder: Path, jobs: int, limit: float, keep: Path | None, *, quiet: bool
) -> "Iterator[Regression]":
    """Give what runs the configs, with a folder for what it makes."""
    from mia_plugins.cli.jobs_progress import jobs_progress
    from mia_plugins.regress.check import Regression

    with tempfile.TemporaryDirectory(prefix="mia-regress-") as made, jobs_progress(quiet=quiet) as watch:
        work = keep if keep is not None else Path(made)
        yield Regression(folder, work, session.plugins_dirs, jobs or os.cpu_count() or 1, limit, watch)
