"""The filter: which models it refuses, what it says of a candidate, and what it does without one."""

import datetime as dt
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mia_plugins.data.sessions import session_on
from mia_plugins.decisions import Surroundings
from mia_plugins.errors import MiaError
from mia_plugins.host import PluginHost
from mia_plugins.learning import ModelError
from mia_plugins.reports.blocks import Note, Tiles
from mia_plugins.reports.view import RunView
from mia_plugins.runs.folder import RunFolder
from mia_plugins.runtime.settings import StrategySettings
from mia_plugins.settings.model import BaseSettings
from strategies.ml.dataset import data_set
from strategies.ml.filter import MlFilter, MlFilterSettings
from strategies.ml.loading import load_model
from strategies.ml.registry import Registry
from strategies.ml.section import MlFilters
from strategies.ml.settings import kind_of
from strategies.ml.training import Trained
from tests.candidates import candidate_of, market_of
from tests.planted import FEATURES, STRATEGY, Planted, planted_run
from tests.training import WHOLE, trained

SESSION = session_on(dt.date(2026, 5, 7))
LATER = SESSION.rth_open + 3_600 * 10**9
NAMES = frozenset(FEATURES)


class Flow(BaseSettings):
    """As the planted journal has it."""

    bars: int = 5


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def made(home: Path) -> Trained:
    return trained(home, Planted(count=1500, edge=0.9), groups=4, held_out=1, folds=3, learners=WHOLE)


def settings(home: Path, made: Trained, **more: Any) -> MlFilterSettings:
    told = {"registry": str(home / "models"), "models": {"ES": made.card.id[:7]}} | more
    return MlFilterSettings.model_validate_json(json.dumps(told), strict=True)


def there(**more: Any) -> Surroundings:
    usual: dict[str, Any] = {
        "product": "ES",
        "names": NAMES,
        "strategy": StrategySettings(),
        "features": {"flow": Flow(), "calm": BaseSettings()},
        "presets": ("elite_2025_08",),
        "span": (LATER, LATER + 10**15),
    }
    return Surroundings(**usual | more)


def ready(home: Path, made: Trained, **more: Any) -> MlFilter:
    one = MlFilter(market_of(), settings(home, made, **more))
    one.admit(there())
    one.begin()
    return one


def candidate(flow: float = 0.0, **more: Any) -> Any:
    values = {"flow": flow, "calm": 0.5, "tide": 0.0, "dust": 0.0, "leak": 0.0}
    usual: dict[str, Any] = {
        "now": LATER,
        "session": SESSION,
        "stop": 12,
        "target": 24,
        "score": 0.5,
        "confidence": 0.5,
        "values": values,
    }
    return candidate_of(**usual | more)


def test_a_named_model_is_pinned_so_that_another_is_another_run(home: Path, made: Trained) -> None:
    own = settings(home, made)
    assert own.content == {"ES": made.card.id}
    again = settings(home, made, content={"ES": made.card.id})
    assert again == own
    with pytest.raises(ValueError, match="the models were"):
        settings(home, made, content={"ES": "0" * 12})
    with pytest.raises(ValueError, match="there is no model 'zzz'"):
        settings(home, made, models={"ES": "zzz"})
    assert settings(home, made, models={"ES": "promoted"}).content == {}, "none is in use"


def test_what_speaks_for_the_side_passes_and_what_speaks_against_it_is_rejected(
    home: Path, made: Trained
) -> None:
    own = ready(home, made, gate=0.4)
    good, bad = own.judge(candidate(0.9)), own.judge(candidate(-0.9))
    assert (good.passes, bad.passes) == (True, False)
    assert (good.number or 0) > (bad.number or 1) + 0.1
    mirrored = own.judge(candidate(-0.9, side=-1, score=-0.5))
    assert mirrored.number == pytest.approx(good.number, abs=0.03), "but for the column `side`"
    assert own.judge(candidate(0.9)) == good, "it keeps nothing"


def test_it_says_of_a_candidate_what_it_says_of_its_row(home: Path, made: Trained, here: Path) -> None:
    """The same object judges one by one and in a table."""
    first, last = (
        session_on(Planted().last).day.replace(month=5, day=11),
        Planted().last.replace(month=5, day=22),
    )
    run = planted_run(here / "later", Planted(seed=5, count=200, edge=0.9, first=first, last=last))
    data = data_set([run], STRATEGY)
    folder = home / "models" / made.card.id
    host = PluginHost.discover()
    ensemble = load_model(folder, made.card, lambda use: kind_of(use, host))
    many = ensemble.many(data.x(made.card.columns))
    own = ready(home, made)
    for row in range(0, len(data), 7):
        named = dict(zip(data.names, data.values[row].tolist(), strict=True))
        values = {name: None if np.isnan(named[name]) else named[name] for name in FEATURES}
        ts = int(data.ts[row])
        session = next(session_on(day) for day in [run_day(ts)])
        one = candidate_of(
            now=ts, session=session, side=int(data.side[row]), stop=12, target=24, values=values,
            score=named["score"], confidence=named["confidence"],
        )  # fmt: skip
        assert own.judge(one).number == pytest.approx(many[row], abs=1e-6)


def run_day(ts: int) -> Any:
    from mia_plugins.data.sessions import session_at

    found = session_at(ts)
    assert found is not None
    return found.day


def test_gates_are_a_probability_or_what_the_bracket_needs(home: Path, made: Trained) -> None:
    one = candidate(0.9)
    p = ready(home, made).judge(one).number
    assert p is not None
    assert ready(home, made, gate=p - 0.01).judge(one).passes is True
    assert ready(home, made, gate=p + 0.01).judge(one).passes is False
    even = ready(home, made, gate="break_even")
    needed = made.card.even.needed_of(12, 24)
    assert even.judge(one).passes is (p >= needed)
    costs = 4.5 / 12.5
    assert needed == pytest.approx((12 + costs) / (12 + 24)), "what a round trip costs is in it"
    assert even.judge(candidate(0.9, target=3)).passes is False, "12 t for 3 t needs 80 of 100"
    majority = ready(home, made, gate=0.05, voting="majority")
    assert majority.judge(one).passes is True
    assert majority.judge(one).reason == "100% of the models' weight say at least 5%"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"product": "NQ"}, "is of ES, and the run decides about NQ"),
        ({"presets": ()}, "belongs to the preset elite_2025_08, and the run has none"),
        ({"names": NAMES - {"calm"}}, "looks at 'calm', which the run does not have"),
        (
            {"strategy": StrategySettings(bar=5)},
            "other settings of confluence: the strategy's `bar` is 1 and 5",
        ),
        ({"features": {"flow": Flow(bars=6)}}, "was trained with another feature 'flow', or other settings"),
        ({"uses": {"flow": "tide"}}, "was trained with another feature 'flow', or other settings"),
        ({"span": (LATER - 10**16, LATER)}, "knows what came until 2026-0"),
        ({"span": (LATER, LATER + 10**16)}, "may be used until 2026-07"),
    ],
)
def test_a_model_refuses_what_is_not_its_own(
    home: Path, made: Trained, changed: dict[str, Any], told: str
) -> None:
    own = MlFilter(market_of(), settings(home, made))
    own._id = made.card.id
    with pytest.raises(ModelError) as error:
        own.admit(there(**changed))
    assert told in error.value.what


def test_it_judges_its_own_sample_only_when_told_to_and_warns(home: Path, made: Trained) -> None:
    _, last = made.card.span
    within = there(span=(last - 10**15, last))
    own = MlFilter(market_of(), settings(home, made, in_sample=True))
    own.admit(within)
    own.begin()
    assert own.warning.startswith(f"in sample: the model {made.card.id} was trained on decisions until 2026-")
    assert own.judge(candidate(0.9, now=last)).number is not None
    live = ready(home, made)
    with pytest.raises(ModelError, match="knows what came until"):
        live.judge(candidate(0.9, now=last))


@pytest.mark.parametrize(("absent", "passes"), [("pass", None), ("block", False)])
def test_without_a_model_it_does_as_it_is_told_and_says_so(
    home: Path, made: Trained, absent: str, passes: Any
) -> None:
    own = MlFilter(market_of("ES"), settings(home, made, models={}, absent=absent))
    own.admit(there())
    assert own.judge(candidate()).passes is passes
    assert own.judge(candidate()).number is None
    assert f"`absent: {absent}`" in own.warning
    stale = ready(home, made, absent=absent)
    verdict = stale.judge(candidate(now=made.card.valid_until + 1))
    assert (verdict.passes, verdict.number) == (passes, None)
    assert stale.warning.startswith(f"the model {made.card.id} is out of date since 2026-")


def test_a_model_that_was_retired_is_warned_of_and_not_traded_with(
    here: Path, home: Path, made: Trained
) -> None:
    registry = Registry(here / "models")
    registry.add(made.card, made.files)
    registry.note(made.card.id, "retired", "me", "seen")
    told = settings(home, made, registry=str(here / "models"), absent="pass", in_sample=True)
    own = MlFilter(market_of(), told)
    own.admit(there(span=(made.card.span[1], LATER)))
    assert own.warning.startswith(f"the model {made.card.id} was retired: see")
    assert "; in sample: " in own.warning
    with pytest.raises(ModelError, match="was retired"):
        MlFilter(market_of(), told).admit(there(mode="live", span=None))


def test_live_trading_wants_it_written(home: Path, made: Trained) -> None:
    with pytest.raises(ModelError, match="live trading wants it written"):
        MlFilter(market_of(), settings(home, made)).admit(there(mode="live", span=None))
    MlFilter(market_of(), settings(home, made, absent="block")).admit(there(mode="live", span=None))


def test_a_model_that_was_changed_is_refused_before_the_run(home: Path, made: Trained, here: Path) -> None:
    registry = Registry(here / "models")
    registry.add(made.card, made.files | {"xgboost.ubj": made.files["xgboost.ubj"][:-1] + b"x"})
    own = MlFilter(market_of(), settings(home, made, registry=str(here / "models")))
    with pytest.raises(MiaError, match=r"xgboost\.ubj is not the file that was trained"):
        own.admit(there())


def test_nothing_is_read_in_the_middle_of_trading(
    home: Path, made: Trained, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = ready(home, made)
    monkeypatch.setattr("strategies.ml.filter.load_model", lambda *_: pytest.fail("it was read again"))
    assert own.judge(candidate()).number is not None
    monkeypatch.undo()
    registry = Registry(here / "models")
    folder = registry.add(made.card, made.files)
    changed = MlFilter(market_of(), settings(home, made, registry=str(here / "models")))
    changed.admit(there())
    (folder / "xgboost.ubj").unlink()
    with pytest.raises(MiaError, match=r"xgboost\.ubj"):
        changed.begin()


def test_one_prediction_takes_no_time(home: Path, made: Trained) -> None:
    """No figure: only that nothing is loaded anew for each candidate."""
    own = ready(home, made)
    own.judge(candidate())
    begun = time.perf_counter()
    for _ in range(20):
        own.judge(candidate())
    assert time.perf_counter() - begun < 2


def test_the_report_says_in_red_that_a_run_lies_in_its_sample(home: Path, made: Trained) -> None:
    run = next((home / "runs").iterdir())
    told = {"registry": str(home / "models"), "content": {"ES": made.card.id}, "gate": 0.65, "absent": "pass"}
    view = RunView(RunFolder.at(run))
    view.sources.__dict__["settings"] = {**view.settings, "filters": {"ml_filter": told}}
    blocks = list(MlFilters(MlFilters.Settings()).of_run(view))
    notes = [one for one in blocks if isinstance(one, Note)]
    assert notes[0].tone == "bad"
    assert notes[0].text.startswith("In sample: the model was trained on decisions from 2026-01-05")
    assert "it tells better decisions from worse ones" in notes[1].text
    assert "of the training's gate (break_even), not of the run's (65 %)" in notes[2].text
    tiles = [tile.label for one in blocks if isinstance(one, Tiles) for tile in one.tiles]
    assert "Kept (R)" in tiles
    voting = told | {"gate": "break_even", "voting": "majority"}
    view.sources.__dict__["settings"] = {**view.settings, "filters": {"ml_filter": voting}}
    voted = list(MlFilters(MlFilters.Settings()).of_run(view))
    assert [one.tone for one in voted if isinstance(one, Note)] == ["bad", "good"], "its figures are its own"
    (kept,) = (
        t for one in voted if isinstance(one, Tiles) for t in one.tiles if t.label.startswith("Kept by")
    )
    shown = made.card.findings["profit"]["majority"]["mean_r_kept"]["value"]
    assert kept.label == "Kept by votes (R)"
    assert float(kept.value) == pytest.approx(shown, abs=1e-3)
    view.sources.__dict__["settings"] = {**view.settings, "filters": {"ml_filter": {"absent": "pass"}}}
    (without,) = MlFilters(MlFilters.Settings()).of_run(view)
    assert without == Note("ml_filter has no model of ES: every candidate passes.", "warn")
