"""What trades came to: rates, averages and ratios, each with an interval from the days they fell on."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from mia_plugins.statistics.figures import TOO_FEW_DAYS, Figure, Floats, Ints, dollars, figure, ratio
from mia_plugins.statistics.intervals import Resamples, interval_of, wilson

_NO_TRADE = "no trade"
_WHY = {
    "average_win": "no winning trade",
    "average_loss": "no losing trade",
    "payoff": "trades of one kind only",
    "profit_factor": "no losing trade",
    "expectancy_r": "no trade with a known stop",
}


@dataclass(frozen=True)
class TradeFigures:
    """What some trades came to."""

    trades: int
    """Round trips that were closed."""
    wins: int
    """Those with more than 0 $ after costs."""
    losses: int
    """Those with less than 0 $ after costs."""
    net: Decimal
    """Profit or loss after costs, in $."""
    win_rate: Figure
    """wins / trades, from 0 to 1; Wilson's interval."""
    average_win: Figure
    """Mean of the wins, in $."""
    average_loss: Figure
    """Mean of the losses, in $: below 0."""
    payoff: Figure
    """Average win / size of the average loss."""
    profit_factor: Figure
    """Sum of the wins / size of the sum of the losses."""
    expectancy: Figure
    """Mean result of a trade, in $."""
    expectancy_r: Figure
    """Mean result of a trade, in R: net / (distance from entry to stop · contracts · tick value)."""


def trade_figures(net: Ints, r: Floats, day: Ints, days: int, resamples: Resamples | None) -> TradeFigures:
    """Return what trades came to, of their results in cents and in R, and the places of their days."""
    by_day = day_sums(_columns(net, r), day, days)
    values = _ratios(by_day.sum(axis=0))
    drawn = _ratios(resamples.sums(by_day)) if resamples and len(net) else {}
    shown = {
        name: figure(
            float(value),
            interval_of(drawn[name]) if name in drawn else None,
            "" if resamples else TOO_FEW_DAYS,
            _WHY.get(name, _NO_TRADE) if len(net) else _NO_TRADE,
        )
        for name, value in values.items()
    }
    wins = int((net > 0).sum())
    rate = figure(float(ratio(wins, len(net))), wilson(wins, len(net)), undefined=_NO_TRADE)
    return TradeFigures(len(net), wins, int((net < 0).sum()), dollars(int(net.sum())), win_rate=rate, **shown)


def day_sums(columns: Floats, day: Ints, days: int) -> Floats:
    """Return the sums of columns over each day: a row a day."""
    found = np.zeros((days, columns.shape[1]))
    for number, column in enumerate(columns.T):
        found[:, number] = np.bincount(day, weights=column, minlength=days) if days else 0
    return found


def mean_figure(
    values: Floats, day: Ints, days: int, resamples: Resamples | None, why: str = _NO_TRADE
) -> Figure:
    """Return the mean of what fell on days, with an interval from the days."""
    by_day = day_sums(np.column_stack((values, np.ones(len(values)))), day, days)
    total, count = by_day.sum(axis=0)
    drawn = None
    if resamples and len(values):
        sums = resamples.sums(by_day)
        drawn = interval_of(ratio(sums[:, 0], sums[:, 1]))
    note = "too few of the days hold one" if resamples else TOO_FEW_DAYS
    return figure(float(ratio(total, count)), drawn, note, why)


def _columns(net: Ints, r: Floats) -> Floats:
    """Return what the ratios are made of: 1, $, won, $ won, lost, $ lost, R is known, R."""
    money, known = net / 100, np.isfinite(r)
    won, lost = net > 0, net < 0
    return np.column_stack(
        (np.ones(len(net)), money, won, money * won, lost, money * lost, known, np.where(known, r, 0.0))
    )


def _ratios(sums: Floats) -> Mapping[str, Floats]:
    """Return the ratios of sums, along the last axis in the order of `_columns`."""
    count, net, wins, won, losses, lost, known, r = np.moveaxis(sums, -1, 0)
    average_win, average_loss = ratio(won, wins), ratio(lost, losses)
    return {
        "average_win": average_win,
        "average_loss": average_loss,
        "payoff": ratio(average_win, -average_loss),
        "profit_factor": ratio(won, -lost),
        "expectancy": ratio(net, count),
        "expectancy_r": ratio(r, known),
    }
