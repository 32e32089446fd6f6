"""Whether a model still sees the world it was trained on, and whether what it said comes true."""

import datetime as dt
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.journal.reader import Decisions, Where
from mia_plugins.learning import ModelError
from mia_plugins.runtime.actor import ActorContext
from mia_plugins.runtime.context import Warnings
from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.hearing import HeardDecision, HeardTrade
from strategies.ml.columns import FIXED
from strategies.ml.dataset import data_set
from strategies.ml.drift import Usual, by_chance, is_broken, promise, stability, wins_of
from strategies.ml.drift_actor import MlDrift, MlDriftSettings
from strategies.ml.recalled import CANDIDATES, recall
from strategies.ml.training import Trained
from strategies.ml.watch import WHOLE, Watch, WatchSettings, has_won, said_by, watched_values
from tests.conftest import Mia
from tests.planted import COLUMNS, FEATURES, PRICE, STOP, STRATEGY, TARGET, Planted, planted_run
from tests.training import trained


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def made(home: Path) -> Trained:
    return trained(home, Planted(count=900, edge=0.9), groups=4, held_out=1, folds=2)


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


def test_few_that_did_not_shift_seem_to_by_chance_as_often_as_is_said() -> None:
    rng = np.random.default_rng(2)
    usual = Usual.of(rng.random(100_000))
    for count in (50, 500):
        drawn = [stability(usual, rng.random(count)) for _ in range(4000)]
        beyond = np.mean(np.array(drawn) > by_chance(usual, count))
        assert beyond < 0.008, "1 of 1000 by the formula, which so few values are only near"
    assert np.mean(drawn) > by_chance(usual, 500) / 4, "and it is not far beyond"
    twice = Usual.of(rng.choice(np.array([0.0, 1.0]), 1000))
    assert by_chance(twice, 100) == pytest.approx(0.1083, rel=0.05), "χ² of one degree of freedom"


def test_a_promise_is_kept_by_as_many_wins_as_were_said() -> None:
    kept = promise([0.5] * 100, [True] * 50 + [False] * 50)
    assert (kept.promised, kept.came, kept.distance) == pytest.approx((0.5, 0.5, 0.0))
    assert promise([0.6] * 100, [True] * 40 + [False] * 60).distance == pytest.approx(-20 / np.sqrt(24))


def test_how_likely_wins_are_is_exact() -> None:
    """Beside the binomial of equal probabilities, and every way that a few unequal ones may come out."""
    np.testing.assert_allclose(
        wins_of(np.full(20, 0.95)), stats.binom.pmf(np.arange(21), 20, 0.95), atol=1e-15
    )
    p, by_hand = np.array([0.1, 0.5, 0.93, 0.7]), np.zeros(5)
    for ways in itertools.product((0, 1), repeat=4):
        by_hand[sum(ways)] += np.prod(np.where(ways, p, 1 - p))
    np.testing.assert_allclose(wins_of(p), by_hand, atol=1e-15)
    nearly_sure = promise([0.95] * 20, [True] * 15 + [False] * 5)
    assert nearly_sure.distance < -4, "the normal curve would have it once in 40 000"
    assert nearly_sure.chance == pytest.approx(stats.binom.cdf(15, 20, 0.95))
    assert not is_broken(nearly_sure, 0.999)
    assert is_broken(nearly_sure, 0.99)
    assert promise([0.95] * 20, [True] * 20).chance == pytest.approx(0.95**20)


def test_drift_is_told_of_inputs_and_of_promises(made: Trained) -> None:
    rng = np.random.default_rng(1)
    columns = JournalColumns(FEATURES, (), ("ml_filter",))
    watches = {
        name: Watch(made.card, WatchSettings(window=400, days=0, trades=50)) for name in ("same", "shifted")
    }
    for number in range(400):
        side = 1 if rng.random() < 0.5 else -1
        flow, tide, dust = rng.uniform(-1, 1, 3)
        chance, calm, score, sure = rng.random(4)
        for name, watch in watches.items():
            seen = flow if name == "same" else flow / 3
            decision = Decision(
                side=side, outcome=Outcome.TAKEN, size=1, score=side * score, confidence=sure,
                stop=PRICE - side * STOP, target=PRICE + side * TARGET,
                values=(seen, calm, tide, dust, 0.0), verdicts=(True,), numbers=(0.6,),
            )  # fmt: skip
            watch.see(number, watched_values(decision, columns, PRICE), side)
            watch.say(number, said_by(decision, columns, "ml_filter") or 0)
            watch.close(number, won=bool(chance < (0.6 if name == "same" else 0.3)))
    assert list(watches["same"].alarms()) == []
    assert [about for about, _ in watches["shifted"].alarms()] == ["flow", "calibration"]
    assert said_by(decision, columns, "another") is None


def test_what_is_watched_is_what_was_learned_from(here: Path) -> None:
    """A watch that reads anything otherwise than the training would see drift where there is none."""
    run = planted_run(here / "runs", Planted(count=200))
    data, rows = data_set([run], STRATEGY), list(Decisions.of(run.path).rows(Where(CANDIDATES)))
    assert len(rows) == len(data) > 100
    seen = [watched_values(row.decision, COLUMNS, row.price) for row in rows]
    assert {*FIXED} - set(seen[0]) == {"side", "hours_open", "hours_left", "weekday"}
    for name in seen[0]:
        known = np.array([np.nan if one[name] is None else one[name] for one in seen], np.float64)
        np.testing.assert_array_equal(known, data.values[:, data.names.index(name)], err_msg=name)


def test_a_window_is_of_whole_days(made: Trained) -> None:
    """Of some hours whatever follows the time of day is spread otherwise, and nothing has drifted."""
    watch = Watch(made.card, WatchSettings(window=50, days=3, trades=20))
    columns, hour, told = JournalColumns(FEATURES), 3_600_000_000_000, []
    for number in range(24 * 9):
        decision = Decision(side=1, values=(0.9, 0.5, 0.0, 0.0, 0.0), score=0.5, confidence=0.5)
        watch.see(number * hour, watched_values(decision, columns, PRICE), 1)
        told.append("flow" in dict(watch.alarms()))
    assert told.index(True) == 72
    assert watch.state["candidates"] == 73, "as many as three days have, and not the nine"
    short = Watch(made.card, WatchSettings(window=50, days=3, trades=20))
    for number in range(60):
        short.see(number * hour, {}, 1)
    assert next(short.too_few()) == "2.5 days of candidates are too few: 3 are needed"


def test_who_won_is_told_as_in_the_training() -> None:
    assert has_won("target", -1.0), "the target came, and its fees were more"
    assert has_won("time", 1.0)
    assert not has_won("stop", -50.0)


@pytest.mark.parametrize(
    ("world", "alarm"),
    [
        pytest.param({}, "", id="as it was"),
        pytest.param({"flow": 0.3}, "'flow' is spread otherwise", id="inputs"),
        pytest.param({"worse": 1.2}, "(-", id="promises"),
        pytest.param({"worse": -1.2}, "(+", id="better than promised"),
    ],
)
def test_a_run_is_asked_for_drift(
    home: Path, made: Trained, mia: Mia, world: dict[str, Any], alarm: str
) -> None:
    """The command's exit code says it as well, and what is not planted raises no alarm."""
    run = planted_run(home / "asked", Planted(seed=9, count=1500, edge=0.9, model=made.card.id, **world))
    asked = ("models", "drift", made.card.id, run.path, "--models", home / "models")
    done = mia(*asked, "--json")
    state = json.loads(done.out)
    assert (done.code, len(state["alarms"])) == ((1, 1) if alarm else (0, 0)), state
    assert state["candidates"] > 1400
    assert state["trades"] > 150
    assert state["notes"] == []
    assert all(alarm in text for text in state["alarms"])
    assert ("no drift in" in mia(*asked).out) is not bool(alarm)


def test_probabilities_of_another_model_are_no_promise_of_this_one(here: Path, made: Trained) -> None:
    for model, why in (("", "has no filter"), ("f" * 12, f"asked {'f' * 12}, not {made.card.id}")):
        run = planted_run(here / f"runs{model}", Planted(count=400, model=model, worse=3))
        watch = Watch(made.card, *WHOLE)
        assert why in recall(watch, run, "ml_filter")
        assert (watch.state["trades"], watch.state["alarms"]) == (0, [])
    few = planted_run(here / "few", Planted(count=30, model=made.card.id))
    watch = Watch(made.card, *WHOLE)
    assert recall(watch, few, "ml_filter") == ""
    assert watch.state["alarms"] == []
    assert [text.split(" are too few")[0] for text in watch.state["too_few"]] == [
        f"{watch.state['candidates']} candidates",
        f"{watch.state['trades']} trades with a probability",
    ]


def test_runs_that_follow_each_other_are_seen_as_one(here: Path, home: Path, made: Trained, mia: Mia) -> None:
    """None of them has enough to tell it; together they have."""
    months = [(dt.date(2026, month, 6), dt.date(2026, month, 24)) for month in (5, 6, 7)]
    ids = [
        planted_run(
            here / "runs",
            Planted(seed=number, count=55, edge=0.9, model=made.card.id, worse=2, first=first, last=last),
        ).id
        for number, (first, last) in enumerate(months)
    ]
    asked = ("models", "drift", made.card.id)
    one = mia(*asked, ids[1], "--models", home / "models")
    assert (one.code, "are too few" in one.out) == (0, True)
    together = mia(*asked, *reversed(ids), "--models", home / "models", "--json")
    state = json.loads(together.out)
    assert (together.code, state["trades"] >= 20) == (1, True)
    assert any("standard errors" in text for text in state["alarms"])
    twice = mia(*asked, ids[0], ids[0], "--models", home / "models")
    assert (twice.code, "go through the same days" in twice.err) == (1, True)


def test_a_run_of_another_strategy_is_refused(here: Path, made: Trained) -> None:
    run = planted_run(here / "runs", Planted(count=30))
    watch = Watch(made.card, *WHOLE)
    watch.strategy = "trend-ES"
    with pytest.raises(
        ModelError, match=rf"has no strategy 'trend-ES', which the model {made.card.id} is of"
    ):
        recall(watch, run, "ml_filter")


def actor(made: Trained, home: Path, **settings: Any) -> tuple[MlDrift, Warnings]:
    """Return the actor as it is when a run has begun, and where it warns."""
    told = {"registry": home / "models", "models": {"ES": made.card.id}} | settings
    warnings = Warnings()
    context = ActorContext(
        "ml_drift", MlDriftSettings.model_validate(told), (), {}, Guard(), warnings=warnings
    )
    found = MlDrift(context)
    found.begin()
    return found, warnings


def heard(number: int, ts: int, *, won: bool, who: str = STRATEGY, flow: float = 0.0) -> tuple[Any, Any]:
    """Return what an actor hears of a decision with a probability of .6, and of its trade."""
    columns = JournalColumns(FEATURES, (), ("ml_filter",))
    decision = Decision(
        side=1, outcome=Outcome.TAKEN, size=1, stop=PRICE - STOP, target=PRICE + TARGET,
        score=0.5, confidence=0.5, values=(flow, 0.5, 0.0, 0.0, 0.0), verdicts=(True,), numbers=(0.6,),
    )  # fmt: skip
    trade = HeardTrade(who, "ES", number, ts + 1, 100.0 if won else -100.0, "target" if won else "stop")
    return HeardDecision(who, "ES", number, ts, decision, columns, PRICE), trade


def test_the_actor_hears_the_strategy_of_its_model_and_no_other(home: Path, made: Trained) -> None:
    """Another strategy's decisions may have other numbers, and look otherwise."""
    watching, warnings = actor(made, home, watch={"window": 50, "trades": 20}, every=10)
    for number in range(200):
        decision, trade = heard(number, number + 1, won=False, who="trend-ES", flow=9.0)
        watching.hear_decision(decision)
        watching.hear_trade(trade)
    assert warnings.lines() == []
    for number in range(50):
        decision, trade = heard(number, number + 1, won=False)
        watching.hear_decision(decision)
        watching.hear_trade(trade)
    assert any("of 20 trades 0% won" in line for line in warnings.lines())


def test_after_a_restart_it_knows_what_it_knew(here: Path, home: Path, made: Trained) -> None:
    """What went before counts to the window: nothing has to be seen again."""
    before = planted_run(here / "runs", Planted(seed=9, count=1500, edge=0.9, model=made.card.id))
    settings: dict[str, Any] = {
        "runs": here / "runs",
        "watch": {"window": 300, "trades": 100},
        "every": 10,
    }
    fresh, silent = actor(made, home, **settings)
    again, warnings = actor(made, home, after=("latest",), **settings)
    assert again.settings.after == (before.id,), "the id is part of the run's settings"
    assert warnings.lines() == []
    later = before.record.span[1] if before.record.span else 0
    for number in range(60):
        for one in (fresh, again):
            decision, trade = heard(number, later + 1 + number, won=False)
            one.hear_decision(decision)
            one.hear_trade(trade)
    assert silent.lines() == []
    assert any("trades" in line and "standard errors" in line for line in warnings.lines())
    drifted = planted_run(here / "runs", Planted(seed=8, edge=0.9, model=made.card.id, worse=1.5))
    _, at_once = actor(made, home, **settings | {"after": (drifted.id[:8],)})
    assert any("standard errors" in line for line in at_once.lines())


def test_what_went_before_is_not_seen_twice(here: Path, home: Path, made: Trained) -> None:
    before = planted_run(here / "runs", Planted(count=100, model=made.card.id))
    again, _ = actor(made, home, runs=here / "runs", after=(before.id,))
    assert before.record.span is not None
    with pytest.raises(ModelError, match="go through the same days"):
        again.hear_decision(heard(1, before.record.span[0], won=True)[0])
    with pytest.raises(ValidationError, match="there is no run 'nowhere'"):
        actor(made, home, runs=here / "runs", after=("nowhere",))
