"""Whether a model still sees the world it was trained on, and whether what it said comes true."""

from pathlib import Path

import numpy as np
import pytest

from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from strategies.ml.drift import Usual, promise, stability
from strategies.ml.drift_actor import named_values, said_by
from strategies.ml.model_commands import watched
from strategies.ml.training import Trained
from strategies.ml.watch import Watch, WatchSettings
from tests.planted import FEATURES, Planted, planted_run
from tests.training import trained


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    home = tmp_path_factory.mktemp("home")
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


def test_a_promise_is_kept_by_as_many_wins_as_were_said() -> None:
    kept = promise([0.5] * 100, [True] * 50 + [False] * 50)
    assert (kept.promised, kept.came, kept.distance) == pytest.approx((0.5, 0.5, 0.0))
    assert promise([0.6] * 100, [True] * 40 + [False] * 60).distance == pytest.approx(-20 / np.sqrt(24))


def test_drift_is_told_of_inputs_and_of_promises(made: Trained) -> None:
    rng = np.random.default_rng(1)
    columns = JournalColumns(FEATURES, (), ("ml_filter",))
    watches = {name: Watch(made.card, WatchSettings(window=400, trades=50)) for name in ("same", "shifted")}
    for number in range(400):
        side = 1 if rng.random() < 0.5 else -1
        flow, tide, dust = rng.uniform(-1, 1, 3)
        chance, calm, score, sure = rng.random(4)
        for name, watch in watches.items():
            seen = flow if name == "same" else flow / 3
            decision = Decision(
                side=side, outcome=Outcome.TAKEN, size=1, score=side * score, confidence=sure,
                values=(seen, calm, tide, dust, 0.0), verdicts=(True,), numbers=(0.6,),
            )  # fmt: skip
            watch.see(named_values(decision, columns), side)
            watch.say(number, said_by(decision, columns, "ml_filter") or 0)
            watch.close(number, won=bool(chance < (0.6 if name == "same" else 0.3)))
    assert list(watches["same"].alarms()) == []
    assert [about for about, _ in watches["shifted"].alarms()] == ["flow", "calibration"]
    assert said_by(decision, columns, "another") is None


def test_a_broken_promise_is_told_of_a_run_with_trades_that_no_model_judged(
    here: Path, made: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planted_run(here / "runs", Planted(count=400))
    asked = iter(range(10**6))
    monkeypatch.setattr("strategies.ml.drift_actor.said_by", lambda *_: None if next(asked) % 4 == 0 else 0.8)
    state = watched(run, made.card, "ml_filter").state
    assert 20 < state["trades"] < 150
    assert any("had said 80%" in text for text in state["alarms"])
    monkeypatch.undo()
    few = watched(planted_run(here / "few", Planted(count=30)), made.card, "ml_filter").state
    assert few["alarms"] == []
    assert [text.split(" are too few")[0] for text in few["too_few"]] == [
        f"{few['candidates']} candidates",
        "0 trades with a probability",
    ]
