"""How a live strategy's tapes are filled: by the intake; each tenth of a second triggers are looked for."""

from collections.abc import Callable, Mapping
from typing import Any

from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.feeds import ColumnsFeed
from mia_plugins.runtime.times import TENTH
from mia_plugins.tape.tape import Tape


class LiveFeed(ColumnsFeed):
    """Rows come as the runner's would; what is ahead of now is never there."""

    def __init__(self, tapes: Mapping[str, Tape], product: str, deliver: Callable[[int], None]) -> None:
        """`deliver` puts what has arrived on the tapes."""
        super().__init__(tapes, product)
        self._deliver = deliver

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
        self._deliver(now)
        if super().triggers(now + 1):
            strategy.wake(now, "trigger")
