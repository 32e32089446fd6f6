"""The parts of a training beside references of other people's, or brute force."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from mia_plugins.learning import Fitted, Floats, ModelError
from mia_plugins.statistics.intervals import Resamples
from strategies.ml.calibration import Calibration, calibration
from strategies.ml.columns import Column, Reader, sided_where_signed
from strategies.ml.ensemble import Ensemble, Member, stacked
from strategies.ml.even import Even
from strategies.ml.scores import Judged, auc_by_fold, auc_figure, by_chance, rates, rise
from strategies.ml.uniqueness import uniqueness
from tests.candidates import candidate_of
from tests.meaningless import data_of

RNG = np.random.default_rng(3)


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


def judged_of(count: int = 300, days: int = 30, skill: float = 0.0) -> Judged:
    rng = np.random.default_rng(count)
    won = np.where(rng.random(count) < 0.4, 1.0, 0.0)
    p = np.round(rng.random(count) + skill * won, 2)
    day = np.sort(rng.integers(0, days, count))
    r = np.where(won > 0, 2.0, -1.0)
    fold, kept = (day > days // 2).astype(np.int64), p > 0.5
    return Judged(p, won, fold, day, days, kept, kept, p > 0.4, r, np.ones(count))


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


def test_even_is_where_wins_pay_for_losses() -> None:
    """As likely to win as is needed a decision makes nothing, whatever ended it and whatever it cost."""
    data = data_of(3000)
    rng = np.random.default_rng(7)
    data = replace(data, r=data.r - rng.uniform(0.05, 0.4, 3000), target_r=rng.uniform(0.5, 4, 3000))
    data = replace(data, r=np.where(data.won > 0, 0.9 * data.target_r - 0.2, data.r))
    even, won = Even.of(data), data.won > 0
    needed = even.needed(data.target_r)
    made = needed * even.gained * data.target_r - (1 - needed) * -data.r[~won].mean()
    assert made == pytest.approx(0, abs=1e-12)
    assert even.gained == pytest.approx((data.r[won] / data.target_r[won]).mean())
    assert even.needed_of(12, 24) == pytest.approx(float(even.needed(np.array([2.0]))[0]))
    assert Even().needed_of(12, 24) == pytest.approx(1 / 3), "costs aside"
    assert Even.of(data.where(won)) == Even(), "of one kind alone nothing is known"
    assert Even.of(replace(data, r=data.r - 5)).needed_of(12, 24) > 0.99, "targets that do not pay the costs"
    with pytest.raises(ModelError, match="cannot be"):
        Even.from_data({"gained": -1, "lost": 1})


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
