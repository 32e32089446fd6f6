"""`session_clock`: the phases of the trading day, each told as it begins."""

import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from indicators.structure.context import HALF_HOUR, MULTIPLIERS, phase_of
from mia_plugins.data.sessions import Session
from mia_plugins.runtime.actor import MiaActor

TOPIC = "session"
OPENS, CLOSED = "opens", "closed"
"""What begins with a session, and with its end, beside the phases."""


class SessionTold(NamedTuple):
    """A phase that begins, or a session that opens or has closed."""

    ts: int
    """UTC ns."""
    day: dt.date
    """The trading day."""
    phase: str
    """`opens`, `closed`, or the phase's name."""
    multiplier: float | None
    """What the time of day is worth; `None` once it is closed."""


class SessionClock(MiaActor):
    """Publishes on the topic `session`; times are New York's and the exchange's calendar."""

    def begin(self) -> None:
        """Set an alert for each phase of each day that is still to come."""
        now = self.clock.timestamp_ns()
        for day in self.context.days:
            for ts, of_then in groupby(phases(day.session), key=lambda one: one.ts):
                if ts >= now:
                    self._tell_at(ts, list(of_then))

    def _tell_at(self, ts: int, every: list[SessionTold]) -> None:
        """Tell at once what begins at one time: Nautilus orders alerts of one time by their names."""

        def tell(event: Any) -> None:
            del event
            for told in every:
                self.publish_message(TOPIC, told)

        self.clock.set_time_alert_ns(f"{TOPIC}-{ts}", ts, tell)


def phases(session: Session) -> Iterator[SessionTold]:
    """Yield what begins in a session, in the order of time; the first phase is there when it opens."""
    day, before = session.day, None
    yield SessionTold(session.open, day, OPENS, MULTIPLIERS[phase_of(session, session.open)])
    for ts in range(session.open, session.close, HALF_HOUR):
        phase = phase_of(session, ts)
        if phase is not before:
            yield SessionTold(ts, day, str(phase), MULTIPLIERS[phase])
        before = phase
    yield SessionTold(session.close, day, CLOSED, None)
