"""A strategy that behaves as none should, from a given evaluation on."""

import ctypes
import os
import sys
import time
from pathlib import Path
from typing import Literal

from mia_plugins.hookspecs import Register
from mia_plugins.journal.decision import Decision
from mia_plugins.runtime.strategy import MiaStrategy, StrategySettings
from mia_plugins.settings import BaseSettings


def mia_register_strategies(register: Register) -> None:
    """Register them."""
    register("odd", "odd:Odd", summary="does what it is told")
    register("unprepared", "odd:Unprepared", summary="fails before the start")
    register("no_strategy", "odd:NoStrategy", summary="is none")
    register("own_settings", "odd:OwnSettings", summary="settings of another kind")


class Odd(MiaStrategy):
    """Does what it is told."""

    class Settings(StrategySettings):
        """What it is told."""

        does: Literal["loop", "sleep", "slow", "exit", "crash", "raise", "print", "nothing"]
        at: int = 400
        """The evaluation at which it does it."""
        sign: Path = Path("sign")
        """A file that is there when it does it."""
        token: str = ""
        """A secret."""

    def begin(self) -> None:
        """Start to count."""
        self._count = 0

    def evaluate(self, now: int) -> Decision:
        """Decide nothing."""
        del now
        self._count += 1
        if self._count == self.settings.at:
            self.settings.sign.touch()
        if self._count >= self.settings.at:
            getattr(self, f"_{self.settings.does}")()
        return Decision()

    def _loop(self) -> None:
        while True:
            pass

    def _sleep(self) -> None:
        time.sleep(1000)

    def _slow(self) -> None:
        time.sleep(0.05)

    def _exit(self) -> None:
        os._exit(3)

    def _crash(self) -> None:
        ctypes.string_at(0)

    def _raise(self) -> None:
        raise LookupError("no such level")

    def _print(self) -> None:
        print("out", self.settings.token)
        print("err", self.settings.token, file=sys.stderr)
        raise ValueError(self.settings.token)

    def _nothing(self) -> None:
        pass


class Unprepared(MiaStrategy):
    """Fails before the start."""

    def begin(self) -> None:
        """Fail."""
        raise ValueError("nothing to begin with")


class NoStrategy:
    """None."""

    class Settings(BaseSettings):
        """None."""


class OwnSettings(MiaStrategy):
    """Has settings of another kind."""

    class Settings(BaseSettings):
        """Not of the kind that every strategy has."""
