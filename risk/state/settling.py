"""Brings a state's file to the disk behind whoever writes it, who waits for the operating system alone.

What was handed to the operating system outlives the process, however that ends. A loss of power takes along
what was noted since the last look: a quarter of a second, for which the broker's own reports make up.
"""

import os
import threading
from typing import Self

from risk.state.files import StateError, file_ahead, refused
from risk.state.store import RiskState

EVERY = 0.25
"""Seconds between two looks."""
MANY = 2_000
"""Rows after which what SQLite wrote ahead goes into the file itself, which takes two waits more."""


class Settling:
    """A thread that waits for the disk in the place of the one that trades: `with Settling(state): …`."""

    def __init__(self, state: RiskState) -> None:
        self._state = state
        # SQLite's locks are on the files beside this one: letting go of it here gives none of them up.
        self._ahead = state.path.with_name(f"{state.path.name}-wal")
        self._settled = self._filed = state.changes
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="state to disk", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._state.wait_for_disk(waits=False)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Bring all of it to the disk, and have each statement wait for that again; tell what failed."""
        self._over.set()
        self._thread.join()
        self._state.wait_for_disk(waits=True)
        self._settle()
        if kind is None:
            self._state.tell_doubt()

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            self._settle()

    def _settle(self) -> None:
        """Wait for the disk where anything was written; what fails is told to whoever writes next."""
        changes = self._state.changes
        if changes == self._settled:
            return
        try:
            self._wait(changes)
        except OSError as error:
            self._state.doubt(refused(self._state.path, str(error.strerror)))
        except StateError as error:
            self._state.doubt(error)

    def _wait(self, changes: int) -> None:
        handle = os.open(self._ahead, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        self._settled = changes
        if changes - self._filed > MANY:
            file_ahead(self._state.path)
            self._filed = changes
