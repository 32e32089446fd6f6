"""Where there is nothing to find nobody makes too much of it; who looks ahead is found out; a planted edge is found."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from catalog.generation import first_days
from catalog.market.control import (
    CLAIMS,
    LEAST_PLANTED,
    LEAST_TRADES,
    DayOfTrading,
    Verdict,
    one_sided_99,
    result_at_mid,
    too_good,
    verdicts,
)
from catalog.market.day import generate_day
from catalog.market.martingale import paths_of
from catalog.market.settings import PRESETS, Edge, MarketSettings
from catalog.market.trial import Trial
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from mia_plugins.units import Multiple

LIGHT = PRESETS["year"][0]
TINY = LIGHT.model_copy(update={"density": Multiple(0.02)})
DAYS = 10
TRADES = 400
"""A day, of who is tried."""


def ints(*numbers: int) -> Any:
    return np.array(numbers, np.int64)


def test_a_result_at_mid_by_hand() -> None:
    """Bought two at 100.5 and sold them at 103 and 102: 4 t, whatever was paid and got for them."""
    quotes, mids = ints(10, 20, 30, 40), np.array([100.5, 101.0, 103.0, 102.0])
    assert result_at_mid(ints(2, -1, -1), ints(12, 30, 99), quotes, mids) == 4.0
    assert result_at_mid(ints(-2, 1, 1), ints(12, 30, 99), quotes, mids) == -4.0
    assert result_at_mid(ints(), ints(), quotes, mids) == 0.0
    with pytest.raises(ValueError, match="leave \\+1 contracts open"):
        result_at_mid(ints(2, -1), ints(12, 30), quotes, mids)
    with pytest.raises(ValueError, match="before the first quote"):
        result_at_mid(ints(1, -1), ints(9, 30), quotes, mids)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-80, 80), min_size=3, max_size=40))
def test_the_probability_is_students(results: list[int]) -> None:
    rows = [DayOfTrading(f"{day:03}", "x", 10, float(one), 0.0) for day, one in enumerate(results)]
    (found,) = verdicts(rows)
    assert found.at_mid == pytest.approx(np.mean(results))
    if np.std(results):
        wanted = stats.ttest_1samp(results, 0, alternative="greater")
        assert found.p == pytest.approx(wanted.pvalue, abs=1e-6)
        low = wanted.confidence_interval(0.99).low * len(results) / found.trades
        assert found.bound == pytest.approx(low, rel=1e-4, abs=1e-6)
    else:
        assert (found.p, found.is_tested) == (1.0, False)


def test_the_bound_is_at_99_of_100() -> None:
    assert [one_sided_99(n) for n in (5, 199)] == pytest.approx([3.3649, 2.3452], abs=1e-3)


def of_p(name: str, t: float, trades: int = LEAST_TRADES) -> Verdict:
    return Verdict(name, trades, 1_000, t, 1.0, 0.0)


def test_holm_over_those_that_traded_enough() -> None:
    """One-sided at .01: t of 2.58 is .005, half of it. Losing too much is no foresight."""
    assert [one.strategy for one in too_good([of_p("a", 2.6), of_p("b", 0.0)])] == ["a"]
    assert too_good([of_p("a", 2.5), of_p("b", 0.0)]) == []
    assert too_good([of_p("a", -9.0), of_p("b", 0.0)]) == []
    # With 99 trades it is not tested, and costs the others nothing.
    assert [one.strategy for one in too_good([of_p("a", 2.5), of_p("b", 0.0, 99)])] == ["a"]
    assert too_good([of_p("a", 9.0, 99)]) == []
    # Once the first is found, the second is asked for .01 alone.
    assert {one.strategy for one in too_good([of_p("a", 5.0), of_p("b", 2.4)])} == {"a", "b"}


def test_a_day_without_a_trade_is_a_day() -> None:
    rows = [DayOfTrading("1", "a", 60, 10.0, 1.0), DayOfTrading("2", "b", 60, 4.0, 1.0)]
    assert {one.strategy: (one.days, one.at_mid) for one in verdicts(rows)} == {"a": (2, 5.0), "b": (2, 2.0)}
    with pytest.raises(ValueError, match="two results of a for one day"):
        verdicts([rows[0], rows[0]])


@cache
def null_mids() -> list[Any]:
    """Return ES's mids by the half second, in ticks, of ten days."""
    market = TINY.model_copy(update={"null": True})
    return [
        paths_of(generate_day(market, session))["ES"].mids for session in first_days(TINY.first_day, DAYS)
    ]


def foresight(share: float) -> list[DayOfTrading]:
    """Return ten days of trades of a minute on the null market, of which a share knew where it would go."""
    drawn, rows = np.random.default_rng(4), []
    for number, mids in enumerate(null_mids()):
        at = drawn.choice(len(mids) - 120, TRADES, replace=False)
        moves = mids[at + 120] - mids[at]
        sides = np.where(drawn.random(TRADES) < share, np.sign(moves), drawn.choice([-1, 1], TRADES))
        rows.append(DayOfTrading(str(number), "x", TRADES, float((sides * moves).sum()), 0.0))
    return rows


def test_who_looks_ahead_now_and_then_is_found_out_and_who_does_not_is_not() -> None:
    assert too_good(verdicts(foresight(0.0))) == []
    assert len(too_good(verdicts(foresight(0.5)))) == 1


def traded(market: MarketSettings, name: str, days: int) -> Verdict:
    (found,) = verdicts(
        Trial(market, [{"strategies": {name: {}}}]).results(first_days(market.first_day, days))
    )
    assert found.days == days
    # What is left out at mid is what trading costs: of a round trip 2.36 t of slippage and fees, and the spread.
    assert found.trades > 10
    assert 2.8 < (found.at_mid - found.net) * days / found.trades < 8
    return found


def test_on_ten_null_days_nothing_is_made_of_nothing() -> None:
    found = traded(TINY.model_copy(update={"null": True}), "battle_navale", DAYS)
    assert found.is_tested
    assert too_good([found]) == []
    assert abs(found.at_mid) < 3 * found.error


def test_ten_days_with_something_planted_are_traded_by_who_claims_it() -> None:
    """So few trades prove nothing; that it is found is the long test's, and the command's."""
    found = traded(TINY.model_copy(update={"edge": Edge()}), CLAIMS["iceberg"], DAYS)
    assert abs(found.at_mid - found.trades / DAYS * Edge().worth) < 3 * found.error


def test_who_claims_an_event_is_there() -> None:
    assert set(CLAIMS.values()) <= set(PluginHost.discover().registry.names(Kind.STRATEGIES))


@pytest.mark.long
def test_four_planted_ticks_are_found_by_who_claims_them() -> None:
    days = [day for day in first_days(LIGHT.first_day, 125) if day.day.month != 1]
    pieces = [days[first : first + 12] for first in range(0, len(days), 12)]
    trial = Trial(LIGHT.model_copy(update={"edge": Edge()}), [{"strategies": {CLAIMS["iceberg"]: {}}}])
    (found,) = verdicts([row for piece in pieces for row in trial.results(piece)])
    assert found.trades >= LEAST_PLANTED
    assert found.bound > 0
