"""From runs of the real engine to a model, and to runs that it judges, by the commands that a user types."""

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from mia_plugins.data.columns import Quotes
from mia_plugins.data.sessions import sessions
from mia_plugins.statistics.sources import Sources
from mia_plugins.statistics.trades import trades_of
from tests.conftest import Mia
from tests.runtime import BASE, a_trade_a_minute, stage

MINUTE = 60 * 10**9
MINUTES = 120
STEPS = 6
"""Ticks that it goes in a minute."""
DAYS = sessions(dt.date(2026, 4, 20), dt.date(2026, 5, 18))
TRAINED, JUDGED, DRIFTED = DAYS[:15], DAYS[15:18], DAYS[18:21]


def market(day: Any, steps: int = STEPS, on: float = 0.9) -> Iterable[Any]:
    """Return a market that mostly goes on as in the minute before: for ten minutes or so, if `on` is .9."""
    rng = np.random.default_rng(day.day.toordinal())
    sign = np.cumprod(np.where(rng.random(MINUTES) < on, 1, -1))
    bid = BASE + np.cumsum(np.repeat(sign, steps))
    ts = day.rth_open + np.arange(MINUTES * steps) * MINUTE // steps + 10**9
    lots = np.full(len(ts), 100)
    quotes = Quotes(ts, bid, bid + 1, lots, lots)
    return [quotes, a_trade_a_minute(quotes)]


@pytest.fixture
def config() -> Path:
    """Return the settings of the training's run; those days are in the catalog, and the ones after."""
    days = {one.day: market(one) for one in (*TRAINED, *JUDGED)}
    # It goes twice as far, and what went up comes back more often than not.
    days |= {one.day: market(one, 2 * STEPS, 0.4) for one in DRIFTED}
    set_up = stage(
        days,
        {"leaning": {}},
        fills="quotes",
        plugin="tests.leaning:Leaning",
        features={"session_context": {}},
    )
    return set_up.config


def layered(config: Path, name: str, **more: Any) -> Path:
    path = config.with_name(f"{name}.yaml")
    path.write_text(json.dumps({"extends": config.name} | more))
    return path


def test_a_filter_that_was_trained_on_runs_makes_later_runs_better(config: Path, mia: Mia) -> None:
    train_days = {"start": str(TRAINED[0].day), "end": str(TRAINED[-1].day)}
    later_days = {"start": str(JUDGED[0].day), "end": str(JUDGED[-1].day)}
    first = layered(config, "first", **train_days)
    done = mia("backtest", first, "--runs", "runs", "--json")
    assert done.code == 0, done.err
    unfiltered = Path(json.loads(done.out)["runs"][0]["folder"])
    training = config.with_name("train.yaml")
    learners = {
        "logistic": {"weight": 0.3},
        "random_forest": {"weight": 0.35, "trees": 20},
        "xgboost": {"weight": 0.35, "trees": 40},
    }
    told = {"runs": str(Path("runs").absolute()), "instrument": "ES", "strategy": "leaning", "least": 300, "gate": "break_even", "folds": 3, "first": 0.2, "groups": 4, "held_out": 1, "learners": learners, "registry": str(Path("models").absolute()), "believable": 0.9, "believable_together": 0.99}  # fmt: skip
    training.write_text(json.dumps(told))
    done = mia("train", training, "--json")
    assert done.code == 0, done.err
    made = json.loads(done.out)
    assert made["card"]["findings"]["importance"][0]["column"] == "lean × side"
    assert mia("models", "promote", made["model"]).code == 0

    filters = {
        "ml_filter": {
            "registry": str(Path("models").absolute()),
            "models": {"ES": "promoted"},
            "gate": "break_even",
        }
    }
    within = mia("backtest", layered(config, "within", **train_days, filters=filters), "--runs", "runs")
    assert within.code == 1
    assert f"the model {made['model']} knows what came until" in within.err

    watched = {
        "registry": str(Path("models").absolute()),
        "models": {"ES": "promoted"},
        "watch": {"window": 50, "days": 2, "trades": 20, "sure": 0.999},
        "every": 25,
    }
    judged = layered(config, "judged", **later_days, filters=filters, actors={"ml_drift": watched})
    done = mia("backtest", judged, "--runs", "runs", "--json")
    assert done.code == 0, done.err
    told_of = json.loads(done.out)["runs"][0]
    assert mean_r(Path(told_of["folder"])) > mean_r(unfiltered) + 0.2
    journal = pq.read_table(Path(told_of["folder"]) / "decisions.parquet").to_pylist()
    asked = [row for row in journal if row["n.ml_filter"] is not None]
    assert {row["outcome"] for row in asked} == {"taken", "rejected"}
    even = made["card"]["even"]
    needed = even["lost"] / (even["lost"] + even["gained"])
    assert needed == pytest.approx(needed_of(unfiltered), abs=0.02)
    assert all((row["n.ml_filter"] >= needed) == (row["outcome"] == "taken") for row in asked)
    assert all(row["reason"] == "ml_filter" for row in asked if row["outcome"] == "rejected")
    shadows = pq.read_table(Path(told_of["folder"]) / "shadows.parquet").num_rows
    assert shadows >= sum(row["outcome"] == "rejected" for row in asked) > 0
    assert [line for line in told_of["warnings"] if "drift" in line] == [], "the world is as it was"
    whole = mia("models", "drift", made["model"], told_of["run"], "--json")
    assert not [one for one in json.loads(whole.out)["alarms"] if "spread" in one], whole.out

    last_days = {"start": str(DRIFTED[0].day), "end": str(DRIFTED[-1].day)}
    restarted = watched | {"runs": str(Path("runs").absolute()), "after": [told_of["run"]]}
    drifted = layered(config, "drifted", **last_days, filters=filters, actors={"ml_drift": restarted})
    done = mia("backtest", drifted, "--runs", "runs", "--json")
    assert done.code == 0, done.err
    now = json.loads(done.out)["runs"][0]
    assert any("'lean' is spread otherwise" in line for line in now["warnings"]), now["warnings"]
    assert any("trades" in line and "had said" in line for line in now["warnings"]), now["warnings"]
    asked_of = mia("models", "drift", made["model"], now["run"], "--json")
    assert asked_of.code == 1
    assert len(json.loads(asked_of.out)["alarms"]) >= 2


def needed_of(folder: Path) -> float:
    """Return the share of wins at which a run's trades, all with targets as far as stops, make nothing."""
    trades = trades_of(Sources(folder))
    won = (trades.exit == "target") | (trades.r > 0)
    win, loss = np.nanmean(trades.r[won]), -np.nanmean(trades.r[~won])
    return float(loss / (loss + win))


def mean_r(folder: Path) -> float:
    """Return the mean result of a run's trades in R."""
    return float(np.nanmean(trades_of(Sources(folder)).r))
