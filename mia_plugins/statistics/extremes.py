"""The most and the worst that limits are about, as a run came to them."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from mia_plugins.statistics.equity import Daily
from mia_plugins.statistics.figures import Ints, dollars
from mia_plugins.statistics.trades import Trades


@dataclass(frozen=True)
class Extremes:
    """How far a run went in what limits are set to."""

    worst_day: dt.date | None
    """The day on which closed trades stood at their lowest sum; None where none was below 0."""
    worst_day_low: Decimal
    """That lowest sum, in $: within the day, and not at its end."""
    best_day: dt.date | None
    """The day with the highest profit at its end; None where none had one."""
    best_day_net: Decimal
    """That profit, in $."""
    busiest_day: dt.date | None
    """The day on which the most trades were closed; None without trades."""
    busiest_trades: int
    """How many."""
    worst_trade: Decimal
    """The largest loss of a trade, in $: 0 or less."""
    contracts: int
    """The most contracts held at once, whatever their side and product."""


def extremes_of(trades: Trades, day: Ints, daily: Daily) -> Extremes:
    """Return how far a run went, of its trades and the places of their days."""
    if not len(trades) or not len(daily.days):
        zero = dollars(0)
        return Extremes(None, zero, None, zero, None, 0, zero, most_at_once(trades))
    total = np.cumsum(trades.net)
    begins = np.searchsorted(day, day, side="left")
    within = total - (total - trades.net)[begins]
    low, best, busiest = int(within.argmin()), int(daily.net.argmax()), int(daily.trades.argmax())
    return Extremes(
        worst_day=daily.days[day[low]] if within[low] < 0 else None,
        worst_day_low=dollars(min(0, int(within[low]))),
        best_day=daily.days[best] if daily.net[best] > 0 else None,
        best_day_net=dollars(max(0, int(daily.net[best]))),
        busiest_day=daily.days[busiest],
        busiest_trades=int(daily.trades[busiest]),
        worst_trade=dollars(min(0, int(trades.net.min()))),
        contracts=most_at_once(trades),
    )


def most_at_once(trades: Trades) -> int:
    """Return the most contracts held at once; what ends when another begins is not held with it."""
    ts = np.concatenate((trades.ts_close, trades.ts_open))
    lots = np.concatenate((-trades.lots, trades.lots))
    return int(np.cumsum(lots[np.argsort(ts, kind="stable")]).max(initial=0))
