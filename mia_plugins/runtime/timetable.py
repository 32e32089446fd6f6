"""When a strategy is woken: sessions, the closes of base bars, tenths of a second in between."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mia_plugins.data.sessions import NS
from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.times import next_tenth

MINUTE = 60 * NS


@dataclass(frozen=True)
class Calls:
    """What the timetable calls."""

    open: Callable[[TradingDay], None]
    bar: Callable[[int], None]
    """With the time at which a base bar may have closed: UTC ns."""
    instant: Callable[[int, str], None]
    """With a full tenth of a second (UTC ns) and what called for it."""
    flat: Callable[[int], None]
    """With the time from which on nothing may be held: UTC ns."""
    close: Callable[[int], None]
    """With the end of the session: UTC ns."""


class Timetable:
    """Timers on Nautilus' clock, a session at a time. Times are those of the timer events, never `now`."""

    def __init__(
        self, days: Sequence[TradingDay], bar_minutes: int, flat_minutes: float, calls: Calls
    ) -> None:
        """`flat_minutes` is how long before the close nothing may be held."""
        self._days = iter(days)
        self._bar_ns = bar_minutes * MINUTE
        self._flat_ns = int(flat_minutes * MINUTE)
        self._calls = calls
        self._clock: Any = None
        self._instants: dict[int, str] = {}
        self._foreseen: list[int] = []
        self.flat_at = 0
        """From when on nothing may be entered in this session: UTC ns."""
        self.close_at = 0
        """The end of this session: UTC ns."""

    def start(self, clock: Any) -> None:
        """Wait for the first session, or begin with the one that is open."""
        self._clock = clock
        self._wait()

    def evaluate_after(self, ts: int, cause: str) -> None:
        """Have the strategy evaluated at the first tenth of a second at or after an instant (UTC ns)."""
        at = next_tenth(ts)
        if at in self._instants or at >= self.close_at:
            return
        self._instants[at] = cause
        self._clock.set_time_alert_ns(f"instant-{at}", at, self._at_instant)

    def foresee(self, times: Iterable[int]) -> None:
        """Note instants (UTC ns) to evaluate after; they may lie in a session that is not open yet."""
        self._foreseen += times
        self._plan()

    def now(self) -> int:
        """Return the time: UTC ns. It is for what answers to a broker; what is decided never asks."""
        return int(self._clock.timestamp_ns())

    def alert(self, name: str, ts: int, callback: Callable[[int], None]) -> None:
        """Have a function called at an instant (UTC ns)."""

        def call(event: Any) -> None:
            callback(event.ts_event)

        self._clock.set_time_alert_ns(name, ts, call)

    def _wait(self) -> None:
        """Wait for the next session that has not ended."""
        now = self._clock.timestamp_ns()
        day = next((day for day in self._days if day.session.close > now), None)
        if day is None:
            return
        if day.session.open <= now:
            self._open(day)
        else:
            self.alert(f"open-{day.session.day}", day.session.open, lambda _: self._open(day))

    def _open(self, day: TradingDay) -> None:
        session = day.session
        self._instants.clear()
        self.flat_at, self.close_at = session.close - self._flat_ns, session.close
        self._calls.open(day)
        self._plan()
        now = self._clock.timestamp_ns()
        start = session.open + (now - session.open) // self._bar_ns * self._bar_ns
        self._clock.set_timer_ns(f"bars-{session.day}", self._bar_ns, start, session.close, self._at_bar)
        self.alert(f"flat-{session.day}", max(self.flat_at, now), self._calls.flat)
        self.alert(f"close-{session.day}", session.close, self._close)

    def _plan(self) -> None:
        """Set alerts for what was foreseen of this session."""
        due = [ts for ts in self._foreseen if ts < self.close_at]
        self._foreseen = [ts for ts in self._foreseen if ts >= self.close_at]
        for ts in due:
            self.evaluate_after(ts, "trigger")

    def _close(self, ts: int) -> None:
        self._calls.close(ts)
        self._wait()

    def _at_bar(self, event: Any) -> None:
        self._calls.bar(event.ts_event)

    def _at_instant(self, event: Any) -> None:
        ts = event.ts_event
        self._calls.instant(ts, self._instants.pop(ts))
