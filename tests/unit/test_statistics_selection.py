"""What is left of the best of many runs."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mia_plugins.runs.ledger import Ledger
from mia_plugins.statistics.equity import Daily
from mia_plugins.statistics.figures import Floats
from mia_plugins.statistics.selection import (
    Trials,
    deflated_sharpe,
    expected_best,
    overfitting,
    probabilistic_sharpe,
    selection_of,
    trials_of,
)
from tests.runs import entry


def daily(returns: Floats, first: int = 0) -> Daily:
    days = tuple(dt.date(2026, 1, 1) + dt.timedelta(days=first + n) for n in range(len(returns)))
    none = np.zeros(len(returns), np.int64)
    return Daily(days, none, none, none, returns)


def test_the_example_of_the_paper() -> None:
    """Bailey and López de Prado 2014: annual 2.5 of 5 years, 100 trials with variance ½, skew −3, kurtosis 10."""
    best = expected_best(0.5 / 250, 100)
    assert best == pytest.approx(0.1132, abs=5e-5)
    sharpe = 2.5 / np.sqrt(250)
    assert probabilistic_sharpe(sharpe, best, 1250, -3, 10) == pytest.approx(0.9004, abs=5e-5)


def test_the_expected_best_is_what_the_best_of_many_normals_is() -> None:
    found = np.random.default_rng(2).normal(size=(20_000, 50)).max(axis=1)
    assert expected_best(1.0, 50) == pytest.approx(found.mean(), rel=0.02)  # it is an approximation
    assert expected_best(1.0, 1) == 0
    assert expected_best(4.0, 50) == pytest.approx(2 * expected_best(1.0, 50))


def test_more_trials_leave_less() -> None:
    returns = np.random.default_rng(3).normal(0.001, 0.01, 300)
    found = [deflated_sharpe(returns, trials, np.array([])) for trials in (1, 10, 1000)]
    left = [one.probability for one in found if one]
    assert left == sorted(left, reverse=True)
    assert len(set(left)) == 3
    assert found[0] is not None
    assert found[0].variance_from == "chance"
    assert deflated_sharpe(np.zeros(300), 5, np.array([])) is None
    assert deflated_sharpe(returns[:5], 5, np.array([])) is None


def test_a_choice_among_noise_is_overfitted_half_of_the_time() -> None:
    rng = np.random.default_rng(4)
    found = [overfitting(rng.normal(size=(20, 160)), 10) for _ in range(60)]
    mean = np.mean([one.probability for one in found if one])
    assert mean == pytest.approx(0.5, abs=0.1)


def test_a_choice_of_what_is_truly_better_is_not() -> None:
    returns = np.random.default_rng(5).normal(size=(20, 160))
    returns[7] += 2
    found = overfitting(returns)
    assert found is not None
    assert (found.probability, found.ways, found.blocks, found.runs) == (0, 12_870, 16, 20)


def test_overfitting_by_hand() -> None:
    """Two runs, each best where the other is worst: the best of one half is always the worse of the other."""
    up, down = np.tile([0.02, 0.01], 4), np.tile([-0.01, -0.02], 4)
    found = overfitting(np.array([np.concatenate((up, down)), np.concatenate((down, up))]), 2)
    assert found is None  # two blocks are too few
    found = overfitting(np.array([np.concatenate((up, down)), np.concatenate((down, up))]), 4)
    assert found is not None
    assert found.ways == 6
    assert found.probability == 1


def test_the_best_of_several_runs_over_common_days() -> None:
    rng = np.random.default_rng(6)
    runs = [daily(rng.normal(mean, 0.01, 60), first) for mean, first in ((0, 0), (0.01, 3), (-0.01, 0))]
    found = selection_of(runs, Trials(50, 40))
    assert (found.best, found.days) == (1, 57)
    assert found.deflated is not None
    assert (found.deflated.trials, found.deflated.variance_from) == (40, "runs")
    assert found.overfitting is not None
    assert found.overfitting.runs == 3


def test_what_cannot_be_told_is_said() -> None:
    assert "too few" in selection_of([], None).note
    assert "too few" in selection_of([daily(np.full(3, 0.1))], None).note
    alone = selection_of([daily(np.random.default_rng(7).normal(size=30))], None)
    assert alone.deflated is not None
    assert alone.overfitting is None
    assert "several" in alone.note
    apart = selection_of([daily(np.ones(20)), daily(np.ones(20), 30)], None)
    assert (apart.days, apart.deflated) == (0, None)


def test_trials_are_counted_by_the_ledger(tmp_path: Path) -> None:
    assert trials_of(tmp_path) is None
    with Ledger.open(tmp_path) as ledger:
        for run, status in (("a", "complete"), ("a", "repeated"), ("b", "complete"), ("c", "failed")):
            ledger.add(replace(entry(run), status=status))
    assert trials_of(tmp_path) == Trials(attempts=4, distinct=2)
