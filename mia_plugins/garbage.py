"""Python's garbage collector while a run goes on: it stops everything for as long as it looks."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEW_OBJECTS = 50_000
"""Objects more than there were, at which garbage is looked for."""


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
