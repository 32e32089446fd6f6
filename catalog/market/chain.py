"""The day's option chain on the index that ES follows, and the hedges that its gamma asks for."""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from catalog.market.settings import MarketSettings
from catalog.market.skeleton import DayBone
from catalog.market.smile import DAYS_A_YEAR, SHORTEST, Floats, d_one, gamma, normal_cdf, price, smile
from catalog.market.streams import stream
from mia_plugins.data.columns import Depth
from mia_plugins.data.instruments import PRODUCTS, TICK_POINTS, monthly_expiry
from mia_plugins.data.sessions import NS, Session, next_stock_market_day, previous_stock_market_day

OPTION_MULTIPLIER = 100
"""Dollars a point of an index option."""
BASIS = 24.0
"""Points that ES stands above the index."""
WIDTH = 0.12
"""Strikes reach this far from spot, as a share of it."""
FINE, COARSE = 5.0, 25.0
"""Distance of strikes within 3 % of spot, and beyond, in points."""
NET_GAMMA = 5e9
"""Dollars a move of 1 % that dealers have to trade under a fixed gamma regime."""
MOST_GAMMA = 5e9
"""More than this is hedged elsewhere; beyond, short gamma would feed on itself without end."""
TILT = 0.12
"""Standard deviation of the log ratio by which a day's calls outweigh its puts."""
QUOTED_AFTER = 60 * NS
"""How long after regular hours begin the chain is quoted; ns. Until they do the index stands still."""
CELLS, CELL_TICKS = 161, 16
"""The gamma profile around the opening price."""
ROUND = ((100.0, 3.2), (50.0, 2.0), (25.0, 1.4))
"""Strikes at multiples of these points hold so many times the open interest."""


@dataclass(frozen=True, slots=True)
class Chain:
    """One row an option: calls and puts of every strike and expiry, at one time."""

    as_of: int
    """UTC ns."""

    expiry: NDArray[np.datetime64]
    strike: Floats
    """Index points."""
    call: NDArray[np.bool_]
    days: Floats
    """Days to expiry."""
    iv: Floats
    """Implied volatility, as a share of 1."""
    delta: Floats
    gamma: Floats
    bid: Floats
    ask: Floats
    volume: NDArray[np.int64]
    """Of the session before."""
    open_interest: NDArray[np.int64]
    spot: float
    """The index, in points."""

    def net_gex(self, spot: float | None = None) -> float:
        """Return the dealers' gamma at a spot in $ a move of 1 %, calls counted plus and puts minus."""
        return float(self.gex(spot).sum())

    def gex(self, spot: float | None = None) -> Floats:
        """Return each option's part of it, its gamma repriced at the spot."""
        at = self.spot if spot is None else spot
        years = np.maximum(self.days, SHORTEST) / DAYS_A_YEAR
        sign = np.where(self.call, 1.0, -1.0)
        gammas = gamma(at, self.strike, self.iv, years)
        return sign * gammas * self.open_interest * OPTION_MULTIPLIER * at**2 * 0.01


def expiries(day: dt.date) -> list[dt.date]:
    """Return today's, the next day's, the week's and the month's expiry, and the month after."""
    friday = day + dt.timedelta(days=(4 - day.weekday()) % 7)
    weeks = {previous_stock_market_day(friday + dt.timedelta(days=7 * week)) for week in range(2)}
    months = [m for m in _monthly_expiries(day) if m >= day][:3]
    return sorted({day, next_stock_market_day(day), *months} | {week for week in weeks if week >= day})


def _monthly_expiries(day: dt.date) -> list[dt.date]:
    """Return the monthly expiries of a day's month and the three after."""
    months = range(day.month - 1, day.month + 3)
    return [monthly_expiry(day.year + month // 12, month % 12 + 1) for month in months]


def draw_chain(settings: MarketSettings, session: Session, bone: DayBone, level: float) -> Chain:
    """Draw the chain of one session at a given level of implied volatility."""
    rng = stream(settings.seed, "chain", session.day)
    spot = bone.es_open * TICK_POINTS - BASIS
    strikes = _strikes(spot)
    tables = [_one_expiry(rng, (session, expiry), (level, spot), strikes) for expiry in expiries(session.day)]
    expiry, strike, call, days, iv, interest, volume = (
        np.concatenate(column) for column in zip(*tables, strict=True)
    )
    if "zero_open_interest" in settings.scenario_names(session.day):
        interest = np.zeros_like(interest)
    quotes = _quotes((strike, call, iv), days, spot)
    return Chain(session.open, expiry, strike, call, days, iv, *quotes, volume, interest, spot)


def quoted_chain(chain: Chain, session: Session, depth: Depth) -> Chain:
    """Return the day's chain as it is quoted a minute after the opening of the index, along ES's mid.

    Each strike keeps its volatility. On a day without regular hours it stays as it was drawn.
    """
    at = session.rth_open + QUOTED_AFTER
    if not session.has_rth or not len(depth):
        return chain
    last = max(int(np.searchsorted(depth.ts, at, side="right")) - 1, 0)
    mid = (depth.bid_ticks[last, 0] + depth.ask_ticks[last, 0]) / 2
    spot, days = float(mid) * TICK_POINTS - BASIS, chain.days - (at - chain.as_of) / NS / 86400
    delta, gammas, bid, ask = _quotes((chain.strike, chain.call, chain.iv), days, spot)
    return replace(chain, as_of=at, spot=spot, days=days, delta=delta, gamma=gammas, bid=bid, ask=ask)


def _quotes(
    options: tuple[Floats, NDArray[np.bool_], Floats], days: Floats, spot: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return delta, gamma, bid and ask of options: strike, whether a call, volatility."""
    strike, call, iv = options
    years = np.maximum(days, SHORTEST) / DAYS_A_YEAR
    calls, puts = price(spot, strike, iv, years)
    fair = np.where(call, calls, puts).clip(0.05)
    half = np.maximum(0.05, 0.01 * fair)
    delta = normal_cdf(d_one(spot, strike, iv, years)) - np.where(call, 0.0, 1.0)
    return delta, gamma(spot, strike, iv, years), (fair - half).clip(0), fair + half


def _strikes(spot: float) -> Floats:
    fine = np.arange(np.ceil(spot * 0.97 / FINE), spot * 1.03 / FINE) * FINE
    coarse = np.arange(np.ceil(spot * (1 - WIDTH) / COARSE), spot * (1 + WIDTH) / COARSE) * COARSE
    return np.unique(np.concatenate((fine, coarse)))


def _one_expiry(
    rng: np.random.Generator, when: tuple[Session, dt.date], market: tuple[float, float], strikes: Floats
) -> tuple[np.ndarray, ...]:
    """Draw calls and puts of one expiry; puts crowd below spot and calls above, both at round strikes."""
    (session, expiry), (level, spot) = when, market
    left = (session.rth_close - session.open) / NS / 86400 + (expiry - session.day).days
    monthly = expiry == monthly_expiry(expiry.year, expiry.month)
    size = 3000.0 if monthly else 1200.0 if expiry.weekday() == 4 else 750.0
    iv = smile(level, spot, strikes, left)
    width = max(0.012, 0.9 * level * np.sqrt(left / DAYS_A_YEAR))
    interest = []
    for side in (1, -1):
        distance = side * np.log(strikes / spot) / width
        crowd = np.exp(-((distance - 0.8) ** 2) / 2) + 0.04
        noise = rng.lognormal(-0.18, 0.6, len(strikes))
        interest.append(size * crowd * _roundness(strikes) * noise * (1.0 if side > 0 else 1.12))
    tilt = np.exp(TILT * rng.standard_normal())
    open_interest = np.concatenate((interest[0] * tilt, interest[1] / tilt)).astype(np.int64)
    volume = rng.poisson(open_interest * (1.6 if left < 1 else 0.15))
    count = 2 * len(strikes)
    return (
        np.full(count, np.datetime64(expiry)),
        np.tile(strikes, 2),
        np.arange(count) < len(strikes),
        np.full(count, left),
        np.tile(iv, 2),
        open_interest,
        volume,
    )


def _roundness(strikes: Floats) -> Floats:
    weight = np.ones_like(strikes)
    for step, times in reversed(ROUND):
        weight = np.where(strikes % step == 0, times, weight)
    return weight


def hedge_profile(settings: MarketSettings, bone: DayBone, chain: Chain) -> Floats:
    """Return the contracts dealers sell for a tick up, by spot: first tick, ticks a cell, then the cells.

    dN = −GEX · dS / (0.01 · S² · 50): the contracts that undo the change of delta. A market of fewer
    events has proportionally fewer of them.
    """
    if settings.gamma == "off" or settings.null:
        return np.zeros(0)
    first = bone.es_open - CELLS // 2 * CELL_TICKS
    points = (first + CELL_TICKS * (np.arange(CELLS) + 0.5)) * TICK_POINTS
    if settings.gamma == "chain":
        gex = np.array([chain.net_gex(point - BASIS) for point in points])
    else:
        gex = np.full(CELLS, NET_GAMMA if settings.gamma == "positive" else -NET_GAMMA)
    gex = gex.clip(-MOST_GAMMA, MOST_GAMMA) * settings.density
    return np.concatenate(
        ([first, CELL_TICKS], gex * TICK_POINTS / (0.01 * points**2 * PRODUCTS["ES"].multiplier))
    )
