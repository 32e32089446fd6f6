"""A strategy that is looked at whenever it decides, as a living node looks at its own."""

from collections.abc import Iterable
from typing import Any

from mia_plugins.journal.decision import Decision
from mia_plugins.live.look import Facts, Look
from mia_plugins.live.taking import Patience, Sight
from mia_plugins.live.telling import Teller
from mia_plugins.live.watching import Watching
from mia_plugins.runtime.vitals import Gauge
from tests.scripted import Scripted

looks: list[Look] = []
"""What was seen, by all that were looked at in this process."""
lines: list[tuple[str, dict[str, Any]]] = []
"""What their log was told."""


class Seen:
    """A screen and a log that keep everything."""

    def show(self, look: Look) -> None:
        looks.append(look)

    def tell(self, what: str, level: str = "info", ts: int | None = None, **more: Any) -> None:
        lines.append((what, {"level": level, "ts": ts} | more))


class LookedAt(Scripted):
    """Does what is written, and is looked at before and after."""

    def begin(self) -> None:
        super().begin()
        vitals, seen = self.context.vitals, Seen()
        vitals.feed("connection", lambda _: 0.0)
        vitals.feed("age.ES", lambda now: 0.5)
        vitals.gauges.append(self._gauges)
        sight = Sight(
            Facts("looked at", "sim"), [self], vitals, self.context.halt, self.context.kill,
            patience=Patience(own={"ES": 60.0}), state="trading",
        )  # fmt: skip
        self.watching = Watching(sight, Teller(seen), seen, every=0.0)  # type: ignore[arg-type]
        for name in ("ears", "order_ears"):  # a context is frozen: whoever makes it gives them to it
            object.__setattr__(self.context, name, [self.watching])

    def evaluate(self, now: int) -> Decision:
        self.watching.look(now)
        return super().evaluate(now)

    @staticmethod
    def _gauges() -> Iterable[Gauge]:
        yield Gauge("daily_loss", 1, 100.0, 500.0, "own", "$")
        yield Gauge("disk_free", 1, 20.0, 15.0, "own", "%", is_floor=True)
