"""What is learned from and what is judged know nothing of each other, and nothing of what comes after."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from mia_plugins.learning import Fitted, Floats, ModelError
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Minutes
from strategies.ml.calibration import Calibration
from strategies.ml.columns import sided_where_signed
from strategies.ml.ensemble import Ensemble, Member, Opinion
from strategies.ml.folds import combinatorial, paths, walk_forward
from strategies.ml.leaks import LeakError, refuse_leaks
from strategies.ml.learners.random_forest import RandomForest
from strategies.ml.learners.skops_files import from_bytes
from strategies.ml.scores import Judged, auc_by_fold, chance_of
from strategies.ml.settings import Chosen, TrainSettings
from strategies.ml.uniqueness import uniqueness
from strategies.ml.walking import Walked, fold_weights, judged, rows_of
from tests.meaningless import data_of, dense


class Said(Fitted):
    """Says what the first column is."""

    def probabilities(self, x: Floats) -> Floats:
        return x[:, 0]

    def to_bytes(self) -> bytes:
        return b""


def test_what_is_open_when_judging_begins_is_not_learned_from() -> None:
    data = data_of()
    for fold in walk_forward(data, 5, 0.4, embargo=50):
        begin = data.ts[fold.test].min()
        assert data.end[fold.train].max() < begin - 50
        assert not set(fold.train) & set(fold.test)
        assert not set(data.day[fold.train]) & set(data.day[fold.test]), "days are never cut"
    tested = np.concatenate([one.test for one in walk_forward(data, 5, 0.4, 0)])
    assert sorted(tested) == list(range(len(data) - len(tested), len(data))), "each later row once"


def test_no_life_of_a_learned_row_touches_a_judged_stretch_nor_its_embargo() -> None:
    data = data_of(life=2500)
    folds = combinatorial(data, 6, 2, embargo=300)
    assert len(folds) == 15
    for fold in folds:
        begin, end = data.ts[fold.test], data.end[fold.test]
        for row in fold.train:
            assert not ((data.ts[row] <= end + 300) & (data.end[row] >= begin - 300)).any()
    counts = np.bincount(np.concatenate([one.test for one in folds]), minlength=len(data))
    assert set(counts) == {paths(6, 2)} == {5}


def test_too_few_days_for_folds_are_told() -> None:
    with pytest.raises(ModelError, match=r"days with decisions are too few for 5 folds"):
        walk_forward(data_of(days=4), 5, 0.4, 0)


def test_without_skill_the_auc_lies_within_chance_where_outcomes_are_shared() -> None:
    rng, count, inside = np.random.default_rng(6), 600, []
    ts = np.arange(count) * 60
    weight = uniqueness(ts, ts + 3600)
    for _ in range(100):
        # A decision a minute wins where the hour after it went up; the column is as slow.
        steps = rng.normal(size=(2, count + 60)).cumsum(axis=1)
        slow, won = steps[:, 60:] - steps[:, :-60]
        up = slow > 0
        rows = Judged(
            slow, (won > 0) * 1.0, np.zeros(count, np.int64), ts // 23_000, 2, up, up, up, won, weight
        )
        low, high = chance_of(rows, 0.95)
        inside.append(low < auc_by_fold(rows.p, rows.won, rows.fold)[0] < high)
    assert np.mean(inside) > 0.88, "95 of 100, but for the luck of a hundred"


def test_the_better_half_is_that_of_the_weights_that_were_learned() -> None:
    data = data_of(400)
    fold = np.repeat([0, 1], 200)
    # The one that is given all the weight knows nothing, the other knows it all.
    each = np.column_stack((np.random.default_rng(1).random(400) / 10, 0.2 + 0.6 * data.won))
    walked = Walked(np.arange(400), fold, each, (each[:200], each[200:]), ((Said(),),) * 2)
    chosen = [Chosen(name, name, RandomForest, BaseSettings(), one) for name, one in (("a", 1.0), ("b", 0.0))]
    settings = TrainSettings(instrument="ES", weights="stacked", calibration="none", embargo=Minutes(0))
    rows = judged(data, walked, chosen, settings)
    first, second = (rows.half[fold == one] == (data.won[fold == one] > 0) for one in (0, 1))
    assert first.mean() < 0.7, "nothing was known before"
    assert second.mean() > 0.99
    weights = fold_weights(data, walked, chosen, settings)
    assert [one[1] for one in weights] == pytest.approx([0.0, 1.0], abs=0.05)


def test_weights_and_calibration_of_a_fold_are_of_what_was_known_before_it() -> None:
    data = data_of(400, life=2500)
    fold = np.repeat([0, 1], 200)
    each = np.random.default_rng(1).random((400, 2))
    walked = Walked(np.arange(400), fold, each, (each[:200], each[200:]), ((Said(),),) * 2)
    chosen = [Chosen(name, name, RandomForest, BaseSettings(), 0.5) for name in "ab"]
    minute = 60_000_000_000
    data = replace(data, ts=data.ts * minute, end=data.end * minute)
    settings = TrainSettings(
        instrument="ES", weights="stacked", calibration="platt", embargo=Minutes(300), gate="break_even"
    )
    open_yet = (fold == 0) & (data.end >= data.ts[200] - 300 * minute)
    assert open_yet.sum() > 5
    other = replace(data, won=np.where(open_yet, 1 - data.won, data.won), r=np.where(open_yet, -9, data.r))
    one, two = (judged(some, walked, chosen, settings) for some in (data, other))
    assert (one.p == two.p).all()
    assert (one.half == two.half).all()
    assert (one.kept == two.kept).all(), "nor what made even"
    assert 0 < one.kept.mean() < 1
    known = replace(data, r=np.where(open_yet, data.r, data.r - 9))
    assert (judged(known, walked, chosen, settings).kept != one.kept).any(), "what was known counts"


def test_votes_keep_what_most_of_the_weight_would() -> None:
    """In figures as in use: at the gate each member counts with its weight, by the curve of the mean."""
    data = data_of(400)
    fold = np.repeat([0, 1], 200)
    each = np.random.default_rng(4).random((400, 3))
    walked = Walked(np.arange(400), fold, each, (each[:200], each[200:]), ((Said(),),) * 2)
    weights = (0.2, 0.35, 0.45)
    chosen = [Chosen(str(one), "x", RandomForest, BaseSettings(), one) for one in weights]
    settings = TrainSettings(instrument="ES", gate=0.6, calibration="none")
    rows = judged(data, walked, chosen, settings)
    members = tuple(Member(one.name, Said(), one.weight) for one in chosen)
    asked = Ensemble((), members, Calibration())
    by_hand = [asked.votes(Opinion(0.0, tuple(said)), 0.6) > 0.5 for said in each.tolist()]
    assert rows.voted.tolist() == by_hand
    assert 0.05 < (rows.voted != rows.kept).mean() < 0.5


def test_a_column_of_the_future_is_named_and_an_honest_one_is_not() -> None:
    data = data_of(3000)
    refuse_leaks(data, sided_where_signed(data.names, data.values), 0.65)
    rng = np.random.default_rng(9)
    for leak in (
        np.where(rng.random(3000) < 0.5, data.won, rng.random(3000)),
        -data.r,
        data.won * rng.choice([-1, 1], 3000),
        np.where(data.won > 0, 1.0, np.nan),
        data.side * data.won,
    ):
        values = np.column_stack((leak, data.values[:, 1]))
        looking = replace(data, values=values)
        with pytest.raises(LeakError, match=r"built from the future: a.* \(AUC") as told:
            refuse_leaks(looking, sided_where_signed(data.names, values), 0.65)
        assert "b ×" not in told.value.what


def test_a_column_of_the_future_is_seen_where_lives_overlap() -> None:
    data = dense(1000)
    assert data.weight.mean() < 0.02
    leaking = replace(data, values=np.column_stack((data.won, data.values[:, 1])))
    with pytest.raises(LeakError, match=r"future: a \(AUC 1\.000"):
        refuse_leaks(leaking, sided_where_signed(data.names, leaking.values), 0.65)


def test_trees_of_a_forest_see_fewer_rows_where_lives_overlap() -> None:
    drawn = []
    for data in (replace(data_of(), weight=np.full(400, 0.3)), dense(400)):
        rows = rows_of(data, sided_where_signed(data.names, data.values))
        assert rows.weight.mean() == pytest.approx(1)
        forest = RandomForest(RandomForest.Settings(trees=1, threads=1), 1).fit(rows)
        drawn.append(from_bytes(forest.to_bytes(), RandomForestClassifier).max_samples)
    assert drawn == pytest.approx([0.3, 0.05])
