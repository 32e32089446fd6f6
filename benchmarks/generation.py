"""How long days of the synthetic market take, and how much memory: a demo day, full ones, 1 to 4 thin ones.

uv run python benchmarks/generation.py

Targets: a demo day under 6 s; a full session of ES and NQ with depth, stored, under 30 s on two cores;
memory that does not grow with the number of days. Kernels and modules are compiled first. On a machine
with other work, the processor's time beside the wall time says what a quiet one would take.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from catalog.generate_command import PRESET_STARTS
from catalog.generation import draft_day, first_days
from catalog.market.day import MarketDay, generate_day
from catalog.market.settings import PRESETS
from mia_plugins.data.files import Files

MIA = Path(sys.executable).with_name("mia")
THIN = ("--preset", "year", "--jobs", "1")
MEMORY_DAYS = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class Took:
    """What a command took."""

    seconds: float
    """Wall time."""
    cpu: float
    """Processor time of all its processes, in seconds."""
    mebibytes: float
    """Peak memory of its largest process."""


def generated(folder: Path, *options: str) -> Took:
    """Run `mia catalog generate` into a catalog of its own."""
    with tempfile.TemporaryDirectory(dir=folder) as catalog:
        command = [str(MIA), "catalog", "generate", catalog, *options]
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment(folder)
        )
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return Took(taken, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment with a cache of kernels of its own, and with modules kept compiled as usual."""
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return usual | {"NUMBA_CACHE_DIR": str(folder / "kernels")}


def compiling(folder: Path) -> None:
    """Print what compiling the kernels adds to the first day ever."""
    cold, warm = generated(folder, *THIN, "--days", "1"), generated(folder, *THIN, "--days", "1")
    print(f"compiling, once after an installation  {cold.seconds - warm.seconds:6.1f} s")


def days(folder: Path) -> None:
    """Print the times of a demo day and of full sessions."""
    demo = generated(folder)
    one = generated(folder, "--preset", "week", "--days", "1")
    two = generated(folder, "--preset", "week", "--days", "2", "--jobs", "2")
    for name, took, target in (
        ("demo day", demo, "target < 6 s"),
        ("full session, 1 process", one, "target < 30 s"),
        ("two full sessions, 2 processes", two, f"{two.seconds / 2:.1f} s a session"),
    ):
        print(f"{name:38} {took.seconds:6.1f} s   processor {took.cpu:5.1f} s   {target}")
    print(f"peak memory of a full session          {one.mebibytes:6.0f} MiB a process")


def parts(folder: Path) -> None:
    """Print how the processor's time of a full session divides, in one process."""
    settings = PRESETS["week"][0]
    (session,) = first_days(PRESET_STARTS["week"], 1)
    generate_day(PRESETS["demo"][0], session)
    started = time.process_time()
    made = generate_day(settings, session)
    generating = time.process_time() - started
    events = _events(made)
    del made
    started = time.process_time()
    draft_day(Files(str(folder / "parts")), settings, session)
    storing = time.process_time() - started - generating
    print(f"events of a full session               {events:,} (trades and updates of the book)")
    print(f"generating alone                       {generating:6.1f} s   {events / generating:,.0f} events/s")
    print(f"storing                                {storing:6.1f} s   {events / storing:,.0f} events/s")
    print(f"storing ÷ generating                   {storing / generating:6.1f}")


def _events(made: MarketDay) -> int:
    return sum(len(data.trades) + len(data.depth) for data in made.instruments.values())


def memory(folder: Path) -> None:
    """Print the peak memory of one process that makes one, two and four thin days."""
    peaks = {count: generated(folder, *THIN, "--days", str(count)).mebibytes for count in MEMORY_DAYS}
    for count, peak in peaks.items():
        name = f"peak memory, thin days: {count}"
        print(f"{name:38} {peak:6.0f} MiB   {peak / peaks[MEMORY_DAYS[0]]:.2f} of that of one")


def main() -> None:
    """Measure everything, one thing at a time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # The parts last: a child begins with the peak memory of its parent.
        for measure in (compiling, memory, days, parts):
            measure(folder)


if __name__ == "__main__":
    main()
