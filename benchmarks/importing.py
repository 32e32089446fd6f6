"""How fast `.scid` comes in, and how much memory it takes: whole imports, from file to catalog.

uv run python benchmarks/importing.py

Targets: a million records a second, and memory that does not grow with the file. A third of the records are
parts of orders. The raw speed of this machine's numpy, told beside, says how quiet it is.
"""

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from catalog.formats.scid_orders import FIRST, LAST
from catalog.formats.sierra_scid import FIELDS
from mia_plugins.data.sessions import full_sessions

MILLIONS = (1, 4)
"""Records of the files, in millions: a million a session."""
MICROSECONDS_TO_1970 = 25_569 * 86_400 * 1_000_000
IMPORT = """
import resource, sys, time
from pathlib import Path
import numpy, pyarrow.parquet, nautilus_trader.persistence
from catalog.formats.sierra_scid import ScidImporter
from catalog.imports.importing import import_file
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import lead_contract
from mia_plugins.data.sessions import session_on
from mia_plugins.importing import NoSettings, Source
import datetime, json
session_on(datetime.date(2026, 6, 1))  # the calendar takes a second to import
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
started, cpu = time.perf_counter(), time.process_time()
found = import_file(Files(sys.argv[2]), ScidImporter(NoSettings()), Source(Path(sys.argv[1])))
seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, cpu, peak - before, found.read, found.written, found.joined]))
"""


def write_scid(path: Path, sessions: int) -> None:
    """Write a session after the other, a million records each."""
    with path.open("wb") as opened:
        opened.write(b"SCID" + np.array([56, 40], "<u4").tobytes() + bytes(44))
        for number, session in enumerate(full_sessions(dt.date(2026, 6, 1), sessions)):
            rng = np.random.default_rng(number)
            rows = np.zeros(1_000_000, FIELDS)
            ts = np.sort(rng.integers(session.open // 1_000, session.close // 1_000, len(rows)))
            close = 6_000 + np.cumsum(rng.integers(-1, 2, len(rows))) / 4 % 100
            # Every sixth record begins an order of two parts.
            first = np.arange(0, len(rows) - 1, 6)
            rows["open"][first], rows["open"][first + 1] = FIRST, LAST
            ts[first + 1], close[first + 1] = ts[first], close[first]
            rows["time"], rows["close"] = ts + MICROSECONDS_TO_1970, close
            rows["high"], rows["low"], rows["trades"] = close + 0.25, close, 1
            rows["volume"] = rows["bid_volume"] = rng.integers(1, 20, len(rows))
            opened.write(rows.tobytes())


def numpy_speed() -> float:
    """Return the seconds that sorting a million numbers takes here and now."""
    numbers = np.random.default_rng(1).integers(0, 2**62, 1_000_000)
    started = time.perf_counter()
    np.sort(numbers)
    return time.perf_counter() - started


def main() -> None:
    """Print a line a file."""
    print(f"numpy sorts a million numbers in {numpy_speed() * 1e3:.0f} ms")
    with tempfile.TemporaryDirectory() as folder:
        for millions in MILLIONS:
            path = Path(folder) / "ESM26.scid"
            write_scid(path, millions)
            command = [sys.executable, "-c", IMPORT, str(path), f"{folder}/{millions}"]
            environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
            seconds, cpu, kibibytes, read, written, joined = json.loads(done.stdout)
            print(
                f"{read:>10,} records ({written:,} rows, {joined:,} joined): {seconds:5.1f} s, "
                f"processor {cpu:5.1f} s, {read / seconds / 1e6:.2f} M records/s; "
                f"{kibibytes / 1024:.0f} MiB more at the peak"
            )


if __name__ == "__main__":
    main()
