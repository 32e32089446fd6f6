"""How much and how long was held, in what streaks trades came, and how their results in R are spread."""

from dataclasses import dataclass

import numpy as np

from mia_plugins.data.sessions import NS
from mia_plugins.statistics.figures import Floats, Ints
from mia_plugins.statistics.trades import Days, Trades

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Spread:
    """How numbers are spread."""

    count: int
    """How many there are."""
    mean: float | None
    """Their mean; None of none."""
    quantiles: tuple[float, ...]
    """The 5, 25, 50, 75 and 95 % quantiles, linearly interpolated."""


@dataclass(frozen=True)
class Activity:
    """How much and how long was held."""

    exposure: float | None
    """Time with a position / time of the sessions, from 0 to 1; several at once count once."""
    contracts: int
    """Contracts bought and sold."""
    turnover: float | None
    """Value bought and sold / mean balance at the days' ends, a trading day."""
    trades_a_day: float | None
    """Trades / trading days."""
    holding: Spread
    """How long trades were held, in s."""
    holding_wins: Spread
    """How long wins were held, in s."""
    holding_losses: Spread
    """How long losses were held, in s."""
    longest_wins: int
    """The most wins one after the other."""
    longest_losses: int
    """The most losses one after the other."""
    streak: int
    """How many of one kind the run ended with: above 0 wins, below 0 losses."""


@dataclass(frozen=True)
class Histogram:
    """How many fell into each bin."""

    edges: Floats
    """The bins' ends, one more than bins."""
    counts: Ints
    """How many lie in each: its lower end belongs to it, and the upper end of the last."""


@dataclass(frozen=True)
class RDistribution:
    """The results of trades in R, after costs."""

    spread: Spread
    """Their count, mean and quantiles."""
    histogram: Histogram
    """In bins of a quarter R from −5 to 10; what lies outside is in the first and the last."""


def spread_of(values: Floats) -> Spread:
    """Return how numbers are spread; those that are none are left out."""
    known = values[np.isfinite(values)]
    if not len(known):
        return Spread(0, None, ())
    return Spread(len(known), float(known.mean()), tuple(float(q) for q in np.quantile(known, QUANTILES)))


def quantile(spread: Spread, share: float) -> float | None:
    """Return one of the quantiles of a spread; None of none."""
    return spread.quantiles[QUANTILES.index(share)] if spread.quantiles else None


def r_distribution(r: Floats) -> RDistribution:
    """Return how results in R are spread."""
    edges = np.arange(-20, 41) / 4
    counts, _ = np.histogram(np.clip(r[np.isfinite(r)], edges[0], edges[-1]), edges)
    return RDistribution(spread_of(r), Histogram(edges, counts.astype(np.int64)))


def activity_of(trades: Trades, days: Days, balance: Ints) -> Activity:
    """Return how much and how long was held; `balance` is that of the days' ends, in cents."""
    held = (trades.ts_close - trades.ts_open) / NS
    open_ns = sum(session.close - session.open for session in days.sessions)
    value = float(((trades.entry + trades.leave) * trades.lots * trades.tick_value).sum())
    mean = float(balance.mean()) / 100 if len(balance) else 0.0
    wins, losses, last = streaks(trades.net)
    return Activity(
        exposure=covered(trades.ts_open, trades.ts_close) / open_ns if open_ns else None,
        contracts=2 * int(trades.lots.sum()),
        turnover=value / mean / len(days) if mean > 0 else None,
        trades_a_day=len(trades) / len(days) if len(days) else None,
        holding=spread_of(held),
        holding_wins=spread_of(held[trades.net > 0]),
        holding_losses=spread_of(held[trades.net < 0]),
        longest_wins=wins,
        longest_losses=losses,
        streak=last,
    )


def covered(start: Ints, end: Ints) -> int:
    """Return the length of the union of spans."""
    order = np.argsort(start, kind="stable")
    begins, ends = start[order], end[order]
    reached = np.maximum.accumulate(ends)
    before = np.concatenate((begins[:1], reached[:-1]))
    return int(np.maximum(0, ends - np.maximum(begins, before)).sum())


def streaks(net: Ints) -> tuple[int, int, int]:
    """Return the most wins and the most losses in a row, and the last streak, negative of losses."""
    signs = np.sign(net)
    if not len(signs):
        return 0, 0, 0
    begins = np.concatenate(([0], (np.diff(signs) != 0).nonzero()[0] + 1))
    lengths = np.diff(np.append(begins, len(signs)))
    kinds = signs[begins]
    wins, losses = (int(lengths[kinds == kind].max(initial=0)) for kind in (1, -1))
    return wins, losses, int(kinds[-1] * lengths[-1])
