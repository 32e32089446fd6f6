"""The VIX: the square root of the 30-day variance, against which the market moves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.market.clock import diurnal
from catalog.market.settings import MarketSettings
from catalog.market.skeleton import DayBone
from catalog.market.smile import vix
from catalog.market.streams import stream
from mia_plugins.data.columns import Depth
from mia_plugins.data.instruments import TICK_POINTS
from mia_plugins.data.sessions import NS, Session

PREMIUM = 1.12
"""Implied over expected volatility."""
PULL = 0.5
"""Share of a day's volatility regime that 30 days keep."""
REACTION = -4.0
"""Per cent of VIX for one per cent of ES."""
CORRELATION = -0.7
"""Of the changes of VIX with returns."""
STEP = 15
"""Seconds between two values."""
SESSIONS_A_YEAR = 252


@dataclass(frozen=True, slots=True)
class VixSeries:
    """One row every 15 s."""

    ts: NDArray[np.int64]
    value: NDArray[np.float64]
    """In per cent."""


def opening_level(settings: MarketSettings, bone: DayBone) -> float:
    """Return the 30-day implied volatility at the money as the session opens, as a share of 1."""
    yearly = settings.daily_volatility / 100 * np.sqrt(SESSIONS_A_YEAR)
    return float(PREMIUM * yearly * np.exp(PULL * bone.volatility))


def vix_series(settings: MarketSettings, session: Session, bone: DayBone, depth: Depth) -> VixSeries:
    """Draw the VIX along ES's mid of the session."""
    rng = stream(settings.seed, "vix", session.day)
    ts = np.arange(session.open, session.close, STEP * NS)
    last = (np.searchsorted(depth.ts, ts, side="right") - 1).clip(0)
    mids = (depth.bid_ticks[last, 0] + depth.ask_ticks[last, 0]) / 2
    returns = np.diff(np.log(mids), prepend=np.log(mids[0]))
    pace = np.sqrt(diurnal(session)[::STEP][: len(ts)])
    scale = bone.es_sigma / bone.es_open * pace / np.sqrt(np.sum(pace**2))
    own = abs(REACTION) * np.sqrt(CORRELATION**-2 - 1) * scale * rng.standard_normal(len(ts))
    start = vix(opening_level(settings, bone), bone.es_open * TICK_POINTS)
    # The series' own noise dies out; the next day starts from its own regime.
    return VixSeries(ts, start * np.exp(np.cumsum(REACTION * returns + own)))
