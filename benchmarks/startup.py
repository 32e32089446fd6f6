"""How long `mia --help` takes, beside a Python that does nothing: the target is under .5 s.

uv run python benchmarks/startup.py [--runs 15]
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

MIA = Path(sys.executable).with_name("mia")
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "mia --version": [str(MIA), "--version"],
    "mia --help": [str(MIA), "--help"],
    "mia plugins list": [str(MIA), "plugins", "list"],
    "mia config schema": [str(MIA), "config", "schema"],
}


def seconds(command: list[str]) -> float:
    """Return the wall time of one run of a command, in seconds."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Run the commands in turn, so that a slow moment hits all of them, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=15, help="of each command")
    runs = parser.parse_args().runs
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command))
    base = statistics.median(taken["python -c pass"])
    print(f"{'':20} {'median':>8} {'min':>8} {'max':>8}   ÷ python -c pass   ({runs} runs each, in turn)")
    for name, row in taken.items():
        median = statistics.median(row)
        print(f"{name:20} {median:7.3f}s {min(row):7.3f}s {max(row):7.3f}s   {median / base:.1f}")


if __name__ == "__main__":
    main()
