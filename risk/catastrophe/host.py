"""What a living process can know of its machine: disk, memory, clock, and how late it deals with events."""

import shutil
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from mia_plugins.data.sessions import NS
from mia_plugins.runtime.vitals import Vitals

MEMORY = Path("/proc/meminfo")
MS = NS / 1000
"""ns."""
LATENCY_LASTS = 60 * NS
"""ns for which a latency is still one of now."""
DRIFT_LASTS = 15 * 60 * NS
"""ns after which a clock that was set has gone right for long enough."""


class Latency:
    """How late events were dealt with: whoever handles them calls `note`."""

    def __init__(self) -> None:
        self._worst: tuple[int, float] | None = None

    def note(self, event: int, now: int) -> None:
        """Take an event's time and when it was dealt with; both UTC ns."""
        late = (now - event) / MS
        if self._worst is None or late >= self._worst[1] or now - self._worst[0] > LATENCY_LASTS:
            self._worst = (now, late)

    def __call__(self, now: int) -> float | None:
        """Return the worst of the last minute, in ms; None where nothing came in it."""
        if self._worst is None or now - self._worst[0] > LATENCY_LASTS:
            return None
        return self._worst[1]


class ClockDrift:
    """How far the clock has gone another way than time: it was set, or the machine slept."""

    def __init__(
        self, wall: Callable[[], int] = time.time_ns, steady: Callable[[], int] = time.monotonic_ns
    ) -> None:
        """`wall` may be set by anybody, `steady` by nobody; both in ns."""
        self._wall, self._steady = wall, steady
        self._looks: deque[tuple[int, int]] = deque()
        self(0)

    def __call__(self, now: int) -> float:
        """Return ms by which it has within a quarter of an hour, whichever way."""
        del now
        at = self._steady()
        self._looks.append((at, self._wall() - at))
        while len(self._looks) > 1 and self._looks[1][0] <= at - DRIFT_LASTS:
            self._looks.popleft()
        offsets = [offset for _, offset in self._looks]
        return (max(offsets) - min(offsets)) / MS


def disk_free(folder: Path) -> float | None:
    """Return the share of a folder's disk that is free, in %; None where it cannot be told."""
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    return 100 * usage.free / usage.total if usage.total else None


def memory_taken(file: Path = MEMORY) -> float | None:
    """Return the share of the memory that is taken, in %; None where the system does not tell."""
    try:
        rows = (line.split() for line in file.read_text().splitlines())
        told = {row[0].rstrip(":"): int(row[1]) for row in rows if len(row) > 1}
        return 100 * (1 - told["MemAvailable"] / told["MemTotal"])
    except (OSError, KeyError, ValueError, ZeroDivisionError):
        return None


def feed_host(vitals: Vitals, folder: Path) -> Latency:
    """Feed what the machine tells; return what events are to be noted with. `folder` is the state's."""
    latency = Latency()
    vitals.feed("disk_free", lambda _: disk_free(folder))
    vitals.feed("memory", lambda _: memory_taken())
    vitals.feed("clock_drift", ClockDrift())
    vitals.feed("latency", latency)
    return latency
