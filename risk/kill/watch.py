"""A thread that looks for the switch's file and sets a byte, so that a check of it costs next to nothing."""

import threading
from pathlib import Path
from typing import Self

from mia_plugins.runtime.killing import Kill
from risk.kill.switch import KILL_FILE, standing, written

EVERY = 0.05
"""Seconds between two looks."""
STATE_LOOKS = 10
"""Looks for the file between two at the state, while the switch is on."""


class KillWatch:
    """The switch of a folder while a process runs: `with KillWatch(folder) as watch: watch.byte`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.byte = bytearray([standing(folder)])
        """A `mia_plugins.runtime.killing.Kill`: what a strategy's context reads as `kill[0]`."""
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
        looks = 0
        while not self._over.wait(EVERY):
            looks += 1
            try:
                self._look(looks)
            except Exception:  # noqa: BLE001 a switch that cannot be looked at is on, and is looked at again
                self.byte[0] = max(Kill.STOP, self.byte[0])

    def _look(self, looks: int) -> None:
        there = written(self._folder / KILL_FILE)
        if there:
            self.byte[0] = max(there, self.byte[0])
        elif self.byte[0] and looks % STATE_LOOKS == 0:
            # The file is gone, or never was: the state says whether somebody has let go.
            self.byte[0] = standing(self._folder)
