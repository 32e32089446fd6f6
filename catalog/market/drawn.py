"""The truth about what the market drew for a day: its volatility regimes and its scheduled news."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from catalog.market.clock import OU_SD, VARIANCE_POWER, Rhythm
from catalog.market.skeleton import DayBone
from mia_plugins.data.sessions import NS, Session

Level = Literal["low", "typical", "high"]
LEVELS: tuple[Level, Level, Level] = ("low", "typical", "high")
BEYOND = 0.5
"""A regime is high or low from so many standard deviations of the log activity on, until its mean."""
NEWS_MINUTES = 10
"""The excitement after news is over."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One span of what was drawn; times in UTC ns."""

    kind: Literal["regime", "news"]
    start: int
    end: int
    detail: dict[str, float | str]
    """The values drawn."""


def drawn_of(session: Session, bone: DayBone, rhythm: Rhythm) -> tuple[Drawn, ...]:
    """Return the regimes of a session, one after the other without a gap, and the news in it."""
    return (*_regimes(session, bone, rhythm), *_news(session, rhythm))


def _regimes(session: Session, bone: DayBone, rhythm: Rhythm) -> tuple[Drawn, ...]:
    levels = regime_levels(rhythm.regime)
    edges = [0, *(np.flatnonzero(np.diff(levels)) + 1).tolist(), session.seconds]
    return tuple(
        Drawn(
            "regime",
            session.open + first * NS,
            session.open + last * NS,
            _regime_detail(rhythm.regime[first:last], LEVELS[levels[first] + 1])
            | {"day_log_volatility": round(bone.volatility, 6)},
        )
        for first, last in pairwise(edges)
    )


def _regime_detail(log_activity: NDArray[np.float64], level: Level) -> dict[str, float | str]:
    """Return the level's name, and its factors on the order flow and on the variance."""
    mean = float(log_activity.mean())
    return {
        "level": level,
        "log_activity": round(mean, 6),
        "variance_factor": round(float(np.exp(VARIANCE_POWER * log_activity).mean()), 6),
    }


def regime_levels(log_activity: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return -1, 0 or 1 by second: low, typical and high, with hysteresis."""
    away = np.where(np.abs(log_activity) >= BEYOND * OU_SD, np.sign(log_activity), 0).astype(np.int8)
    levels = np.zeros(len(away), np.int8)
    level = 0
    for second, (there, value) in enumerate(zip(away.tolist(), log_activity.tolist(), strict=True)):
        if there:
            level = there
        elif level * value <= 0:
            level = 0
        levels[second] = level
    return levels


def _news(session: Session, rhythm: Rhythm) -> tuple[Drawn, ...]:
    return tuple(
        Drawn(
            "news",
            ts,
            min(ts + NEWS_MINUTES * 60 * NS, session.close),
            {"seconds_from_regular_open": (ts - session.rth_open) / NS},
        )
        for ts in rhythm.news
    )
