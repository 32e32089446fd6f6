"""What the ML filter promises, on journals of which the truth is known.

A planted edge is found and raises the result out of sample; where nothing is planted nothing is found; labels
that are shuffled cannot be foretold. Every run takes three seeds of each; ten with `pytest -m long`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from mia_plugins.host import PluginHost
from mia_plugins.statistics.figures import Floats
from mia_plugins.statistics.intervals import Resamples
from strategies.ml.dataset import DataSet, Mask, data_set
from strategies.ml.findings import Shuffled, profit, shuffled, verdict
from strategies.ml.folds import walk_forward
from strategies.ml.registry import NOTHING, SOMETHING
from strategies.ml.scores import Judged, auc_figure, chance_of
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

    rises: Floats
    """R of each judged decision in the better half, less the mean of all."""
    rise: float
    verdict: str
    control: Shuffled
    rows: Judged


def proof(folder: Path, plan: Planted, learners: dict[str, object]) -> Proof:
    """Train on a planted journal and judge it walking forward."""
    run = planted_run(folder / f"runs-{plan.seed}", plan)
    settings, chosen = load_training(config(folder, learners=learners), PluginHost.discover())
    data: DataSet = data_set([run], STRATEGY)
    columns = columns_of(data, settings)
    folds = walk_forward(data, settings.folds, settings.first, settings.embargo_ns)
    rows = judged(data, walk(data, columns, chosen, folds, plan.seed), chosen, settings)
    found = profit(rows)
    chance = chance_of(rows, 0.95)
    said = verdict(auc_figure(rows, Resamples.of(rows.days)), chance, found)
    half: Mask = rows.half
    return Proof(
        rises=rows.r[half] - rows.r.mean(),
        rise=float(rows.r[half].mean() - rows.r.mean()),
        verdict=said,
        control=shuffled(data, columns, chosen, folds, plan.seed),
        rows=rows,
    )


def over_seeds(rises: list[float]) -> tuple[float, float]:
    """Return the mean over seeds and its standard error."""
    return float(np.mean(rises)), float(np.std(rises, ddof=1) / np.sqrt(len(rises)))


STUDENT_99 = {3: 6.965, 10: 2.821}
"""One-sided 99 % of Student's t with so many seeds, less one degree of freedom."""


def holds(folder: Path, seeds: int, count: int, learners: dict[str, object]) -> None:
    """See that the three promises hold."""
    edge = [proof(folder, Planted(seed=one, count=count, edge=EDGE), learners) for one in range(1, seeds + 1)]
    mean, error = over_seeds([one.rise for one in edge])
    assert mean - STUDENT_99[seeds] * error > 0, (mean, error)
    assert {one.verdict for one in edge} == {SOMETHING}
    null = [proof(folder, Planted(seed=100 + one, count=count), learners) for one in range(1, seeds + 1)]
    pooled = np.concatenate([one.rises for one in null])
    # Decisions of a planted journal are drawn one by one: their mean errs as that of independent draws.
    half = 1.645 * float(pooled.std() / np.sqrt(len(pooled)))
    if count >= 4000 or seeds >= 10:
        assert -0.05 < pooled.mean() - half < pooled.mean() + half < 0.05, (pooled.mean(), half)
    else:
        assert abs(pooled.mean()) < 2 * half
    assert [one.verdict for one in null].count(NOTHING) >= seeds - 1
    assert all(one.control.low <= one.control.auc <= one.control.high for one in (*edge, *null))


def test_a_planted_edge_is_filtered_and_nothing_is_left_alone(tmp_path: Path) -> None:
    holds(tmp_path, 3, 1600, FAST)


@pytest.mark.long
def test_the_same_of_ten_seeds_and_the_whole_ensemble(tmp_path: Path) -> None:
    holds(tmp_path, 10, 5000, WHOLE)
