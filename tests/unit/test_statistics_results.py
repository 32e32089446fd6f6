"""Results of trades, the balance, streaks, excursions and Kelly: by hand."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mia_plugins.data.columns import Quotes
from mia_plugins.data.sessions import NS
from mia_plugins.runtime.account import RoundTrip
from mia_plugins.statistics.activity import covered, r_distribution, spread_of, streaks
from mia_plugins.statistics.equity import daily_of, drawdown_of, equity_of, return_figures
from mia_plugins.statistics.figures import Ints
from mia_plugins.statistics.intervals import Resamples, wilson
from mia_plugins.statistics.judgement import ranks, spearman
from mia_plugins.statistics.kelly import kelly_of
from mia_plugins.statistics.results import TradeFigures, trade_figures

DAY = 86_400 * NS
money = st.lists(st.integers(-100_000, 100_000), max_size=60)


def cents(*values: int) -> Ints:
    return np.array(values, np.int64)


def figures(*net: int, days: int = 1) -> TradeFigures:
    found = cents(*net)
    return trade_figures(found, found / 1000, np.zeros(len(net), np.int64), days, None)


def test_trades_by_hand() -> None:
    found = figures(1000, -500, 3000, -500, 0)
    assert (found.trades, found.wins, found.losses, found.net) == (5, 2, 2, Decimal("30.00"))
    assert found.win_rate.value == pytest.approx(0.4)
    assert (found.win_rate.low, found.win_rate.high) == pytest.approx(wilson(2, 5))
    assert found.average_win.value == pytest.approx(20)
    assert found.average_loss.value == pytest.approx(-5)
    assert found.payoff.value == pytest.approx(4)
    assert found.profit_factor.value == pytest.approx(4)
    assert found.expectancy.value == pytest.approx(6)
    assert found.expectancy_r.value == pytest.approx(0.6)
    assert "too few" in found.expectancy.note


@pytest.mark.parametrize(
    ("net", "unknown"),
    [
        (
            (),
            {
                "win_rate",
                "average_win",
                "average_loss",
                "payoff",
                "profit_factor",
                "expectancy",
                "expectancy_r",
            },
        ),
        ((100,), {"average_loss", "payoff", "profit_factor"}),
        ((100, 200), {"average_loss", "payoff", "profit_factor"}),
        ((-100, -200), {"average_win", "payoff"}),
        ((0,), {"average_win", "average_loss", "payoff", "profit_factor"}),
    ],
)
def test_what_is_not_defined_says_why(net: tuple[int, ...], unknown: set[str]) -> None:
    found = figures(*net)
    shown = {
        name: one for name, one in vars(found).items() if name not in {"trades", "wins", "losses", "net"}
    }
    assert {name for name, one in shown.items() if one.value is None} == unknown
    assert all(one.note for name, one in shown.items() if name in unknown)


@given(money)
def test_money_adds_up_to_the_cent_and_mirrors(net: list[int]) -> None:
    one, other = figures(*net), figures(*(-n for n in net))
    assert one.net == Decimal(sum(net)).scaleb(-2) == -other.net
    assert (one.wins, one.losses) == (other.losses, other.wins)
    if one.wins and one.losses:
        assert one.profit_factor.value == pytest.approx(1 / (other.profit_factor.value or 0))
        assert one.payoff.value == pytest.approx(1 / (other.payoff.value or 0))


def test_intervals_come_from_days() -> None:
    rng = np.random.default_rng(1)
    net, day = rng.integers(-5000, 6000, 200), np.repeat(np.arange(40), 5)
    found = trade_figures(net, net / 1000, day, 40, Resamples.of(40))
    for one in (found.expectancy, found.profit_factor, found.payoff, found.expectancy_r, found.average_win):
        assert one.value is not None
        assert one.low is not None
        assert one.high is not None
        assert one.low < one.value < one.high
    mixed = rng.permutation(200)
    again = trade_figures(net[mixed], net[mixed] / 1000, day[mixed], 40, Resamples.of(40))
    assert again.expectancy.low == pytest.approx(found.expectancy.low)


def test_days_without_a_trade_count() -> None:
    days = tuple(dt.date(2026, 6, 1) + dt.timedelta(days=n) for n in range(4))
    found = daily_of(cents(100_00, -50_00, 10_00), cents(0, 0, 2), days, 1000_00)
    assert found.net.tolist() == [50_00, 0, 10_00, 0]
    assert found.trades.tolist() == [2, 0, 1, 0]
    assert found.balance.tolist() == [1050_00, 1050_00, 1060_00, 1060_00]
    assert found.returns == pytest.approx([0.05, 0, 10 / 1050, 0])
    assert np.prod(1 + found.returns) * 1000 == pytest.approx(1060)


def test_after_the_balance_is_gone_there_are_no_returns() -> None:
    days = tuple(dt.date(2026, 6, 1) + dt.timedelta(days=n) for n in range(3))
    found = daily_of(cents(-200_00, 500_00), cents(0, 1), days, 100_00)
    assert np.isnan(found.returns).tolist() == [False, True, True]
    assert "0 or below" in return_figures(found.returns, None).total.note


def test_a_fall_and_its_recovery() -> None:
    ts = cents(*(n * DAY for n in range(1, 7)))
    found = drawdown_of(equity_of(ts, cents(100, -300, -100, 250, 150, -10), 1000), 1000, 0)
    assert found.amount == Decimal("4.00")
    assert found.share == pytest.approx(400 / 1100)
    assert (found.ts_peak, found.ts_bottom, found.ts_recovered) == (DAY, 3 * DAY, 5 * DAY)
    assert (found.fall_days, found.recovery_days, found.longest_days) == (2, 2, 4)


def test_a_fall_from_the_capital_that_lasts() -> None:
    found = drawdown_of(equity_of(cents(DAY, 2 * DAY), cents(-10, 5), 1000), 1000, 0)
    assert (found.ts_peak, found.ts_recovered, found.recovery_days) == (0, None, None)
    assert (found.amount, found.longest_days) == (Decimal("0.10"), 2)


@pytest.mark.parametrize("net", [(), (5,), (5, 0, 7)])
def test_without_a_fall(net: tuple[int, ...]) -> None:
    ts = cents(*(n * DAY for n in range(1, len(net) + 1)))
    found = drawdown_of(equity_of(ts, cents(*net), 1000), 1000, 0)
    assert found.amount == 0
    assert (found.share, found.ts_peak, found.longest_days) == (0, None, 0)


@given(money)
def test_the_fall_is_what_a_loop_finds(net: list[int]) -> None:
    peak = balance = 10**6
    worst = 0
    for one in net:
        balance += one
        peak = max(peak, balance)
        worst = max(worst, peak - balance)
    ts = np.arange(1, len(net) + 1, dtype=np.int64)
    assert drawdown_of(equity_of(ts, cents(*net), 10**6), 10**6, 0).amount == Decimal(worst).scaleb(-2)


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        ((), (0, 0, 0)),
        ((5,), (1, 0, 1)),
        ((5, 6, -1, -2, -3, 4), (2, 3, 1)),
        ((-1, 0, -1, -1), (0, 2, -2)),
        ((1, 0), (1, 0, 0)),
    ],
)
def test_streaks(net: tuple[int, ...], expected: tuple[int, int, int]) -> None:
    assert streaks(cents(*net)) == expected


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=12))
def test_time_with_several_positions_counts_once(spans: list[tuple[int, int]]) -> None:
    start, end = cents(*(at for at, _ in spans)), cents(*(at + length for at, length in spans))
    held = {moment for at, length in spans for moment in range(at, at + length)}
    assert covered(start, end) == len(held)


def test_results_in_r_are_all_in_a_bin() -> None:
    found = r_distribution(np.array([-9.0, -1.0, 0.0, 0.1, 2.0, 99.0, np.nan]))
    assert found.histogram.counts.sum() == found.spread.count == 6
    assert dict(zip(found.histogram.edges.tolist(), found.histogram.counts.tolist(), strict=False))[0.0] == 2
    assert spread_of(np.array([np.nan])).mean is None


def test_kelly_by_hand() -> None:
    results = np.array([2.0] * 120 + [-1.0] * 80)
    found = kelly_of(results)
    p = wilson(120, 200)[0]
    assert found.p == pytest.approx(p)
    assert found.b == pytest.approx(2)
    assert found.f == pytest.approx(p - (1 - p) / 2)
    assert found.risk == pytest.approx((p - (1 - p) / 2) / 4)
    assert found.reason == ""
    assert kelly_of(1000 * results) == found
    assert kelly_of(np.concatenate((np.full(500, -9.0), results))) == found


@pytest.mark.parametrize(
    ("results", "risk", "reason"),
    [
        ([], 0.005, ""),
        ([1.0] * 49, 0.005, ""),
        ([-1.0] * 50, 0, "kelly_zero"),
        ([1.0, -1.0] * 100, 0, "kelly_zero"),
        ([1.0] * 50, wilson(50, 50)[0] / 4, ""),
    ],
)
def test_kelly_at_its_edges(results: list[float], risk: float, reason: str) -> None:
    found = kelly_of(np.array(results))
    assert found.risk == pytest.approx(risk)
    assert found.reason == reason


@settings(deadline=None)  # the first call imports scipy
@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=10, max_size=40))
def test_rank_correlation_as_pandas_has_it(pairs: list[tuple[int, int]]) -> None:
    x, y = np.array(pairs, np.float64).T
    assert ranks(x).tolist() == pd.Series(x).rank().tolist()
    found = spearman(x, y, np.zeros(len(x), np.int64), 1, None)
    if x.std() and y.std():
        assert found.value == pytest.approx(pd.Series(x).corr(pd.Series(y), method="spearman"), abs=1e-9)
        bent = spearman(np.exp(x), y**3, np.zeros(len(x), np.int64), 1, None)
        assert bent.value == pytest.approx(found.value, abs=1e-9)
    else:
        assert found.value is None


def test_rank_correlation_needs_some_decisions() -> None:
    assert "too few" in spearman(np.arange(9.0), np.arange(9.0), np.zeros(9, np.int64), 1, None).note


@pytest.mark.parametrize(("side", "leave", "expected"), [(1, 106, (3, 6)), (-1, 105, (5, 2))])
def test_excursions_of_what_is_held(side: int, leave: int, expected: tuple[int, int]) -> None:
    """From 100, bids of 97 to 104 and asks of 98 to 105; quotes at the fills themselves do not count."""
    trip = RoundTrip(1, 10, side, ts_close=15)
    ts, bids = cents(10, 11, 12, 13, 15), cents(1, 100, 97, 104, 200)
    for part in (slice(0, 2), slice(2, 5)):
        trip.see(Quotes(ts[part], bids[part], bids[part] + 1, bids[part], bids[part]))
    assert trip.excursions(100, leave) == expected


def test_without_a_quote_the_exit_says_it() -> None:
    assert RoundTrip(1, 10, 1).excursions(100, 96) == (4, 0)
    assert RoundTrip(1, 10, -1).excursions(100, 96) == (0, 4)
