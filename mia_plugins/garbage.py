"""Python's garbage collector while a run goes on: it stops everything for as long as it looks."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Self

NEW_OBJECTS = 50_000
"""Objects more than there were, at which garbage is looked for."""


SOON, SELDOM = 1.0, 600.0
"""Seconds between two looks at what is not quite new, and at all."""


@contextmanager
def spared() -> Iterator[None]:
    """Have it leave alone what is there already: modules, most of all, which stay.

    Rows that wait to be written are many, and no garbage: it looks for that less often.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class Swept:
    """A live run looks for garbage when it is told to, a little at a time: never within a decision.

    with Swept() as garbage:
        now and then, while nobody waits: garbage.sweep()
    """

    def __init__(self) -> None:
        self._is_entered = False
        self._soon = self._seldom = 0.0

    def __enter__(self) -> Self:
        """Leave what is there alone, as `spared` does, and look no more by itself."""
        self._is_entered = gc.isenabled()
        self._soon, self._seldom = monotonic() + SOON, monotonic() + SELDOM
        gc.freeze()
        gc.disable()
        return self

    def __exit__(self, *_: object) -> None:
        """Look by itself again."""
        if self._is_entered:
            gc.enable()
        self._is_entered = False
        gc.unfreeze()

    def sweep(self) -> None:
        """Look at what is new; now and then at more."""
        if not self._is_entered:
            return
        now, generation = monotonic(), 0
        if now >= self._soon:
            self._soon, generation = now + SOON, 1
        if now >= self._seldom:
            self._seldom, generation = now + SELDOM, 2
        gc.collect(generation)
