"""What the ML filter promises, on journals of which the truth is known.

A planted edge is found and raises the result out of sample; where nothing is planted nothing is found; labels
that are shuffled cannot be foretold. Every run takes three seeds of each; ten with `pytest -m long`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from benchmarks.ml_control import NEAR, OverSeeds, Plan
from mia_plugins.host import PluginHost
from mia_plugins.statistics.figures import Floats
from mia_plugins.statistics.intervals import Resamples
from strategies.ml.dataset import DataSet, data_set
from strategies.ml.findings import Shuffled, shuffled, verdict
from strategies.ml.folds import walk_forward
from strategies.ml.profit import profit
from strategies.ml.registry import NOTHING, SOMETHING
from strategies.ml.scores import auc_figure, chance_of
from strategies.ml.settings import load_training
from strategies.ml.training import columns_of
from strategies.ml.walking import judged, walk
from tests.planted import STRATEGY, Planted, planted_run
from tests.training import FAST, WHOLE, config

EDGE = 0.8
"""Of flow on the side and of a calm market, in log odds: an AUC of about .63."""


@dataclass(frozen=True)
class Proof:
    """What came of one seed."""

    rise: float
    """R by which the better half of what was not learned from is better than all of it."""
    parts: Floats
    """Of which that is the mean: one a decision, as independent as they are."""
    verdict: str
    control: Shuffled


def proof(folder: Path, plan: Planted, learners: dict[str, object]) -> Proof:
    """Train on a planted journal and judge it walking forward."""
    run = planted_run(folder / f"runs-{plan.seed}", plan)
    settings, chosen = load_training(config(folder, learners=learners), PluginHost.discover())
    data: DataSet = data_set([run], STRATEGY)
    columns = columns_of(data, settings)
    folds = walk_forward(data, settings.folds, settings.first, settings.embargo_ns)
    rows = judged(data, walk(data, columns, chosen, folds, plan.seed), chosen, settings)
    found = profit(rows)
    parts = (rows.r - rows.r.mean()) * (rows.half / rows.half.mean() - 1)
    assert found.rise_of_half.value == pytest.approx(float(parts.mean()), abs=1e-9)
    return Proof(
        rise=float(parts.mean()),
        parts=parts,
        verdict=verdict(auc_figure(rows, Resamples.of(rows.days)), chance_of(rows, 0.95), found),
        control=shuffled(data, columns, chosen, folds, plan.seed),
    )


def interval_90(proofs: Sequence[Proof]) -> tuple[float, float]:
    """Return the 90 % interval of the rise over all decisions of some seeds: they are drawn one by one."""
    pooled = np.concatenate([one.parts for one in proofs])
    half = 1.645 * float(pooled.std() / np.sqrt(len(pooled)))
    return float(pooled.mean()) - half, float(pooled.mean()) + half


def holds(folder: Path, seeds: int, counts: tuple[int, int], learners: dict[str, object]) -> None:
    """See that the three promises hold, of so many decisions with an edge and without one."""
    edge = [proof(folder, Planted(one, counts[0], edge=EDGE), learners) for one in range(1, seeds + 1)]
    assert OverSeeds.of([one.rise for one in edge]).bound_99 > 0
    assert {one.verdict for one in edge} == {SOMETHING}
    null = [proof(folder, Planted(100 + one, counts[1]), learners) for one in range(1, seeds + 1)]
    low, high = interval_90(null)
    assert max(-low, high) < NEAR, (low, high)
    assert [one.verdict for one in null].count(NOTHING) >= seeds - 1
    assert all(one.control.low <= one.control.auc <= one.control.high for one in (*edge, *null))
    if seeds >= 10:
        assert OverSeeds.of([one.rise for one in null]).is_nothing


def test_a_planted_edge_is_filtered_and_nothing_is_left_alone(tmp_path: Path) -> None:
    holds(tmp_path, 3, (1600, 8000), FAST)


@pytest.mark.long
def test_the_same_of_ten_seeds_and_the_whole_ensemble(tmp_path: Path) -> None:
    holds(tmp_path, 10, (5000, 5000), WHOLE)


@pytest.mark.long
def test_the_same_of_markets_that_are_traded() -> None:
    """Four seeds of a month and a half; the command goes on to ten."""
    made = [Plan("edge", days=33).made(seed) for seed in range(1, 5)]
    assert OverSeeds.of([one.rise for one in made]).bound_99 > 0
    assert not any(one.says_nothing for one in made)
    null = [Plan("null", days=33).made(seed) for seed in range(1, 5)]
    assert [one.says_nothing for one in null].count(True) >= 3
    assert all(one.is_within_chance for one in (*made, *null))


def test_over_seeds_students_t_says_how_sure_it_is() -> None:
    """By Student's own numbers of nine degrees of freedom."""
    rises = [0.01 * one for one in range(10)]
    over = OverSeeds.of(rises)
    error = np.std(rises, ddof=1) / np.sqrt(10)
    assert over.bound_99 == pytest.approx(0.045 - 2.821 * error, abs=1e-4)
    assert over.interval_90 == pytest.approx((0.045 - 1.833 * error, 0.045 + 1.833 * error), abs=1e-4)
    assert not over.is_nothing
    assert OverSeeds.of([one - 0.045 for one in rises]).is_nothing
    assert OverSeeds.of([0.1]).bound_99 == -np.inf, "one seed proves nothing"
