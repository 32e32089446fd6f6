"""A strategy whose kill switch is set at a moment of the script, as another thread would."""

from typing import Annotated

from pydantic import Field

from mia_plugins.journal.decision import Decision
from mia_plugins.units import Nanoseconds
from tests.scripted import Scripted


class Killed(Scripted):
    """Does what is written, and has its switch set."""

    class Settings(Scripted.Settings):
        """The script."""

        kill_at: Nanoseconds
        """When: UTC ns."""
        kill: Annotated[int, Field(ge=0, le=2)] = 1
        """What the switch says from then on."""

    def begin(self) -> None:
        """Take a switch of its own."""
        super().begin()
        self.switch = bytearray(1)
        object.__setattr__(self.context, "kill", self.switch)

    def on_start(self) -> None:
        """Set the switch when it is time."""
        self.clock.set_time_alert_ns("kill it", self.settings.kill_at, self._kill)

    def evaluate(self, now: int) -> Decision:
        """Do what is written."""
        return super().evaluate(now)

    def _kill(self, event: object) -> None:
        del event
        self.switch[0] = self.settings.kill
