"""The scene that every feature is tried on."""

import datetime as dt
from functools import cache

import numpy as np
import pyarrow as pa

from mia_plugins.data.columns import Trades
from mia_plugins.data.sessions import NS, session_on
from mia_plugins.data.tables import LEVELS, OPTION_CHAINS, VIX
from mia_plugins.testing import Scene, random_scene
from mia_plugins.testing.scenes import Rows

BASIS = 24.0
"""Points that the future stands above the index."""
KNOWN_AFTER = 120 * NS
"""When a chain is known after its time; ns."""


@cache
def scene(seed: int = 7) -> Scene:
    """Return two days of ES and NQ, with levels, a chain an hour and the VIX."""
    return with_options(random_scene(seed, products=("ES", "NQ")), seed)


@cache
def long_scene(seed: int = 7, sessions: int = 20) -> Scene:
    """Return weeks of sparse bars of ES that fall, rise and rest in ranges: for what takes long to be known."""
    rng = np.random.default_rng(seed)
    days = [day for day in (dt.date(2026, 4, 1) + dt.timedelta(n) for n in range(60)) if day.weekday() < 5]
    made, price = Scene(days[0]), 24_000.0
    for number, day in enumerate([day for day in days if day != dt.date(2026, 4, 3)][:sessions]):
        made = made.on(str(day))
        closes, price = _swinging(rng, price, (number // 7) % 2 * 2 - 1)
        # The first weeks tell only how far a day goes.
        every = 1 if number >= sessions - 6 else 8
        made = made.with_rows(Rows(_trades_of(rng, closes[::every], session_on(day).rth_open)))
    return made


def _swinging(rng: np.random.Generator, price: float, side: int) -> tuple[np.ndarray, float]:
    """Return the closes of a day in ticks: a leg to a side, a range, and either way out; and the last one."""
    leg = price + np.cumsum(rng.normal(1.5 * side, 1, 50))
    rest = leg[-1] + 7 * np.sin(np.arange(70) / 1.6) + rng.normal(0, 0.6, 70)
    rest[rng.choice(70, 3, replace=False)] += 6 * side
    out = rest[-1] + np.cumsum(rng.normal(1.5 * rng.choice([side, -side]), 1, 40))
    closes = np.concatenate((leg, rest, out))
    return np.rint(closes).astype(np.int64), float(closes[-1])


def _trades_of(rng: np.random.Generator, closes: np.ndarray, opening: int) -> Trades:
    """Return four trades a minute: the open, two on the way and the close."""
    count = len(closes)
    opens = np.append(closes[0], closes[:-1]) + rng.integers(-1, 2, count)
    highs = np.maximum(opens, closes) + rng.integers(0, 4, count)
    lows = np.minimum(opens, closes) - rng.integers(0, 4, count)
    ticks = np.stack((opens, highs, lows, closes), axis=1).ravel()
    ts = opening + (np.arange(4 * count) * 15 + 1) * NS
    side = np.where(rng.random(4 * count) < 0.05, 0, rng.choice([-1, 1], 4 * count)).astype(np.int8)
    return Trades(ts, ticks, rng.integers(1, 200, 4 * count), side)


def with_options(scene: Scene, seed: int = 7) -> Scene:
    """Return a scene of ES with levels of ES, chains of SPX and the VIX on each of its days.

    Before an opening the spot is that of the chain before: the index stands still.
    """
    rng = np.random.default_rng(seed)
    last: float | None = None
    for day in sorted({day for day, _ in scene.rows}):
        trades, session = scene.rows[day, "ES"].trades, session_on(day)
        hours = np.arange(session.rth_open - 1800 * NS, trades.ts[-1], 3600 * NS)
        spots = {int(at): _price_at(trades, at) - BASIS for at in hours}
        spots[int(hours[0])] = spots[int(hours[0])] if last is None else last
        last = spots[int(hours[-1])]
        chains = [small_chain(rng, day, at, spot) for at, spot in spots.items()]
        scene = scene.on(str(day)).with_table("option_chains", pa.concat_tables(chains))
        scene = scene.with_table("levels", _levels(session.open, float(trades.ticks[0]) / 4))
        scene = scene.with_table("vix", _vix(rng, session.open, session.close))
    return scene


def small_chain(
    rng: np.random.Generator, day: dt.date, as_of: int, spot: float, strikes: int = 15
) -> pa.Table:
    """Return a chain of two expiries around a spot in points, today's and next week's."""
    grid = np.round(spot / 5) * 5 + 5.0 * (np.arange(strikes) - strikes // 2)
    count = 4 * strikes
    strike, call = np.tile(grid, 4), np.repeat([True, False, True, False], strikes)
    expiry = np.repeat(np.array([day, day + dt.timedelta(days=7)], "datetime64[D]"), 2 * strikes)
    away = np.where(call, strike - spot, spot - strike)
    # Today's calls are heaped on the strike nearest to spot, where they may hold the price.
    heap = call & (np.abs(strike - spot) <= 2.5) & (expiry == np.datetime64(day))
    columns = {
        "ts_event": np.full(count, as_of),
        "ts_init": np.full(count, as_of + KNOWN_AFTER),
        "underlying": ["SPX"] * count,
        "expiry": expiry,
        "strike": strike,
        "is_call": call,
        "spot": np.full(count, spot),
        "bid": np.maximum(-away, 0) + 4.75,
        "ask": np.maximum(-away, 0) + 5.25,
        "iv": 0.15 + rng.uniform(0, 0.02, count),
        "delta": np.full(count, 0.5),
        "gamma": np.full(count, 0.01),
        "open_interest": rng.poisson(1500 * np.exp(-(((away - 5) / 20) ** 2)) + 5) + 9000 * heap,
        "volume": rng.poisson(300, count),
        "root": ["SPXW"] * count,
    }
    return _table(OPTION_CHAINS, columns)


def _price_at(trades: Trades, at: int) -> float:
    last = max(int(np.searchsorted(trades.ts, at, side="right")) - 1, 0)
    return float(trades.ticks[last]) / 4


def _levels(opening: int, price: float) -> pa.Table:
    named = {
        "Call Resistance": 15.0,
        "Put Support": -15.0,
        "Call Resistance 0DTE": 4.0,
        "Put Support 0DTE": -6.0,
        "HVL": -3.0,
        "1D Min": -50.0,
        "1D Max": 50.0,
        "BL 1": 8.0,
        "BL 2": -9.5,
        "GEX 1": 12.0,
        "GEX 2": -7.0,
    }
    rows = len(named)
    columns = {
        "ts_event": np.full(rows, opening),
        "ts_init": np.full(rows, opening + 5 * 3600 * NS),
        "underlying": ["ES"] * rows,
        "name": list(named),
        "price": np.round(price) + np.array(list(named.values())),
        "source": ["MenthorQ"] * rows,
    }
    return _table(LEVELS, columns)


def _vix(rng: np.random.Generator, opening: int, close: int) -> pa.Table:
    ts = np.arange(opening, close, 300 * NS)
    return _table(VIX, {"ts_event": ts, "ts_init": ts, "value": 20 + np.cumsum(rng.normal(0, 0.3, len(ts)))})


def _table(schema: pa.Schema, columns: dict[str, object]) -> pa.Table:
    arrays = [pa.array(columns[field.name]).cast(field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)
