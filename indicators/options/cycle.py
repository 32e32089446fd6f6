"""The gamma cycle: how far the monthly expiry is, and what else expires."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from indicators.options.settlement import settles_in_the_morning
from mia_plugins.data.instruments import monthly_expiry
from mia_plugins.data.sessions import (
    CalendarError,
    is_stock_market_open,
    next_stock_market_day,
    previous_stock_market_day,
)
from mia_plugins.units import Sessions

LEAST, MOST = 0.9, 1.1


class Phase(StrEnum):
    """Where in the cycle a day lies."""

    EXPIRY_WEEK = "expiry_week"
    GAMMA_PEAK = "gamma_peak"
    GAMMA_DECAY = "gamma_decay"
    NORMAL = "normal"
    POST_EXPIRY = "post_expiry"


FACTORS = {
    Phase.EXPIRY_WEEK: 0.9,
    Phase.GAMMA_PEAK: 1.1,
    Phase.GAMMA_DECAY: 1.1,
    Phase.NORMAL: 1.0,
    Phase.POST_EXPIRY: 1.05,
}
ENDS = ((2, Phase.EXPIRY_WEEK), (5, Phase.GAMMA_PEAK), (10, Phase.GAMMA_DECAY))
"""The most sessions to expiry of a phase."""
POST_SESSIONS = 2


@dataclass(frozen=True, slots=True)
class GammaCycle:
    """A day's place between two monthly expiries."""

    expiry: dt.date
    """The next monthly one, the day itself included."""
    to_expiry: Sessions
    """Sessions of the stock market after the day, up to the expiry; 0 on it."""
    since_expiry: Sessions
    """Sessions from the monthly expiry before to the day."""
    phase: Phase
    factor: float
    """What a score is multiplied with, in [.9, 1.1]."""
    settlement: str
    """`AM` when the monthly settles on the opening prices, else `PM`."""
    is_weekly: bool
    """Whether the day is the last session of its week, on which a weekly expires (the monthly's too)."""
    is_0dte: bool
    """Whether options expire on the day: on every day the stock market opens."""


@lru_cache(maxsize=64)
def gamma_cycle(day: dt.date, underlying: str = "SPX") -> GammaCycle | None:
    """Return the place of a day in the cycle; None outside of what the calendar knows."""
    try:
        return _cycle(day, underlying)
    except (CalendarError, OverflowError, ValueError):
        # Before the year 2 and after 9998 there is no month before or after.
        return None


def phase_of(to_expiry: int, since_expiry: int) -> Phase:
    """Return the phase, by sessions to the next monthly expiry and since the one before."""
    for end, phase in ENDS:
        if to_expiry <= end:
            return phase
    return Phase.POST_EXPIRY if 1 <= since_expiry <= POST_SESSIONS else Phase.NORMAL


def _cycle(day: dt.date, underlying: str) -> GammaCycle:
    months = [_month(day, offset) for offset in (-1, 0, 1)]
    following = next(expiry for expiry in months if expiry >= day)
    before = max(expiry for expiry in (_month(day, -2), *months) if expiry < day)
    to_expiry, since = _sessions(day, following), _sessions(before, day)
    phase = phase_of(to_expiry, since)
    opens = is_stock_market_open(day)
    return GammaCycle(
        following,
        Sessions(to_expiry),
        Sessions(since),
        phase,
        min(MOST, max(LEAST, FACTORS[phase])),
        "AM" if settles_in_the_morning(following, underlying) else "PM",
        opens and previous_stock_market_day(_friday(day)) == day,
        opens,
    )


def _month(day: dt.date, offset: int) -> dt.date:
    month = day.year * 12 + day.month - 1 + offset
    return monthly_expiry(month // 12, month % 12 + 1)


def _friday(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=(4 - day.weekday()) % 7)


def _sessions(start: dt.date, end: dt.date) -> int:
    """Count the stock market's sessions after a day, up to another and with it."""
    count = 0
    while (start := next_stock_market_day(start)) <= end:
        count += 1
    return count
