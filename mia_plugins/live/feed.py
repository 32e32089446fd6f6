"""How a live strategy's tapes are filled: by the intake; each tenth of a second triggers are looked for."""

from collections.abc import Callable, Mapping
from typing import Any

from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.feeds import ColumnsFeed
from mia_plugins.runtime.times import TENTH
from mia_plugins.tape.tape import Tape

READY = "ready"
"""The alert from which on a live strategy looks at the market."""


class HeldFeed(ColumnsFeed):
    """That of a live session, or of one that is made again: it is ready at an alert, a step of its own."""

    def get_ready(self, clock: Any) -> None:
        """Be ready at an alert that is due."""
        clock.set_time_alert_ns(READY, clock.timestamp_ns(), self._be_ready)

    def _be_ready(self, event: Any) -> None:
        del event
        self.is_ready = True


class LiveFeed(HeldFeed):
    """Rows come as the runner's would; what is ahead of now is never there."""

    def __init__(
        self,
        tapes: Mapping[str, Tape],
        product: str,
        deliver: Callable[[int], None],
        hold: Callable[[Callable[[], None]], None],
    ) -> None:
        """`deliver` puts what has arrived on the tapes; `hold` calls a function once history is there."""
        super().__init__(tapes, product)
        self._deliver, self._hold = deliver, hold

    def get_ready(self, clock: Any) -> None:
        """Be ready once history is there."""
        self._hold(lambda: super(LiveFeed, self).get_ready(clock))

    def triggers(self, end: int) -> list[int]:
        """Return nothing: no future is known."""
        del end
        return []

    def begin(self, strategy: Any, day: TradingDay) -> None:
        """Start a trading day; look for triggers at each tenth of a second."""
        super().begin(strategy, day)
        if self._scouts:
            strategy.clock.plain.set_timer_ns(
                f"tenths-{day.session.day}", TENTH, day.session.open, day.session.close,
                lambda event: self._look(strategy, event.ts_event),
            )  # fmt: skip

    def advance(self, now: int) -> None:
        """Put on the tapes what has arrived."""
        self._deliver(now)

    def _look(self, strategy: Any, now: int) -> None:
        """Look for triggers; one wakes the strategy at this very tenth."""
        if not self.is_ready:
            return
        self._deliver(now)
        if super().triggers(now + 1):
            strategy.wake(now, "trigger")
