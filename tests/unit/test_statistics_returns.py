"""Figures of returns: closed forms, an independent package, and how they change with what they are made of."""

from collections.abc import Callable

import empyrical
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mia_plugins.statistics import returns as figures
from mia_plugins.statistics.figures import Floats

ALL: list[Callable[[Floats], Floats]] = [
    figures.total_return,
    figures.annual_return,
    figures.volatility,
    figures.sharpe,
    figures.downside_deviation,
    figures.sortino,
    figures.max_drawdown,
    figures.calmar,
    figures.skewness,
    figures.kurtosis,
    figures.value_at_risk,
    figures.expected_shortfall,
    figures.value_at_risk_cf,
    figures.expected_shortfall_cf,
]
SCALED = [
    figures.volatility,
    figures.downside_deviation,
    figures.value_at_risk,
    figures.expected_shortfall,
    figures.value_at_risk_cf,
    figures.expected_shortfall_cf,
]
UNCHANGED = [figures.sharpe, figures.sortino, figures.skewness, figures.kurtosis]
IN_ANY_ORDER = [f for f in ALL if f not in {figures.max_drawdown, figures.calmar}]

some_returns = arrays(
    np.float64, st.integers(5, 40), elements=st.integers(-500, 500).map(lambda n: n / 10_000)
).filter(lambda r: r.std() > 1e-3 and r.min() < -0.001)


def noise(days: int = 400, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).standard_t(4, days) * 0.01 + 0.0005


@pytest.mark.parametrize(
    ("ours", "theirs", "sign"),
    [
        (figures.total_return, empyrical.cum_returns_final, 1),
        (figures.annual_return, empyrical.annual_return, 1),
        (figures.sharpe, empyrical.sharpe_ratio, 1),
        (figures.sortino, empyrical.sortino_ratio, 1),
        (figures.calmar, empyrical.calmar_ratio, 1),
        (figures.max_drawdown, empyrical.max_drawdown, -1),
        (figures.downside_deviation, empyrical.downside_risk, 1),
        (figures.value_at_risk, empyrical.value_at_risk, -1),
    ],
)
@pytest.mark.parametrize("seed", range(5))
def test_an_independent_package_says_the_same(
    ours: Callable[[Floats], Floats], theirs: Callable[[Floats], float], sign: int, seed: int
) -> None:
    returns = noise(60 + 40 * seed, seed)
    assert float(ours(returns)) == pytest.approx(sign * theirs(returns), rel=1e-9)


def test_expected_shortfall_as_the_independent_package_cuts_it() -> None:
    returns = noise(401)  # at whole positions of the quantile both cut alike
    assert figures.expected_shortfall(returns) == pytest.approx(
        -empyrical.conditional_value_at_risk(returns), rel=1e-9
    )


def test_by_hand() -> None:
    returns = np.array([0.1, -0.5, 0.2])
    assert figures.total_return(returns) == pytest.approx(1.1 * 0.5 * 1.2 - 1)
    assert figures.max_drawdown(returns) == pytest.approx(0.5)
    assert figures.max_drawdown(np.array([-0.1, 0.5])) == pytest.approx(0.1)
    assert figures.downside_deviation(returns) == pytest.approx(np.sqrt(0.25 / 3 * 252))
    assert figures.value_at_risk(np.arange(-10, 11) / 100) == pytest.approx(0.09)
    assert figures.expected_shortfall(np.arange(-10, 11) / 100) == pytest.approx(0.095)


def test_cornish_fisher_of_a_normal_distribution_is_the_normal_one() -> None:
    # Three points with the weights of Gauss and Hermite have the moments of a normal: 0, 1, 0, 3.
    returns = 0.01 * np.array([-np.sqrt(3), *[0.0] * 4, np.sqrt(3)])
    assert figures.skewness(returns) == pytest.approx(0)
    assert figures.kurtosis(returns) == pytest.approx(3)
    assert figures.value_at_risk_cf(returns) == pytest.approx(0.01 * 1.6448536269514722)
    assert figures.expected_shortfall_cf(returns) == pytest.approx(0.01 * 2.0627128075074257)


def test_expected_shortfall_of_cornish_and_fisher_is_the_mean_of_its_quantiles() -> None:
    returns = noise(300, 3)
    tails = (np.arange(20_000) + 0.5) / 20_000 * 0.05
    mean = np.mean([float(figures.value_at_risk_cf(returns, tail)) for tail in tails])
    assert figures.expected_shortfall_cf(returns) == pytest.approx(mean, rel=2e-3)


@given(some_returns, st.sampled_from([0.1, 0.5, 2.0]))
def test_scale(returns: Floats, scale: float) -> None:
    for figure in SCALED:
        assert float(figure(scale * returns)) == pytest.approx(
            scale * float(figure(returns)), rel=1e-6, abs=1e-9
        )
    for figure in UNCHANGED:
        assert float(figure(scale * returns)) == pytest.approx(float(figure(returns)), rel=1e-6, abs=1e-6)


@given(some_returns)
def test_the_other_sign(returns: Floats) -> None:
    for odd in (figures.sharpe, figures.skewness):
        assert float(odd(-returns)) == pytest.approx(-float(odd(returns)), rel=1e-9, abs=1e-9)
    for even in (figures.volatility, figures.kurtosis):
        assert float(even(-returns)) == pytest.approx(float(even(returns)), rel=1e-9)


@given(some_returns, st.randoms())
def test_most_do_not_care_for_the_order(returns: Floats, random: st.DataObject) -> None:
    mixed = returns.copy()
    random.shuffle(mixed)  # type: ignore[attr-defined]
    for figure in IN_ANY_ORDER:
        assert float(figure(mixed)) == pytest.approx(float(figure(returns)), rel=1e-6, abs=1e-9)


@given(some_returns)
def test_shortfall_is_at_least_the_value_at_risk_and_a_fall_is_a_share(returns: Floats) -> None:
    assert figures.expected_shortfall(returns) >= figures.value_at_risk(returns) - 1e-12
    assert 0 <= figures.max_drawdown(returns) <= 1


@pytest.mark.parametrize("figure", ALL)
def test_rows_are_draws(figure: Callable[[Floats], Floats]) -> None:
    rows = noise(90).reshape(3, 30)
    assert figure(rows) == pytest.approx([float(figure(row)) for row in rows])


@pytest.mark.parametrize("value", [0.0, 0.01, -0.01])
def test_what_does_not_vary_has_no_ratio(value: float) -> None:
    returns = np.full(7, value)
    assert np.isnan(figures.sharpe(returns))
    assert np.isnan(figures.skewness(returns))
    assert np.isnan(figures.kurtosis(returns))
    assert np.isnan(figures.sortino(returns)) == (value >= 0)
    assert np.isnan(figures.calmar(returns)) == (value >= 0)


def test_of_one_day_there_is_no_deviation_and_after_ruin_no_annual_return() -> None:
    assert np.isnan(figures.volatility(np.array([0.1])))
    assert np.isnan(figures.annual_return(np.array([0.1, -1.0])))
