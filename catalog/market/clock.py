"""The day's rhythm: how busy and how volatile each second of a session is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.market.streams import stream
from mia_plugins.data.sessions import NS, Session

OVERNIGHT = 0.16
"""Overnight intensity as a share of the regular hours'."""
OU_MINUTES = 25.0
"""Relaxation time of the log volatility within a day."""
OU_SD = 0.42
"""Stationary standard deviation of the log activity within a day."""
VARIANCE_POWER = 1.7
"""How much more the variance follows the log activity than the number of events does."""
NEWS_PROBABILITY = 0.6
"""Of each scheduled release to take place on a day."""
NEWS_OFFSETS = (-3600, 1800, 16200)
"""Seconds from the regular open at which news is scheduled: 8:30, 10:00 and 14:00 New York."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """One row a second of the session."""

    activity: NDArray[np.float64]
    """Intensity of the order flow; its mean over the session is 1."""
    variance: NDArray[np.float64]
    """Share of the session's variance that falls into the second; sums to 1."""
    regime: NDArray[np.float64]
    """Log activity apart from the time of day."""
    news: tuple[int, ...]
    """UTC ns of the releases that take place."""


def rhythm(seed: int, session: Session) -> Rhythm:
    """Draw the rhythm of one session, which ES and NQ share."""
    rng = stream(seed, "rhythm", session.day)
    daily = diurnal(session)
    regime = _ornstein_uhlenbeck(rng, session.seconds)
    news = _news(rng, session)
    burst = _burst(session, news)
    activity = daily * np.exp(regime) * (1 + 4 * burst)
    variance = daily * np.exp(VARIANCE_POWER * regime) * (1 + 25 * burst)
    return Rhythm(activity / activity.mean(), variance / variance.sum(), regime, news)


def diurnal(session: Session) -> NDArray[np.float64]:
    """Return the typical intensity by second: a U in the regular hours, a calm night with a busier Europe."""
    since_open = np.arange(session.seconds) - (session.rth_open - session.open) / NS
    to_close = (session.rth_close - session.open) / NS - np.arange(session.seconds)
    u_shape = 0.72 + 2.1 * np.exp(-since_open.clip(0) / 2000) + 1.1 * np.exp(-to_close.clip(0) / 1500)
    europe = np.exp(-(((since_open + 6 * 3600) / 4500) ** 2))
    night = OVERNIGHT * (0.8 + 0.7 * europe + 0.9 * np.exp(-(-since_open).clip(0) / 2400))
    return np.where((since_open >= 0) & (to_close > 0), u_shape, night)


def _ornstein_uhlenbeck(rng: np.random.Generator, seconds: int) -> NDArray[np.float64]:
    """Draw the log activity, by minute and linear in between."""
    minutes = seconds // 60 + 2
    keep = np.exp(-1 / OU_MINUTES)
    shocks = rng.standard_normal(minutes) * OU_SD * np.sqrt(1 - keep**2)
    path = np.empty(minutes)
    level = OU_SD * rng.standard_normal()
    for minute in range(minutes):
        level = keep * level + shocks[minute]
        path[minute] = level
    return np.interp(np.arange(seconds) / 60, np.arange(minutes), path)


def _news(rng: np.random.Generator, session: Session) -> tuple[int, ...]:
    taken = rng.random(len(NEWS_OFFSETS)) < NEWS_PROBABILITY
    times = (session.rth_open + offset * NS for offset, yes in zip(NEWS_OFFSETS, taken, strict=True) if yes)
    return tuple(ts for ts in times if session.open <= ts < session.close)


def _burst(session: Session, news: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the excitement after news, 1 at the release: a jump of seconds with a tail of minutes."""
    seconds = np.arange(session.seconds)
    burst = np.zeros(session.seconds)
    for ts in news:
        since = seconds - (ts - session.open) // NS
        burst += np.where(
            since >= 0, 0.8 * np.exp(-since.clip(0) / 8) + 0.2 * np.exp(-since.clip(0) / 240), 0
        )
    return burst
