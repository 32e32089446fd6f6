"""Intervals hold what they are to hold, as often as they say."""

import numpy as np
import pytest

from mia_plugins.statistics.equity import return_figures
from mia_plugins.statistics.figures import MIN_DAYS
from mia_plugins.statistics.intervals import Resamples, interval_of, mean_block, stationary, wilson
from mia_plugins.statistics.results import mean_figure


@pytest.mark.parametrize(
    ("wins", "trials", "low", "high"),
    [  # Newcombe 1998, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(wins: int, trials: int, low: float, high: float) -> None:
    assert wilson(wins, trials) == pytest.approx((low, high), abs=5e-5)


def test_wilson_solves_its_equation_and_mirrors() -> None:
    for p in wilson(7, 20):
        assert abs(p - 7 / 20) == pytest.approx(1.959963984540054 * np.sqrt(p * (1 - p) / 20))
    low, high = wilson(7, 20)
    assert wilson(13, 20) == pytest.approx((1 - high, 1 - low))
    assert wilson(0, 0) == (0, 1)


def test_draws_are_the_same_every_time_and_use_every_day() -> None:
    one, other = Resamples.of(30), Resamples.of(30)
    assert one is not None
    assert other is not None
    assert (one.index == other.index).all()
    assert (one.weights.sum(axis=1) == 30).all()
    assert one.weights.mean(axis=0) == pytest.approx(np.ones(30), abs=0.15)
    assert one.sums(np.arange(30.0)[:, None])[:, 0] == pytest.approx(np.arange(30.0)[one.index].sum(axis=1))


def test_blocks_have_the_mean_length_that_was_asked_for() -> None:
    index = stationary(days=500, draws=400, block=5, seed=3)
    follows = (np.diff(index, axis=1) % 500) == 1
    assert follows.mean() == pytest.approx(1 - 1 / 5 + 1 / 5 / 500, abs=0.005)
    assert mean_block(1) == 1
    assert mean_block(1000) == 10


def test_blocks_of_one_day_have_the_variance_of_a_mean() -> None:
    values = np.random.default_rng(5).normal(size=50)
    drawn = values[stationary(50, 20_000, 1, 1)].mean(axis=1)
    assert drawn.std() == pytest.approx(values.std() / np.sqrt(50), rel=0.03)


def test_too_few_days_have_no_interval() -> None:
    assert Resamples.of(MIN_DAYS - 1) is None
    found = mean_figure(np.ones(3), np.arange(3), 3, None)
    assert (found.value, found.low) == (1.0, None)
    assert "too few" in found.note
    assert "too few" in return_figures(np.full(MIN_DAYS - 1, 0.01), None).sharpe.note


def test_what_is_mostly_undefined_has_no_interval() -> None:
    assert interval_of(np.array([1.0, *[np.nan] * 9])) is None
    assert interval_of(np.full(100, 2.0)) == (2, 2)


@pytest.mark.parametrize("memory", [0.0, 0.3])
def test_intervals_of_a_mean_hold_it_about_as_often_as_they_say(memory: float) -> None:
    """Of 400 series of 250 days, 95 % ± three standard errors, less what memory beyond a block costs."""
    rng = np.random.default_rng(11)
    series, days = 400, 250
    shocks = rng.normal(size=(series, days + 20))
    values = np.zeros_like(shocks)
    for day in range(1, days + 20):
        values[:, day] = memory * values[:, day - 1] + shocks[:, day]
    values = values[:, 20:]
    draws = Resamples.of(days, draws=600)
    assert draws is not None
    means = draws.sums(values.T) / days
    low, high = np.quantile(means, [0.025, 0.975], axis=0)
    held = ((low <= 0) & (high >= 0)).mean()
    error = np.sqrt(0.95 * 0.05 / series)
    assert 0.95 - 3 * error - (0.02 if memory else 0.005) <= held <= 0.95 + 3 * error
