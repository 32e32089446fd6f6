"""`Watching`: all that a node has to do with its screen and its log, in one place that cannot fail it.

watching = Watching(sight, Teller(log), screen)
Context(..., ears=[..., watching], order_ears=[watching])
incidents.also(watching)
now and then, on the node's thread: watching.look(now)
"""

import time
from collections.abc import Callable
from typing import Protocol

from mia_plugins.errors import text_of
from mia_plugins.live.screen import Screen, Tell, tell_on_stderr
from mia_plugins.live.taking import Sight, look_of
from mia_plugins.live.telling import Teller
from mia_plugins.live.wording import plain_text
from mia_plugins.runtime.hearing import Ear, HeardDecision, HeardOrder, HeardTrade, OrderEar
from mia_plugins.runtime.records import Rows

EVERY = 0.5
"""Seconds between two looks."""


class Listener(Ear, OrderEar, Rows, Protocol):
    """Hears decisions, trades and orders, and takes rows of incidents."""


class Watching:
    """Hears and sees what a run does. The first failure is told once and ends it; trading goes on."""

    def __init__(
        self,
        sight: Sight,
        teller: Teller | None = None,
        screen: Screen | None = None,
        *,
        tell: Tell = tell_on_stderr,
        every: float = EVERY,
    ) -> None:
        """`tell` is given the one line that says why it is off; `every` so many seconds it looks."""
        self.sight, self._tell, self._every = sight, tell, every
        self._due = 0.0
        self._listeners: list[Listener] = [sight.recent, *([teller] if teller else [])]
        self._viewers = [one for one in (screen, teller) if one]
        self.is_on = True

    def hear_decision(self, heard: HeardDecision) -> None:
        """Take note of a candidate."""
        self._safely(lambda one: one.hear_decision(heard))

    def hear_trade(self, heard: HeardTrade) -> None:
        """Take note of a closed trade."""
        self._safely(lambda one: one.hear_trade(heard))

    def hear_order(self, heard: HeardOrder) -> None:
        """Take note of an order's event."""
        self._safely(lambda one: one.hear_order(heard))

    def append(self, row: tuple[object, ...], /) -> None:
        """Take note of an incident, a row of `INCIDENTS`."""
        self._safely(lambda one: one.append(row))

    def look(self, now: int) -> None:
        """Look at the run at an instant (UTC ns), and hand on what was seen; it may be called too often."""
        at = time.monotonic()
        if at < self._due or not self.is_on or not self._viewers:
            return
        self._due = at + self._every
        try:
            look = look_of(self.sight, now)
            for viewer in self._viewers:
                viewer.show(look)
        except Exception as error:  # noqa: BLE001 whatever it is, trading goes on
            self._off(error)

    def _safely(self, do: Callable[[Listener], None]) -> None:
        if not self.is_on:
            return
        try:
            for listener in self._listeners:
                do(listener)
        except Exception as error:  # noqa: BLE001 whatever it is, trading goes on
            self._off(error)

    def _off(self, error: Exception) -> None:
        self.is_on = False
        what = plain_text(f"{type(error).__name__}: {text_of(error)}")
        self._tell(f"nothing is shown or logged any more, trading goes on: {what}")
