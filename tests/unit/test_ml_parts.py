"""The parts of a training beside references of other people's, or brute force."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

from mia_plugins.learning import Fitted, Floats, ModelError
from mia_plugins.settings import BaseSettings
from mia_plugins.statistics.intervals import Resamples
from mia_plugins.units import Minutes
from strategies.ml.calibration import Calibration, calibration
from strategies.ml.columns import Column, Reader, sided_where_signed
from strategies.ml.dataset import DataSet
from strategies.ml.drift import Usual, promise, stability
from strategies.ml.ensemble import Ensemble, Member, stacked
from strategies.ml.folds import combinatorial, paths, walk_forward
from strategies.ml.leaks import LeakError, refuse_leaks
from strategies.ml.learners.random_forest import RandomForest
from strategies.ml.learners.skops_files import from_bytes
from strategies.ml.scores import Judged, auc_by_fold, auc_figure, by_chance, chance_of, rates, rise
from strategies.ml.settings import Chosen, TrainSettings
from strategies.ml.uniqueness import uniqueness
from strategies.ml.walking import Walked, fold_weights, judged, rows_of
from tests.candidates import candidate_of

RNG = np.random.default_rng(3)


def data_of(count: int = 400, days: int = 40, life: int = 30) -> DataSet:
    """Return rows that mean nothing, of so many a day; times in ns are small numbers."""
    rng = np.random.default_rng(count)
    day = np.sort(rng.integers(0, days, count))
    ts = np.sort(day * 1000 + rng.integers(0, 900, count))
    won = np.where(rng.random(count) < 0.4, 1.0, 0.0)
    return DataSet(
        names=("a", "b"),
        values=rng.normal(size=(count, 2)),
        side=rng.choice([-1, 1], count),
        won=won,
        r=np.where(won > 0, 2.0, -1.0),
        break_even=np.full(count, 1 / 3),
        ts=ts,
        end=ts + rng.integers(1, life, count),
        day=ts // 1000,
        taken=rng.random(count) < 0.3,
        weight=np.ones(count),
        days=days,
    )


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), min_size=1, max_size=25),
)
def test_uniqueness_is_the_mean_share_of_each_instant(lives: list[tuple[int, int]]) -> None:
    begin = np.array([one for one, _ in lives], np.int64)
    end = begin + np.array([one for _, one in lives], np.int64)
    found = uniqueness(begin, end)
    for at in range(len(lives)):
        instants = range(int(begin[at]), int(end[at]))
        shares = [1 / sum(b <= now < e for b, e in zip(begin, end, strict=True)) for now in instants]
        if shares:
            assert found[at] == pytest.approx(np.mean(shares))
    assert ((found > 0) & (found <= 1)).all()


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


def judged_of(count: int = 300, days: int = 30, skill: float = 0.0) -> Judged:
    rng = np.random.default_rng(count)
    won = np.where(rng.random(count) < 0.4, 1.0, 0.0)
    p = np.round(rng.random(count) + skill * won, 2)
    day = np.sort(rng.integers(0, days, count))
    r = np.where(won > 0, 2.0, -1.0)
    return Judged(p, won, (day > days // 2).astype(np.int64), day, days, p > 0.5, p > 0.4, r, np.ones(count))


def test_the_auc_of_one_fold_is_that_of_scikit_learn() -> None:
    rows = judged_of(skill=0.2)
    alone = np.zeros(len(rows.p), np.int64)
    assert auc_by_fold(rows.p, rows.won, alone)[0] == pytest.approx(roc_auc_score(rows.won, rows.p))


def test_the_error_of_an_auc_without_skill_is_what_shuffling_gives() -> None:
    rows = judged_of()
    _, error = auc_by_fold(rows.p, rows.won, rows.fold)
    rng = np.random.default_rng(5)
    drawn = []
    for _ in range(400):
        won = rows.won.copy()
        for fold in (0, 1):
            at = np.flatnonzero(rows.fold == fold)
            won[at] = won[rng.permutation(at)]
        drawn.append(auc_by_fold(rows.p, won, rows.fold)[0])
    assert np.std(drawn) == pytest.approx(error, rel=0.12)
    low, high = by_chance(error, 0.9)
    assert 0.85 < np.mean([(low < one < high) for one in drawn]) < 0.95


def test_without_skill_the_auc_lies_within_chance_where_outcomes_are_shared() -> None:
    rng, count, inside = np.random.default_rng(6), 600, []
    ts = np.arange(count) * 60
    weight = uniqueness(ts, ts + 3600)
    for _ in range(100):
        # A decision a minute wins where the hour after it went up; the column is as slow.
        steps = rng.normal(size=(2, count + 60)).cumsum(axis=1)
        slow, won = steps[:, 60:] - steps[:, :-60]
        rows = Judged(
            slow, (won > 0) * 1.0, np.zeros(count, np.int64), ts // 23_000, 2, slow > 0, slow > 0, won, weight
        )
        low, high = chance_of(rows, 0.95)
        inside.append(low < auc_by_fold(rows.p, rows.won, rows.fold)[0] < high)
    assert np.mean(inside) > 0.88, "95 of 100, but for the luck of a hundred"


def test_the_interval_of_an_auc_draws_days_as_brute_force_does() -> None:
    rows = judged_of(days=12, skill=0.3)
    resamples = Resamples.of(12, draws=60)
    assert resamples is not None
    figure = auc_figure(rows, resamples)
    brute = []
    for drawn in resamples.index:
        at = np.concatenate([np.flatnonzero(rows.day == day) for day in drawn])
        brute.append(auc_by_fold(rows.p[at], rows.won[at], rows.fold[at])[0])
    assert (figure.low, figure.high) == pytest.approx(tuple(np.quantile(brute, [0.025, 0.975])))


def test_rates_and_rise_are_what_they_say() -> None:
    rows = judged_of(skill=0.3)
    found, won = rates(rows, None), rows.won > 0
    right, kept = (rows.kept & won).sum(), rows.kept.sum()
    precision, recall = right / kept, right / won.sum()
    assert found["accuracy"].value == pytest.approx((rows.kept == won).mean())
    assert found["precision"].value == pytest.approx(precision)
    assert found["recall"].value == pytest.approx(recall)
    assert found["f1"].value == pytest.approx(2 * precision * recall / (precision + recall))
    up = rise(rows.kept, rows, None, 0.95)
    assert up.value == pytest.approx(rows.r[rows.kept].mean() - rows.r.mean())
    nothing = rise(np.zeros(len(rows.r), np.bool_), rows, Resamples.of(rows.days), 0.95)
    assert (nothing.value, nothing.note) == (None, "nothing is kept")


def test_calibration_is_chosen_on_what_it_was_not_made_of_and_mends_what_is_crooked() -> None:
    rng = np.random.default_rng(1)
    true = rng.uniform(0.1, 0.9, 4000)
    won = np.where(rng.random(4000) < true, 1.0, 0.0)
    crooked = true**3
    curve = calibration(crooked, won, np.ones(4000), "best")
    assert curve.method in {"isotonic", "platt"}
    before, after = ((one - won) ** 2 for one in (crooked, curve.many(crooked)))
    assert after.mean() < before.mean() - 0.02
    assert calibration(true, won, np.ones(4000), "best").many(true) == pytest.approx(true, abs=0.12)
    assert calibration(crooked[:100], won[:100], np.ones(100), "best").method == "none", "too few"


@pytest.mark.parametrize("wanted", ["isotonic", "platt", "none"])
def test_one_and_many_are_calibrated_alike_and_survive_the_card(wanted: str) -> None:
    rng = np.random.default_rng(2)
    raw = rng.random(500)
    won = np.where(rng.random(500) < raw, 1.0, 0.0)
    curve = Calibration.from_data(calibration(raw, won, np.ones(500), wanted).as_data())
    asked = np.concatenate((raw, [0.0, 1.0]))
    assert [curve.one(float(one)) for one in asked] == pytest.approx(curve.many(asked))


def test_a_curve_that_is_none_is_refused() -> None:
    for told in (
        {"method": "isotonic", "x": [0.2, 0.1], "y": [0.1, 0.2]},
        {"method": "platt", "x": [], "y": [1.0]},
        {"method": "none", "x": [0.5], "y": []},
        {"method": "magic", "x": [], "y": []},
        {"method": "isotonic", "x": [0.1], "y": [float("nan")]},
    ):
        with pytest.raises(ModelError, match="is no calibration"):
            Calibration.from_data(told)


def test_stacking_finds_who_knows() -> None:
    rng = np.random.default_rng(4)
    true = rng.uniform(0.1, 0.9, 3000)
    won = np.where(rng.random(3000) < true, 1.0, 0.0)
    weights = stacked(np.column_stack((rng.random(3000), true)), won, np.ones(3000), (0.5, 0.5))
    assert sum(weights) == pytest.approx(1)
    assert 0 <= weights[0] < 0.1
    assert stacked(np.zeros((5, 2)), np.zeros(5), np.ones(5), (0.3, 0.7))[0] >= 0


class Said(Fitted):
    """Says what the first column is."""

    def probabilities(self, x: Floats) -> Floats:
        return x[:, 0]

    def to_bytes(self) -> bytes:
        return b""


def test_the_better_half_is_that_of_the_weights_that_were_learned() -> None:
    data = data_of(400)
    fold = np.repeat([0, 1], 200)
    # The one that is given all the weight knows nothing, the other knows it all.
    each = np.column_stack((np.random.default_rng(1).random(400), 0.2 + 0.6 * data.won))
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
    settings = TrainSettings(instrument="ES", weights="stacked", calibration="platt", embargo=Minutes(300))
    open_yet = (fold == 0) & (data.end >= data.ts[200] - 300 * minute)
    assert open_yet.sum() > 5
    other = replace(data, won=np.where(open_yet, 1 - data.won, data.won))
    one, two = (judged(some, walked, chosen, settings) for some in (data, other))
    assert (one.p == two.p).all()
    assert (one.half == two.half).all()


def test_votes_are_counted_by_weight() -> None:
    said = Said()
    ensemble = Ensemble(
        (Column("a", sided=False),), (Member("one", said, 0.6), Member("two", said, 0.4)), Calibration()
    )
    opinion = ensemble.one(np.array([[0.7]]))
    assert opinion.probability == pytest.approx(0.7)
    assert ensemble.votes(opinion._replace(members=(0.7, 0.1)), 0.65) == pytest.approx(0.6)
    assert ensemble.votes(opinion._replace(members=(0.1, 0.7)), 0.65) == pytest.approx(0.4)
    timid = replace(ensemble, calibration=Calibration("isotonic", (0.0, 1.0), (0.0, 0.5)))
    assert timid.votes(opinion._replace(members=(0.7, 0.7)), 0.65) == 0, "0.7 has come to mean 0.35"


def test_a_candidate_is_read_as_its_row_in_the_journal_would_be() -> None:
    names = (
        "flow",
        "calm",
        "score",
        "confidence",
        "side",
        "stop_distance",
        "target_distance",
        "hours_open",
        "hours_left",
        "weekday",
    )
    values = np.array([[-0.5, np.nan, -0.25, 0.5, -1.0, 10.0, 20.0, 15.5, 7.5, 1.0]])
    columns = sided_where_signed(names, np.vstack((values, np.abs(values))))
    assert [one.name for one in columns if one.sided] == ["flow", "score"]
    row = data_of(40).where(np.array([0]))
    whole = replace(row, names=names, values=values, side=np.array([-1]))
    candidate = candidate_of(side=-1, score=-0.25, confidence=0.5, values={"flow": -0.5, "calm": None})
    assert Reader(columns).row(candidate) == pytest.approx(whole.x(columns), nan_ok=True)


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


def dense(count: int, seed: int = 1) -> DataSet:
    """Return a decision a minute, of lives of about an hour, however it came out."""
    rng = np.random.default_rng(seed)
    ts = np.arange(count) * 60
    end = ts + rng.integers(1, 120, count) * 60
    return replace(data_of(count), ts=ts, end=end, day=ts // 23_000, weight=uniqueness(ts, end))


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


def test_stability_is_nothing_of_the_same_and_much_of_another() -> None:
    rng = np.random.default_rng(8)
    usual = Usual.of(rng.normal(size=5000))
    assert stability(usual, rng.normal(size=5000)) < 0.02
    assert stability(usual, rng.normal(1.0, size=5000)) > 0.25
    gone = rng.normal(size=5000)
    gone[:2000] = np.nan
    assert stability(usual, gone) > 0.25, "what is not known counts"
    shares, edges = np.array(usual.shares), usual.edges
    now = np.full(10, 0.1)
    by_hand = sum((b - a) * np.log(b / a) for a, b in zip(shares[:10], now, strict=True))
    evenly = np.concatenate([np.full(100, one - 1e-9) for one in (*edges, 1e9)])
    assert stability(usual, evenly) == pytest.approx(by_hand, abs=1e-9)


def test_a_promise_is_kept_by_as_many_wins_as_were_said() -> None:
    kept = promise([0.5] * 100, [True] * 50 + [False] * 50)
    assert (kept.promised, kept.came, kept.distance) == pytest.approx((0.5, 0.5, 0.0))
    assert promise([0.6] * 100, [True] * 40 + [False] * 60).distance == pytest.approx(-20 / np.sqrt(24))
