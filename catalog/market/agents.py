"""The agents of a day, drawn wider than the detectors' thresholds, so that finding them is a question."""

import numpy as np
from numpy.typing import NDArray

from catalog.market import world as w
from catalog.market.clock import Rhythm
from catalog.market.contracts import CONTRACTS, Instrument
from catalog.market.settings import MarketSettings
from catalog.market.skeleton import day_share
from catalog.market.streams import stream
from mia_plugins.data.sessions import NS, Session

MILLISECOND = 1_000_000
A_DAY = {w.ICEBERG: 70, w.ABSORBER: 45, w.SWEEPER: 70, w.METAORDER: 14}
"""Agents of each kind on a day at density 1."""
LEAST_DENSITY = 0.3
"""Agents do not become rarer than at this density: a light day shall have some."""


def draw_agents(
    settings: MarketSettings, session: Session, rhythm: Rhythm, instrument: Instrument
) -> NDArray[np.int64]:
    """Draw the agents of one instrument, a row each; the null market has none."""
    if settings.null:
        return np.zeros((0, w.AGENT_COLUMNS), np.int64)
    thin = max(float(settings.density), LEAST_DENSITY)
    share = day_share(session.day)
    tables = []
    for kind, number in A_DAY.items():
        rng = stream(settings.seed, f"agents {kind}", session.day, instrument)
        table = np.zeros((int(rng.poisson(number * thin * share)), w.AGENT_COLUMNS), np.int64)
        table[:, w.KIND] = kind
        table[:, w.SIDE] = rng.choice((-1, 1), len(table))
        table[:, w.START] = _starts(rng, session, rhythm, len(table))
        _DRAWN[kind](rng, table, CONTRACTS[instrument].agent_scale * thin**0.5)
        tables.append(table)
    agents = np.concatenate(tables)
    agents[:, w.NEXT] = agents[:, w.START]
    return agents[np.argsort(agents[:, w.START], kind="stable")]


def _starts(rng: np.random.Generator, session: Session, rhythm: Rhythm, count: int) -> NDArray[np.int64]:
    cumulated = np.cumsum(rhythm.activity)
    seconds = np.searchsorted(cumulated, rng.random(count) * cumulated[-1])
    starts: NDArray[np.int64] = session.open + seconds * NS + rng.integers(0, NS, count)
    return starts


def _lots(values: NDArray[np.float64], scale: float) -> NDArray[np.int64]:
    return np.maximum(2, np.round(values * scale)).astype(np.int64)


def _log_uniform(rng: np.random.Generator, low: float, high: float, count: int) -> NDArray[np.float64]:
    return np.exp(rng.uniform(np.log(low), np.log(high), count))


def _icebergs(rng: np.random.Generator, table: NDArray[np.int64], scale: float) -> None:
    """Show 8 to 36 contracts, 1.2 to 14 times over; a fifth refill too slowly to be taken for one order."""
    count = len(table)
    table[:, w.SHOW] = _lots(rng.uniform(8, 36, count), scale)
    table[:, w.SIZE] = (table[:, w.SHOW] * _log_uniform(rng, 1.2, 14, count)).astype(np.int64)
    slow = rng.random(count) < 0.2
    delay = np.where(slow, rng.uniform(300, 1500, count), rng.uniform(50, 300, count))
    table[:, w.DELAY] = (delay * MILLISECOND).astype(np.int64)
    table[:, w.END] = table[:, w.START] + rng.integers(30, 300, count) * NS


def _absorbers(rng: np.random.Generator, table: NDArray[np.int64], scale: float) -> None:
    """Stand for 5 to 40 s with 60 to 900 contracts, shown at once again whenever they are hit."""
    count = len(table)
    table[:, w.SHOW] = _lots(rng.uniform(20, 90, count), scale)
    table[:, w.SIZE] = _lots(_log_uniform(rng, 60, 900, count), scale)
    table[:, w.DELAY] = rng.integers(1, 40, count) * MILLISECOND
    table[:, w.END] = table[:, w.START] + rng.integers(5, 40, count) * NS


def _sweepers(rng: np.random.Generator, table: NDArray[np.int64], _: float) -> None:
    """Take 2 to 6 levels; the gaps between them are of 1 to 40 ms on average."""
    count = len(table)
    table[:, w.SHOW] = rng.choice(np.arange(2, 7), count, p=(0.35, 0.3, 0.18, 0.1, 0.07))
    table[:, w.DELAY] = (_log_uniform(rng, 1, 40, count) * MILLISECOND).astype(np.int64)
    table[:, w.END] = table[:, w.START] + 60 * NS


def _metaorders(rng: np.random.Generator, table: NDArray[np.int64], scale: float) -> None:
    """Work 300 to 5000 contracts over 5 to 60 minutes in small children."""
    count = len(table)
    table[:, w.SIZE] = _lots(_log_uniform(rng, 300, 5000, count), scale)
    table[:, w.SHOW] = _lots(rng.uniform(4, 20, count), scale)
    seconds = rng.uniform(300, 3600, count)
    children = 1 + table[:, w.SIZE] / (0.7 * table[:, w.SHOW])
    table[:, w.DELAY] = (seconds / children * NS).astype(np.int64)
    table[:, w.END] = table[:, w.START] + (1.3 * seconds * NS).astype(np.int64)


_DRAWN = {w.ICEBERG: _icebergs, w.ABSORBER: _absorbers, w.SWEEPER: _sweepers, w.METAORDER: _metaorders}
