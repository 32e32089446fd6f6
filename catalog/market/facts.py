"""What is measured of one day, small enough to keep for a year: returns, flows, counts."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from catalog.market.contracts import Instrument
from catalog.market.day import MarketDay
from mia_plugins.data.columns import Depth, Trades
from mia_plugins.data.sessions import NS, Session

Floats = NDArray[np.float64]
HALF_HOUR = 1800
"""Seconds over which one regression of the flow runs: the book's depth hardly changes within."""


@dataclass(frozen=True, slots=True)
class DayFacts:
    """One instrument, one day."""

    one_tick_share: float
    """Share of the session's time with a spread of one tick."""
    second_mids: Floats
    """Mid of the whole session at full seconds, in ticks."""
    rth_seconds: tuple[int, int]
    """Where the regular hours lie among them."""
    r2_ofi_10s: Floats
    """R² of the mid's change on the order flow imbalance, by half hour of the regular hours."""
    r2_ofi_1min: Floats
    r2_trades_1min: Floats
    """The same on the trade imbalance."""
    price_change_acf: float
    sign_acf: float
    gap_cv: Floats
    """Coefficient of variation of the times between trades, by hour of the regular hours."""
    second_volume: Floats
    """Contracts by second of the session."""
    second_trades: Floats
    """Trades by second of the session."""
    one_lot_share: float
    prints_100: tuple[int, int]
    """Prints of 100 contracts or more, in the regular hours and outside."""
    prints_500: tuple[int, int]

    @property
    def minute_changes(self) -> Floats:
        """Return the one-minute changes of the mid in the regular hours, in ticks."""
        first, last = self.rth_seconds
        return np.diff(self.second_mids[first : last + 1 : 60])


def day_facts(day: MarketDay, instrument: Instrument) -> DayFacts:
    """Measure one instrument's day."""
    data, session = day.instruments[instrument], day.session
    trades, depth = data.trades, data.depth
    rth = (
        (session.rth_open - session.open) // NS,
        (session.rth_close - session.open) // NS,
    )
    mids = _at_seconds(depth.ts, (depth.bid_ticks[:, 0] + depth.ask_ticks[:, 0]) / 2, session)
    ofi = _by_second(depth.ts[1:], order_flow_imbalance(depth), session)
    imbalance = _by_second(trades.ts, (trades.lots * trades.side).astype(float), session)
    return DayFacts(
        one_tick_share=_one_tick_share(depth),
        second_mids=mids,
        rth_seconds=rth,
        r2_ofi_10s=_half_hour_r2(mids, ofi, rth, 10),
        r2_ofi_1min=_half_hour_r2(mids, ofi, rth, 60),
        r2_trades_1min=_half_hour_r2(mids, imbalance, rth, 60),
        price_change_acf=autocorrelation(np.diff(trades.ticks).astype(float), 1),
        sign_acf=autocorrelation(trades.side.astype(float), 1),
        gap_cv=_gap_cv(trades.ts, session),
        second_volume=_by_second(trades.ts, trades.lots.astype(float), session),
        second_trades=_by_second(trades.ts, np.ones(len(trades)), session),
        one_lot_share=float(np.mean(trades.lots == 1)),
        prints_100=_prints(trades, session, 100),
        prints_500=_prints(trades, session, 500),
    )


def order_flow_imbalance(depth: Depth) -> Floats:
    """Return each update's contribution to the order flow imbalance of the best quotes, in contracts."""
    bid, bid_lots = depth.bid_ticks[:, 0], depth.bid_lots[:, 0]
    ask, ask_lots = depth.ask_ticks[:, 0], depth.ask_lots[:, 0]
    bids = (bid[1:] >= bid[:-1]) * bid_lots[1:] - (bid[1:] <= bid[:-1]) * bid_lots[:-1]
    asks = (ask[1:] >= ask[:-1]) * ask_lots[:-1] - (ask[1:] <= ask[:-1]) * ask_lots[1:]
    return (bids + asks).astype(float)


def autocorrelation(values: Floats, lag: int) -> float:
    """Return the autocorrelation at a lag."""
    centred = values - values.mean()
    return float(np.mean(centred[lag:] * centred[:-lag]) / np.mean(centred**2))


def _at_seconds(ts: NDArray[np.int64], values: Floats, session: Session) -> Floats:
    """Return the last value known at each full second."""
    seconds = session.open + np.arange(session.seconds + 1) * NS
    known: Floats = values[(np.searchsorted(ts, seconds, side="right") - 1).clip(0)]
    return known


def _by_second(ts: NDArray[np.int64], values: Floats, session: Session) -> Floats:
    """Return the sum of the values of each second; a datum at a full second belongs to the one it ends."""
    second = (ts - session.open - 1) // NS
    sums: Floats = np.bincount(second.clip(0, session.seconds - 1), values, session.seconds)
    return sums


def _half_hour_r2(mids: Floats, flow: Floats, rth: tuple[int, int], step: int) -> Floats:
    values = []
    for first in range(rth[0], rth[1] - HALF_HOUR + 1, HALF_HOUR):
        changes = np.diff(mids[first : first + HALF_HOUR + 1 : step])
        sums = flow[first : first + HALF_HOUR].reshape(-1, step).sum(1)
        if changes.std() > 0 and sums.std() > 0:
            values.append(float(np.corrcoef(changes, sums)[0, 1]) ** 2)
    return np.array(values)


def _one_tick_share(depth: Depth) -> float:
    lasted = np.diff(depth.ts)
    return float(np.sum(lasted[depth.ask_ticks[:-1, 0] - depth.bid_ticks[:-1, 0] == 1]) / lasted.sum())


def _gap_cv(ts: NDArray[np.int64], session: Session) -> Floats:
    edges = np.searchsorted(ts, np.arange(session.rth_open, session.rth_close + 1, 3600 * NS))
    gaps = [np.diff(ts[a:b]) for a, b in pairwise(edges) if b - a > 100]
    return np.array([gap.std() / gap.mean() for gap in gaps])


def _prints(trades: Trades, session: Session, least: int) -> tuple[int, int]:
    large = trades.ts[trades.lots >= least]
    inside = int(np.sum((large >= session.rth_open) & (large < session.rth_close)))
    return inside, len(large) - inside
