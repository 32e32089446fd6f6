"""`vix`: the VIX and its regime as values become known."""

from typing import NamedTuple

from indicators.options.vix import VixRegime, VixState
from strategies.actors.telling import Telling

TOPIC = "vix"


class VixTold(NamedTuple):
    """A value of the VIX."""

    ts: int
    """The time it is of: UTC ns."""
    value: float
    """%."""
    regime: VixRegime | None
    """With the hysteresis of half a point; `None` for a value that is none."""


class VixActor(Telling):
    """Publishes on the topic `vix`, each value once and in order."""

    tables = frozenset({"vix"})

    def begin(self) -> None:
        """Begin without a regime."""
        super().begin()
        self._state = VixState()

    def tell(self, lo: int, now: int) -> None:
        """Publish the values that are new."""
        table = self.known["vix"]
        values, times = table.column("value", lo, now), table.column("ts_event", lo, now)
        for ts, value in zip(times, values, strict=True):
            self.publish_message(TOPIC, VixTold(ts, value, self._state.update(value)))
