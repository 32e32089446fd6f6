"""`mia report`: a run, or several, on one page."""

import os
from pathlib import Path
from typing import Annotated

import typer

from mia_plugins.cli.runs import RUNS, RunsDir
from mia_plugins.cli.session import AsJson, Session

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(epilog="Example: mia report latest --png pictures")
def report(  # noqa: PLR0913 each is an option
    context: typer.Context,
    run: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN…",
            help="The beginning of a run's id, `latest`, or its folder; several are compared.",
            show_default=False,
        ),
    ],
    *,
    runs: RunsDir = RUNS,
    output: Annotated[
        Path | None,
        typer.Option(
            help="Where the page goes. Left out: report.html in the run's folder.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    png: Annotated[
        Path | None,
        typer.Option(
            help="Write pictures of the main charts too (needs Chromium).",
            metavar="FOLDER",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the report of a run, or of several side by side.

    It is one HTML file that opens without a network. `mia runs open RUN` shows it.
    """
    # Sums over days are so small that threads of BLAS wait for each other longer than they work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    from mia_plugins.reports.view import views
    from mia_plugins.reports.writing import write_report

    session = Session.of(context)
    found = views(runs, tuple(run))
    session.warn_of_broken_plugins(session.host)
    written = write_report(found, session.host, output, png)
    if as_json:
        session.say_json(
            {
                "ok": not written.faults,
                "report": str(written.path),
                "runs": [one.id for one in found],
                "sections": list(written.sections),
                "pictures": [str(one) for one in written.pictures],
                "faults": list(written.faults),
                "bytes": written.path.stat().st_size,
            }
        )
        return
    for fault in written.faults:
        session.warn(fault)
    session.say(f"{written.path} ({written.path.stat().st_size / 1e6:.1f} MB)")
    for picture in written.pictures:
        session.say(str(picture))
