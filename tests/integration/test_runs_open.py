"""`mia runs open` in a real process, with a browser of the test's own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.runs import made


def test_the_report_is_opened_in_the_browser(here: Path) -> None:
    _, run = made()
    report = here / run.path / "report.html"
    report.write_text("<p>a report")
    browser = here / "browser"
    browser.write_text('#!/bin/sh\necho "$1" > opened\n')
    browser.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "mia_plugins", "runs", "open", "latest"],
        env=os.environ | {"BROWSER": f"{browser} %s", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (here / "opened").read_text().strip() == report.as_uri()


def test_listing_runs_imports_nothing_slow(here: Path) -> None:
    made()
    code = "import sys, mia_plugins.cli as c; c.main(['runs', 'list']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "mia_plugins.runs.ledger" in loaded
    assert {"pyarrow", "numpy", "pandas", "nautilus_trader"} & loaded == set()
