"""The decisive orders of a day: when the best queue is taken out, by how many ticks, and for NQ which way.

They carry the variance. ES draws its signs as it goes; NQ is given ES's, sooner or later by the lead.
"""

import numpy as np
from numpy.typing import NDArray

from catalog.market.clock import Rhythm
from catalog.market.contracts import TRADES_A_SESSION
from catalog.market.settings import MarketSettings
from catalog.market.skeleton import DayBone, day_share
from catalog.market.streams import stream
from mia_plugins.data.sessions import NS, Session

TS, SIGN, CLOSING, STEP, AHEAD = range(5)
"""Columns: UTC ns; side of the order (0: to be drawn); way in which the spread closes (0: to be drawn);
levels taken, in ticks; move that is still expected of the day, in ticks."""
DECISIVE = 0.22
"""Decisive orders as a share of all trades, at most."""
CONTINUATION = 0.92
"""Probability that NQ's spread closes behind the move; ES's is one half."""
STEP_NOISE = 0.22
"""Standard deviation of the log of NQ's step for one of ES."""
WIDEST = 20
"""Levels that one decisive order may take."""
LEAD_MS = (50.0, 500.0)
LATEST_NS = 1_000_000
"""What a move may come later than its lead says."""
LEAD_MINUTES = 40.0
"""Mean time until another lead is drawn."""


def es_moves(settings: MarketSettings, session: Session, bone: DayBone, rhythm: Rhythm) -> NDArray[np.int64]:
    """Draw the times and sizes of ES's decisive orders.

    A step of k ticks is half done when the level goes and half when the spread closes, either way with
    the same probability: its variance is k²/2.
    """
    rng = stream(settings.seed, "moves", session.day, "ES")
    needed = 2 * bone.es_sigma**2
    most = DECISIVE * TRADES_A_SESSION * settings.density * day_share(session.day)
    count = round(min(needed, most))
    moves = np.zeros((count, 5), np.int64)
    moves[:, TS] = _times(rng, session, rhythm, count)
    moves[:, STEP] = _steps(rng, count, needed / count)
    return moves


def _times(rng: np.random.Generator, session: Session, rhythm: Rhythm, count: int) -> NDArray[np.int64]:
    cumulated = np.concatenate(([0.0], np.cumsum(rhythm.variance)))
    seconds = np.interp(np.sort(rng.random(count)), cumulated / cumulated[-1], np.arange(len(cumulated)))
    return session.open + (seconds * NS).astype(np.int64)


def _steps(rng: np.random.Generator, count: int, second_moment: float) -> NDArray[np.int64]:
    """Draw steps of 1 + Poisson ticks with a given second moment."""
    rate = (np.sqrt(9 + 4 * (max(second_moment, 1.0) - 1)) - 3) / 2
    return (1 + rng.poisson(rate, count)).clip(1, WIDEST)


def lead_ns(settings: MarketSettings, session: Session) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw who leads: the UTC ns at which each lead begins, and by how many ns NQ then follows ES."""
    rng = stream(settings.seed, "lead", session.day)
    starts, at = [session.open], float(session.open)
    while (at := at + rng.exponential(LEAD_MINUTES * 60 * NS)) < session.close:
        starts.append(int(at))
    lags = rng.uniform(*LEAD_MS, len(starts)) * rng.choice((-1, 1), len(starts)) * 1e6
    return np.array(starts), lags.astype(np.int64) * (not settings.null)


def nq_moves(
    settings: MarketSettings, session: Session, bone: DayBone, es_steps: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return NQ's decisive orders: one for each half step of ES, shifted by the lead."""
    rng = stream(settings.seed, "moves", session.day, "NQ")
    starts, lags = lead_ns(settings, session)
    count, sign = len(es_steps), es_steps[:, 1]
    lag = lags[np.searchsorted(starts, es_steps[:, 0], side="right") - 1]
    noise = np.exp(STEP_NOISE * rng.standard_normal(count) - STEP_NOISE**2 / 2)
    exact = bone.nq_per_es * es_steps[:, 2] / 2 * noise / CONTINUATION
    steps = np.floor(exact + rng.random(count)).astype(np.int64)
    moved = np.cumsum(sign * es_steps[:, 2]) / 2
    moves = np.empty((count, 5), np.int64)
    late = rng.integers(0, LATEST_NS, count) * (not settings.null)
    moves[:, TS] = es_steps[:, 0] + lag + late
    moves[:, SIGN] = sign
    moves[:, CLOSING] = np.where(rng.random(count) < CONTINUATION, sign, -sign)
    moves[:, STEP] = steps.clip(0, WIDEST)
    moves[:, AHEAD] = np.round(bone.nq_per_es * (moved[-1] - moved)) if count else 0
    inside = (moves[:, TS] >= session.open) & (moves[:, TS] < session.close) & (steps > 0)
    moves = moves[inside]
    return moves[np.argsort(moves[:, TS], kind="stable")]
