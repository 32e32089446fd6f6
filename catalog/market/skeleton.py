"""The daily skeleton: where each day opens and closes and how volatile it is, cheap and in sequence.

Days are generated on their own; what passes from one to the next is here. A day's order flow is drawn
towards its close so gently that the path keeps the law of an unconditioned one.
"""

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from catalog.market.clock import diurnal
from catalog.market.settings import MarketSettings
from catalog.market.streams import stream
from mia_plugins.data.instruments import TICK_POINTS
from mia_plugins.data.sessions import sessions, usual_session
from mia_plugins.errors import MiaError

PERSISTENCE = 0.94
"""Of the log volatility from day to day."""
VOLATILITY_SD = 0.22
"""Stationary standard deviation of the log volatility."""
LEVERAGE = -0.7
"""Correlation of a day's return with the change of volatility after it."""
BETA = 1.3
"""NQ's return for one of ES, in per cent."""
FACTOR_CORRELATION = 0.9
"""Correlation of NQ's daily return with ES's."""
GAP = 0.12
"""Standard deviation of the move between close and open, of a day's."""
SCENARIO_GAP = 1.2
"""The gap of the scenario, in daily standard deviations."""


@dataclass(frozen=True, slots=True)
class DayBone:
    """What a day's generation takes from the days before it; prices in ticks."""

    day: dt.date
    es_open: int
    es_close: int
    nq_open: int
    nq_close: int
    es_sigma: float
    """Standard deviation of the session's return of ES, in ticks."""
    volatility: float
    """Log volatility against the typical regime."""

    @property
    def nq_per_es(self) -> float:
        """Return how many ticks NQ moves for one of ES."""
        return BETA * self.nq_open / self.es_open


def day_bone(settings: MarketSettings, day: dt.date) -> DayBone:
    """Return the skeleton of one day, following all weekdays since the first."""
    if day < settings.first_day:
        raise MiaError(
            f"the market begins on {settings.first_day}; {day} is before it", "give an earlier first_day"
        )
    bones = _bones(settings.model_dump_json(exclude={"form", "density", "edge", "gamma"}), day)
    return bones[-1]


@lru_cache(maxsize=8)
def _bones(settings_json: str, last: dt.date) -> tuple[DayBone, ...]:
    settings = MarketSettings.model_validate_json(settings_json)
    return tuple(_walk(settings, last))


def _walk(settings: MarketSettings, last: dt.date) -> Iterator[DayBone]:
    es, nq = settings.es_open / TICK_POINTS, settings.nq_open / TICK_POINTS
    volatility, day = 0.0, settings.first_day
    while day <= last:
        draws = stream(settings.seed, "skeleton", day).standard_normal(5)
        if "gap" in settings.scenario_names(day):
            jump = math.copysign(SCENARIO_GAP, draws[3]) * _sigma(settings, volatility)
            es, nq = es * (1 + jump), nq * (1 + BETA * jump)
        bone = _bone(settings, day, (es, nq, volatility), draws)
        if day == last or day.weekday() < 5:
            yield bone
            es, nq, volatility = _next_open(settings, bone, draws)
        day += dt.timedelta(days=1)


@cache
def day_share(day: dt.date) -> float:
    """Return a day's events and variance as a share of a whole day's: a half day lacks an afternoon's."""
    found = sessions(day, day)
    if not found or not found[0].has_rth or not found[0].is_short:
        return 1.0
    return float(diurnal(found[0]).sum() / diurnal(usual_session(day)).sum())


def _sigma(settings: MarketSettings, volatility: float) -> float:
    return settings.daily_volatility / 100 * math.exp(volatility)


def _bone(
    settings: MarketSettings, day: dt.date, at: tuple[float, float, float], draws: np.ndarray
) -> DayBone:
    es, nq, volatility = at
    sigma = _sigma(settings, volatility) * math.sqrt(day_share(day))
    own = math.sqrt(FACTOR_CORRELATION**-2 - 1) * BETA * sigma
    return DayBone(
        day=day,
        es_open=round(es),
        es_close=round(es * (1 + sigma * draws[0])),
        nq_open=round(nq),
        nq_close=round(nq * (1 + BETA * sigma * draws[0] + own * draws[1])),
        es_sigma=sigma * es,
        volatility=volatility,
    )


def _next_open(settings: MarketSettings, bone: DayBone, draws: np.ndarray) -> tuple[float, float, float]:
    gap = GAP * _sigma(settings, bone.volatility) * draws[2]
    shock = LEVERAGE * draws[0] + math.sqrt(1 - LEVERAGE**2) * draws[4]
    volatility = PERSISTENCE * bone.volatility + VOLATILITY_SD * math.sqrt(1 - PERSISTENCE**2) * shock
    return bone.es_close * (1 + gap), bone.nq_close * (1 + BETA * gap), volatility
