"""`Telling`: an actor that looks every few seconds at what became known, and tells it."""

from abc import abstractmethod
from typing import Annotated, Any

from pydantic import Field

from mia_plugins.data.sessions import NS
from mia_plugins.runtime.actor import MiaActor
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Seconds


class TellingSettings(BaseSettings):
    """What can be set of them all."""

    every: Annotated[Seconds, Field(ge=1, le=3600)] = Seconds(60)
    """How often it looks."""


class Telling(MiaActor):
    """Base of them; each look has the time of its timer, and sees nothing that is known later."""

    Settings = TellingSettings

    def begin(self) -> None:
        """Look every so many seconds, from the first session on."""
        self._seen = -1
        start = max(self.clock.timestamp_ns(), min(day.session.open for day in self.context.days))
        step = round(self.settings.every * NS)
        start = -(-start // step) * step
        self.clock.set_timer_ns(self.context.name, step, start, None, self._look)

    @abstractmethod
    def tell(self, lo: int, now: int) -> None:
        """Publish what became known after `lo` up to `now` (UTC ns)."""

    def _look(self, event: Any) -> None:
        now = event.ts_event
        for table in self.known.values():
            table.advance(now)
        self.tell(self._seen, now)
        self._seen = now
