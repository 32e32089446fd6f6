"""A tape that fails when it is read, to see what becomes of the error."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from mia_plugins.tape.bars import BarSeries
from mia_plugins.tape.tape import Tape

READS = ("trades", "depth", "quotes")
BARS = ("since", "tail", "youngest")
OURS = ("mia_plugins.tape.", "mia_plugins.runtime.", "mia_plugins.features.market")
"""Modules that look at bars for themselves: for them nothing fails."""
ON_PURPOSE = "failed on purpose"
NOTHING_READ = "it reads the tape too seldom for a read to fail"
GOOD = 50
"""Reads that go well before the first that fails."""


class PlantedError(RuntimeError):
    """What was planted; nobody but the test may catch it."""


@contextmanager
def failing_tape() -> Iterator[list[str]]:
    """Have every tape fail from some read on; yield the names of the reads that failed."""
    fails = _Failing()
    with ExitStack() as stack:
        for name in READS:
            stack.enter_context(patch.object(Tape, name, fails.of_tape(name)))
        for name in BARS:
            stack.enter_context(patch.object(BarSeries, name, fails.of_bars(name)))
        stack.enter_context(patch.object(BarSeries, "last", fails.last()))
        stack.enter_context(patch.object(BarSeries, "close", fails.close(), create=True))
        yield fails.failed


class _Failing:
    """Makes reads that fail from some on."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self._reads = 0

    def _count(self, name: str) -> None:
        self._reads += 1
        if self._reads > GOOD:
            self.failed.append(name)
            raise PlantedError(f"reading {name} {ON_PURPOSE}")

    def of_tape(self, name: str) -> Any:
        real = getattr(Tape, name)

        def read(tape: Tape, lo: int, hi: int) -> Any:
            self._count(name)
            return real(tape, lo, hi)

        return read

    def of_bars(self, name: str) -> Any:
        real = getattr(BarSeries, name)

        def read(bars: BarSeries, wanted: int) -> Any:
            if _is_foreign():
                self._count("bars")
            return real(bars, wanted)

        return read

    def last(self) -> property:
        real: Any = vars(BarSeries)["last"]

        def read(bars: BarSeries) -> Any:
            if _is_foreign():
                self._count("bars")
            return real.__get__(bars)

        return property(read)

    def close(self) -> property:
        def read(bars: BarSeries) -> int:
            if _is_foreign():
                self._count("bars")
            return int(vars(bars)["close"])

        def keep(bars: BarSeries, ticks: int) -> None:
            vars(bars)["close"] = ticks

        return property(read, keep)


def _is_foreign() -> bool:
    """Say whether what reads bars is none of the machinery around features and strategies."""
    return not str(sys._getframe(2).f_globals["__name__"]).startswith(OURS)  # noqa: SLF001


def is_planted(error: BaseException) -> bool:
    """Say whether an error is the planted one, comes of it, or tells of it."""
    return ON_PURPOSE in "".join(traceback.format_exception(error))
