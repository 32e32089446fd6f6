"""A thread that looks for the switch's file and sets a byte, so that a check of it costs next to nothing."""

import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

from mia_plugins.runtime.killing import Kill
from risk.kill.switch import KILL_FILE, remember, standing, written
from risk.state.files import StateError

EVERY = 0.05
"""Seconds between two looks."""
STATE_LOOKS = 10
"""Looks for the file before one at the state, while the switch is on; `mia kill` writes to it by then."""


class KillWatch:
    """The switch of a folder while a process runs: `with KillWatch(folder) as watch: watch.byte`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.byte = bytearray([standing(folder)])
        """A `mia_plugins.runtime.killing.Kill`: what a strategy's context reads as `kill[0]`."""
        self._seen = self._kept = Kill.OFF
        self._looks = 0
        with suppress(StateError):
            self._remember(written(folder / KILL_FILE))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="kill switch", daemon=True)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            try:
                self._look()
            except Exception:  # noqa: BLE001 a switch that cannot be looked at is on, and is looked at again
                self.byte[0] = max(Kill.STOP, self.byte[0])

    def _look(self) -> None:
        there = written(self._folder / KILL_FILE)
        self._looks = self._looks + 1 if there is self._seen else 0
        self._seen = there
        self.byte[0] = max(there, self.byte[0])
        if not there:
            self._kept = Kill.OFF
        if not self.byte[0] or (self._looks + 1) % STATE_LOOKS:
            return
        if there:
            self._remember(there)
        else:
            # The file is gone, or never was: the state says whether somebody has let go.
            self.byte[0] = standing(self._folder)

    def _remember(self, there: Kill) -> None:
        """Have the state know of the file, once: who lets the switch go has it forget before it goes."""
        if there > self._kept:
            remember(self._folder, there)
            self._kept = there
