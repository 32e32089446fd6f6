"""How many days fit into memory at a time."""

import os
from pathlib import Path

MEMINFO = Path("/proc/meminfo")
GIB = 1 << 30
BASE = 0.42
"""GiB of a process that makes days, however thin."""
FULL_DAY = 0.6
"""GiB that a day of full density adds."""
SHARE = 0.8
"""Of the available memory, what may be used."""


def usual_jobs(density: float) -> int:
    """Return one process a core, or as many as fit into the memory that is available; one at least."""
    cores = os.process_cpu_count() or 1
    fit = SHARE * available() / GIB / (BASE + FULL_DAY * density)
    return max(1, min(cores, int(fit)))


def available() -> int:
    """Return the bytes of memory that can be had without swapping; without Linux, half of all."""
    try:
        lines = MEMINFO.read_text().splitlines()
    except OSError:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    kibibytes = next(line.split()[1] for line in lines if line.startswith("MemAvailable:"))
    return int(kibibytes) * 1024
