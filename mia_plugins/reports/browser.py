"""Chromium without a window: pictures of charts. Nothing is added to what mia installs.

Plotly's own way to pictures, kaleido, needs a Chromium too, and a package besides; the page that is there
draws the very charts, so that a picture is what the report shows.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from mia_plugins.errors import ExitCode, MiaError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SIZE = (1200, 640)
"""Pixels of a picture."""
_WAIT_SECONDS = 90
_SETTLE_MS = 6000
"""Of the page's own clock, which runs as fast as it can."""


class BrowserError(MiaError):
    """A picture that could not be made."""

    exit_code = ExitCode.ENVIRONMENT


def find() -> str:
    """Return the path of a Chromium."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise BrowserError(
            "pictures need Chromium, and there is none on the PATH",
            "install it (Debian: `apt-get install chromium`); the report itself needs no browser",
        )
    return found


def run(arguments: list[str], url: str, size: tuple[int, int] = SIZE) -> subprocess.CompletedProcess[str]:
    """Run Chromium on a page, with a profile of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="mia-chromium-", ignore_cleanup_errors=True) as profile:
        command = [
            find(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", f"--user-data-dir={profile}", "--hide-scrollbars",
            f"--window-size={size[0]},{size[1]}", f"--virtual-time-budget={_SETTLE_MS}", *arguments, url,
        ]  # fmt: skip
        try:
            return subprocess.run(  # noqa: S603 a browser on our own file
                command, capture_output=True, text=True, check=False, timeout=_WAIT_SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise BrowserError(f"Chromium was silent for {_WAIT_SECONDS} s", "try again") from error


def picture(report: Path, chart: str, target: Path) -> None:
    """Write a picture of one chart of a report."""
    target.unlink(missing_ok=True)
    # A window without a window tells the page of less height than its picture has.
    url = f"{report.absolute().as_uri()}#only={chart}&height={SIZE[1]}"
    done = run([f"--screenshot={target.absolute()}"], url)
    if not target.is_file():
        raise BrowserError(
            f"Chromium made no picture of '{chart}'", "see -v for what it says", detail=done.stderr
        )
