"""What limits are about, and what a run is measured against: by hand, and one trade at a time."""

import datetime as dt
from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
import pytest

from mia_plugins.data.columns import Bars
from mia_plugins.statistics.benchmark import held_of
from mia_plugins.statistics.equity import daily_of
from mia_plugins.statistics.extremes import Extremes, extremes_of, most_at_once
from mia_plugins.statistics.trades import Trades

DATES = tuple(dt.date(2026, 6, day) for day in range(1, 6))
ZERO = Decimal(0)


def trades_of(*rows: tuple[int, int, int, int]) -> Trades:
    """Return trades of open, close, contracts and net, in cents."""
    opened, closed, lots, net = np.array(rows, np.int64).reshape(-1, 4).T
    blank = {field.name: np.zeros(len(rows)) for field in fields(Trades)}
    return replace(Trades(**blank), ts_open=opened, ts_close=closed, lots=lots, net=net)  # type: ignore[arg-type]


def found(trades: Trades, *day: int) -> Extremes:
    places = np.array(day, np.int64)
    return extremes_of(trades, places, daily_of(trades.net, places, DATES, 1_000_000))


def test_by_hand() -> None:
    """The first day ends at +100 and stood at −300 on its way; the third ends at −200, which is less deep."""
    trades = trades_of(
        (0, 5, 1, -30_000), (6, 7, 2, 40_000), (6, 8, 1, -20_000), (7, 9, 1, 0), (9, 10, 1, 500)
    )
    assert found(trades, 0, 0, 2, 2, 3) == Extremes(
        worst_day=DATES[0],
        worst_day_low=Decimal(-300),
        best_day=DATES[0],
        best_day_net=Decimal(100),
        busiest_day=DATES[0],
        busiest_trades=2,
        worst_trade=Decimal(-300),
        contracts=3,
    )


def test_without_trades_and_of_wins_alone() -> None:
    assert found(trades_of()) == Extremes(None, ZERO, None, ZERO, None, 0, ZERO, 0)
    wins = found(trades_of((0, 5, 1, 100), (6, 7, 1, 100)), 1, 1)
    assert (wins.worst_day, wins.worst_day_low, wins.worst_trade, wins.best_day_net) == (
        None,
        ZERO,
        ZERO,
        Decimal(2),
    )


@pytest.mark.parametrize("seed", range(5))
def test_it_is_what_one_trade_after_the_other_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    opened = np.sort(rng.integers(0, 100, 60))
    closed = opened + rng.integers(1, 20, 60)
    lots, net = rng.integers(1, 4, 60), rng.integers(-500, 500, 60)
    order = np.argsort(closed, kind="stable")
    rows = [tuple(map(int, row)) for row in np.column_stack((opened, closed, lots, net))[order]]
    places = [min(4, close // 25) for _, close, _, _ in rows]
    sums, low = [0] * 5, 0
    for place, (*_, one) in zip(places, rows, strict=True):
        sums[place] += one
        low = min(low, sums[place])
    at_once = max(sum(lot for start, end, lot, _ in rows if start <= moment < end) for moment in range(125))
    trades = trades_of(*rows)  # type: ignore[arg-type]
    got = found(trades, *places)
    assert (got.worst_day_low, got.contracts) == (Decimal(low) / 100, at_once)
    assert most_at_once(trades) == at_once
    assert got.best_day_net == max(ZERO, Decimal(max(sums)) / 100)


def bars_of(*rows: tuple[int, int, int]) -> Bars:
    """Return bars of a time, an opening and a close."""
    ts, opened, close = np.array(rows, np.int64).T
    return Bars(
        ts, opened, np.maximum(opened, close), np.minimum(opened, close), close, np.ones(len(ts), np.int64)
    )


def test_the_step_in_price_at_a_roll_is_nobodys_profit() -> None:
    """3 ticks up in the first contract, then 2 down in the next, which stands 50 higher."""
    none = Bars(*(np.empty(0, np.int64) for _ in Bars.__slots__))
    held = held_of([bars_of((1, 100, 101), (2, 101, 103)), none, bars_of((3, 153, 152), (4, 152, 151))], 12.5)
    assert held.ts.tolist() == [1, 2, 3, 4]
    assert held.profit.tolist() == [12.5, 37.5, 25.0, 12.5]
    assert held_of([none], 12.5).profit.tolist() == []
