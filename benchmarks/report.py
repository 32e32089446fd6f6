"""What a report costs: 10,000 trades and a year of minutes, and 100,000 trades.

uv run python benchmarks/report.py

Run folders and a catalog are written first; what is timed is the whole command in a process of its own, as a
user waits for it. The targets are 5 s and 10 MB for 10,000 trades and a year of minutes.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.reported import YEAR, made_run, minutes_of  # noqa: E402 it lies beside the packages

COUNTS = (10_000, 100_000)


def main() -> None:
    """Print seconds and MB."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        catalog = minutes_of(here / "catalog", *YEAR)
        for count in COUNTS:
            run = made_run(here / "runs", count, catalog=catalog, days=YEAR)
            seconds = _seconds(run)
            size = (run / "report.html").stat().st_size / 1e6
            print(f"{count:>7,} trades and a year of minutes: {seconds:.1f} s, {size:.1f} MB")


def _seconds(run: Path) -> float:
    # As for a user, whose Python keeps compiled modules.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "mia_plugins", "report", str(run)],
        cwd=ROOT,
        env=environ,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
