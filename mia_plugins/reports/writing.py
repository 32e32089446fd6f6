"""A report as files: the page, and pictures of its main charts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mia_plugins.errors import FileError
from mia_plugins.files import write_whole
from mia_plugins.host import PluginHost
from mia_plugins.reports import browser
from mia_plugins.reports.page import make_page
from mia_plugins.reports.view import RunView

_MAIN = re.compile(r'data-chart="(equity|candles-\w+|by-month|r|rules)"')
"""The charts that pictures are made of."""


@dataclass(frozen=True)
class Written:
    """A report that was written."""

    path: Path
    sections: tuple[str, ...]
    faults: tuple[str, ...]
    pictures: tuple[Path, ...] = ()


def default_output(runs: Sequence[RunView]) -> Path:
    """Return where a report goes: into the run's folder; of several runs, beside them."""
    if len(runs) == 1:
        return runs[0].folder.report
    return runs[0].runs_dir / f"compare-{'-'.join(run.id[:6] for run in runs)}.html"


def write_report(
    runs: Sequence[RunView], host: PluginHost, output: Path | None = None, pictures: Path | None = None
) -> Written:
    """Write the report, and pictures into a folder where one is named."""
    if pictures is not None:
        browser.find()
    page, path = make_page(runs, host), output or default_output(runs)
    write_whole(path, page.html)
    made = tuple(_pictures(path, page.html, pictures)) if pictures is not None else ()
    return Written(path, page.sections, page.faults, made)


def _pictures(report: Path, html: str, folder: Path) -> list[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{folder} cannot be made: {error.strerror}", "name another folder") from error
    made = []
    for name in dict.fromkeys(_MAIN.findall(html)):
        made.append(folder / f"{name}.png")
        browser.picture(report, name, made[-1])
    return made
