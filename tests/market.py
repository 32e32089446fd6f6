"""Market data for the tests of the catalog: small, plain and drawn from a seed."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pyarrow as pa

from mia_plugins.data.bars import bars_of
from mia_plugins.data.columns import LEVELS, Depth, Quotes, Trades, quotes_of
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import Contract
from mia_plugins.data.manifest import Origin
from mia_plugins.data.sessions import NS, Session, session_on
from mia_plugins.data.store import Store
from mia_plugins.data.tables import VIX

DAY = dt.date(2026, 6, 1)
NEXT_DAY = dt.date(2026, 6, 2)
ES = Contract(2026, 6, "ES")
ID = ES.instrument_id
ORIGIN = Origin("test", "1", "abc", seed=7)


def times(session: Session, count: int) -> np.ndarray:
    """Return instants spread evenly over a session, from its first to its last second."""
    return np.linspace(session.open + NS, session.close - NS, count).astype(np.int64)


def some_trades(day: dt.date = DAY, count: int = 2_000, seed: int = 1) -> Trades:
    rng = np.random.default_rng(seed)
    return Trades(
        ts=times(session_on(day), count),
        ticks=24_000 + np.cumsum(rng.integers(-1, 2, count)),
        lots=rng.integers(1, 50, count),
        side=rng.integers(-1, 2, count).astype(np.int8),
    )


def some_depth(day: dt.date = DAY, count: int = 2_000, seed: int = 2) -> Depth:
    rng = np.random.default_rng(seed)
    best = 24_000 + np.cumsum(rng.integers(-1, 2, count))[:, None]
    lots = rng.integers(1, 200, (2, count, LEVELS))
    counts = np.minimum(lots, rng.integers(1, 20, (2, count, LEVELS)))
    steps = np.arange(LEVELS)
    ts = times(session_on(day), count)
    return Depth(ts, best - steps, best + 1 + steps, lots[0], lots[1], counts[0], counts[1])


def without_levels(depth: Depth, beyond: int) -> Depth:
    """Return depth whose bids end at a level, as in a thin market."""

    def cut(values: np.ndarray) -> np.ndarray:
        return np.where(np.arange(LEVELS) < beyond, values, 0)

    return replace(
        depth,
        bid_ticks=cut(depth.bid_ticks),
        bid_lots=cut(depth.bid_lots),
        bid_counts=cut(depth.bid_counts),
    )


def write_day(store: Store, day: dt.date = DAY) -> None:
    """Write and publish a day of everything."""
    trades, depth = some_trades(day), some_depth(day)
    with store.draft(day) as draft:
        for columns in (trades, quotes_of(depth), depth, bars_of(trades)):
            draft.write(ID, columns)
    store.publish(day)


def some_quotes() -> Quotes:
    return quotes_of(some_depth())


def some_vix() -> pa.Table:
    ts = times(session_on(DAY), 100)
    return pa.table([ts, ts, np.linspace(15, 20, 100)], schema=VIX)


def sound_store(uri: str = "cat", *days: dt.date, with_data: bool = True) -> Store:
    """Return a catalog with nothing wrong."""
    store = Store.begin(Files(uri), ORIGIN)
    store.write_instruments([ES])
    for day in (days or (DAY,)) if with_data else ():
        write_day(store, day)
    return store
