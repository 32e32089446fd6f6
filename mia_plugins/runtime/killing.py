"""What stops strategies: the kill switch, a byte which another thread may set, and whoever watches a run."""

from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import partial

from mia_plugins.runtime.each import each_done

KILL_SWITCH = "kill_switch"
"""The reason of what it keeps from being entered, and of what it leaves."""


class Kill(IntEnum):
    """What the byte says."""

    OFF = 0
    STOP = 1
    """Nothing is entered and entries that work are cancelled; what is held keeps its stop and target."""
    FLATTEN = 2
    """The same, and what is held is left at the market."""


def never() -> Sequence[int]:
    """Return a switch that nobody sets."""
    return bytes(1)


class Halt:
    """What those who watch over a run keep its strategies from; each for a reason of its own."""

    def __init__(self) -> None:
        self._levels: dict[str, Kill] = {}
        self._asked: dict[str, int] = {}
        self._obey: list[Callable[[Kill, int, str], None]] = []
        self._keep: list[Callable[[Kill, int, str], None]] = []
        self._noted: Callable[[str, Kill, int], None] | None = None
        self.level = Kill.OFF
        """The highest of them."""
        self.reason = ""
        """Whose it is; the first by name of several."""

    def obeyed_by(self, obey: Callable[[Kill, int, str], None]) -> None:
        """Have a desk told of each change: the level, when (UTC ns), and why."""
        self._obey.append(obey)

    def kept_by(self, keep: Callable[[Kill, int, str], None]) -> None:
        """Have somebody told of the same who need not act at once: after every desk."""
        self._keep.append(keep)

    def noted_by(self, note: Callable[[str, Kill, int], None]) -> None:
        """Have somebody take note of each change before it is one: the reason, its level, when (UTC ns)."""
        self._noted = note

    def holds(self, reason: str) -> bool:
        """Say whether anything is kept back for a reason."""
        return self._levels.get(reason, Kill.OFF) is not Kill.OFF

    def asked(self, reason: str) -> int:
        """Return when a level was last asked for, also one that it had: UTC ns; 0 where none was."""
        return self._asked.get(reason, 0)

    def set(self, reason: str, level: Kill, now: int, *, is_kept: bool = True) -> None:
        """Set the level of a reason, `OFF` to let it go; `now` is UTC ns.

        What is not kept ends with the run: the next one knows nothing of it.
        """
        self._asked[reason] = now
        if self._levels.get(reason, Kill.OFF) is level:
            return
        if self._noted is not None:
            self._noted(reason, level, now)
        self._levels[reason] = level
        self.level = max(self._levels.values())
        highest = sorted(name for name, one in self._levels.items() if one is self.level)
        self.reason = highest[0] if self.level else ""
        if self.level:
            self._tell(now, self._keep if is_kept else [])

    def _tell(self, now: int, keep: list[Callable[[Kill, int, str], None]]) -> None:
        """Tell everybody, though it fails with some of them; raise the first failure after that."""
        # One desk's failure leaves no other's position standing.
        each_done(*(partial(obey, self.level, now, self.reason) for obey in (*self._obey, *keep)))
