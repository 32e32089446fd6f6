"""A tape that fails when it is read, to see what becomes of the error."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from mia_plugins.tape.tape import Tape

READS = ("trades", "depth", "quotes")
GOOD = 50
"""Reads that go well before the first that fails."""


class PlantedError(RuntimeError):
    """What was planted; nobody but the test may catch it."""


@contextmanager
def failing_tape() -> Iterator[list[str]]:
    """Have every tape fail from some read on; yield the names of the reads that failed."""
    failed: list[str] = []
    reads = [0]

    def failing(name: str) -> Any:
        real = getattr(Tape, name)

        def read(tape: Tape, lo: int, hi: int) -> Any:
            reads[0] += 1
            if reads[0] > GOOD:
                failed.append(name)
                raise PlantedError(f"reading {name} failed on purpose")
            return real(tape, lo, hi)

        return read

    with ExitStack() as stack:
        for name in READS:
            stack.enter_context(patch.object(Tape, name, failing(name)))
        yield failed
