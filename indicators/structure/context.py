"""`session_context`: how much the time of day is worth."""

import datetime as dt
from enum import StrEnum
from functools import lru_cache

from mia_plugins.data.sessions import NEW_YORK, NS, Session
from mia_plugins.features import EVEN, Feature, Reading, Score, known, unknown

HALF_HOUR = 1_800_000_000_000
"""ns."""
MOST = 1.2
"""The largest multiplier."""


class Phase(StrEnum):
    """A part of the trading day, New York time."""

    OVERNIGHT = "overnight"
    PRE_MARKET = "pre-market"
    OPENING = "opening"
    MIDDAY = "midday"
    POWER_HOUR = "power hour"
    AFTER = "after hours"


MULTIPLIERS = {
    Phase.OVERNIGHT: 0.5,
    Phase.PRE_MARKET: 0.8,
    Phase.OPENING: 1.2,
    Phase.MIDDAY: 1.0,
    Phase.POWER_HOUR: 1.2,
    Phase.AFTER: 0.8,
}
BEGINS = (
    (dt.time(20), Phase.OVERNIGHT),
    (dt.time(16), Phase.AFTER),
    (dt.time(14), Phase.POWER_HOUR),
    (dt.time(11), Phase.MIDDAY),
    (dt.time(9, 30), Phase.OPENING),
    (dt.time(4), Phase.PRE_MARKET),
    (dt.time(0), Phase.OVERNIGHT),
)
"""When each begins, the latest first."""
READINGS = {
    phase: known(times / MOST, f"{phase}, multiplier {times:g}") for phase, times in MULTIPLIERS.items()
}
REGULAR = {Phase.OPENING, Phase.MIDDAY, Phase.POWER_HOUR}


class SessionContext(Feature):
    """The phase's multiplier as a share of the largest one: 1 at the opening and in the power hour.

    On a half day all that comes after the early close is after hours. On a day on which the stock market
    stays closed, what would be regular hours counts as overnight.
    """

    kind = Score.QUALITY
    mirror = EVEN

    def read(self, now: int) -> Reading:
        """Look at the clock and at the exchange's calendar."""
        session = self.market.tape.session
        if session is None:
            return unknown("no session yet")
        return READINGS[phase_of(session, now)]


def phase_of(session: Session, now: int) -> Phase:
    """Return the phase of an instant (UTC ns) of a session; each begins with its first instant."""
    # Phases begin at half hours, also of half days.
    return _phase_at(session, now // HALF_HOUR)


@lru_cache(maxsize=64)
def _phase_at(session: Session, half_hour: int) -> Phase:
    now = half_hour * HALF_HOUR
    time = dt.datetime.fromtimestamp(now // NS, NEW_YORK).time()
    phase = next(phase for begin, phase in BEGINS if time >= begin)
    if phase not in REGULAR:
        return phase
    if not session.has_rth:
        return Phase.OVERNIGHT
    return Phase.AFTER if now >= session.rth_close else phase
