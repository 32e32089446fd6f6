"""Every preset runs on the synthetic market, and what it decides depends on its inputs alone."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from catalog.generation import generate, trading_days
from catalog.market.settings import MarketSettings
from mia_plugins.backtest.run import BacktestJob, run_backtest
from mia_plugins.data.arrow import Kind
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import lead_contract
from mia_plugins.data.sessions import NS, session_on
from mia_plugins.data.store import Store
from mia_plugins.jobs.worker import Reporter
from mia_plugins.runs.rows import read_log
from mia_plugins.settings.layers import shipped_presets
from mia_plugins.settings.resolve import load_run
from mia_plugins.testing.changed import changed_after, reflected
from mia_plugins.testing.scenes import Rows, Scene
from mia_plugins.units import Multiple
from tests.market import ORIGIN

DAY = dt.date(2026, 6, 1)
OVERLAYS = (
    "conservative",
    "data_collection",
    "group_rescale",
    "launch",
    "live",
    "paper",
    "patterns",
    "strict_30min",
)
SIMILAR = ("enhanced_14", "features_full")
"""Presets that are others with more features: they run with the long tests."""
WHOLE = sorted(set(shipped_presets()) - set(OVERLAYS))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a thin day of the synthetic market."""
    made = tmp_path_factory.mktemp("presets")
    settings = MarketSettings(density=Multiple(0.03))
    list(generate(Files(str(made / "data")), settings, trading_days(DAY, DAY)))
    return made


def scene_of(folder: Path) -> Scene:
    """Return a day of a catalog as a scene."""
    catalog = Catalog.open(Files(str(folder)))
    session, found = session_on(DAY), {}
    for product in ("ES", "NQ"):
        name = lead_contract(product, DAY).instrument_id
        trades, depth = (
            [part for part in catalog.read(kind, name, session.open, session.close) if len(part)]
            for kind in (Kind.TRADES, Kind.DEPTH)
        )
        found[DAY, product] = Rows(joined(trades), joined(depth))
    tables = {
        (DAY, name): pa.concat_tables(catalog.row_groups(paths[0]))
        for name, paths in catalog.tables().items()
        if name in ("levels", "option_chains", "vix")
    }
    return Scene(DAY, found, tables)


def joined(parts: list[Any]) -> Any:
    """Return columns of one kind as one."""
    kind = type(parts[0])
    return kind(*(np.concatenate([getattr(part, name) for part in parts]) for name in kind.__slots__))


def stored(scene: Scene, folder: Path) -> Path:
    """Write a scene as a catalog."""
    store = Store.begin(Files(str(folder)), ORIGIN)
    contracts = [lead_contract(product, DAY) for product in scene.products]
    store.write_instruments(contracts)
    with store.draft(DAY) as draft:
        for contract in contracts:
            rows = scene.rows[DAY, contract.code]
            draft.write(contract.instrument_id, rows.trades)
            draft.write(contract.instrument_id, rows.depth)
        for (_, name), table in scene.tables.items():
            draft.write_table(name, table)
    store.publish(DAY)
    return folder


def decided(home: Path, preset: Any, seconds: int | None = None, **own: Any) -> pa.Table:
    """Return the decisions of a run with a preset."""
    folder = home / f"run-{len(list(home.iterdir()))}"
    folder.mkdir()
    config = folder / "run.json"  # what JSON writes is YAML
    given: dict[str, Any] = {
        "preset": preset,
        "catalog": str(home / "data"),
        "instruments": ["ES"],
        "observe": ["NQ"],
        "start": str(DAY),
        "end": str(DAY),
    }
    config.write_text(json.dumps(given | own))
    job = BacktestJob(config, (), folder, {}, None if seconds is None else seconds * NS)
    told = run_backtest(job, Reporter(lambda _: None, memoryview(bytearray(1))))
    assert told["status"] == "complete"
    batches = list(read_log(folder / "decisions.arrows"))
    return pa.Table.from_batches(batches).unify_dictionaries().combine_chunks()


@pytest.mark.parametrize(
    "preset",
    [pytest.param(name, marks=pytest.mark.long) if name in SIMILAR else name for name in WHOLE],
)
def test_a_preset_runs_and_says_why_it_did_nothing_each_time(home: Path, preset: str) -> None:
    found = decided(home, preset, traded_as="micro")
    assert found.num_rows > 1_000
    by_reason = found.group_by(["outcome", "reason"]).aggregate([("id", "count")]).to_pylist()
    assert not [row for row in by_reason if row["outcome"] != "taken" and not row["reason"]]
    known = [found[f"v.{name}"].null_count < found.num_rows for name in weighed(preset)]
    assert known.count(True) >= len(known) - 1  # the flow of options asks for sixty sessions


def weighed(preset: str) -> list[str]:
    run = load_run(Path("mia:backtests/demo_day.yaml"), preset=preset)
    return [one.name for one in run.components if one.weight]


def test_overlays_are_overlays() -> None:
    for name in OVERLAYS:
        run = load_run(Path("mia:backtests/demo_day.yaml"), preset=name)
        assert not [one for one in run.components if one.weight and one.name == "vwap_trend_signal"] or (
            name == "group_rescale"
        )


def test_pieces_and_handlers_decide_the_same(home: Path) -> None:
    whole = decided(home, "production_v3_4")
    assert decided(home, "production_v3_4", 613).to_pylist() == whole.to_pylist()
    assert decided(home, "production_v3_4", feed="handlers").to_pylist() == whole.to_pylist()


def test_what_is_declared_absent_leaves_the_coverage(home: Path) -> None:
    without = decided(home, "production_v3_4", absent=["other product", "option_chains"], observe=[])
    names = set(without.column_names)
    assert not names & {"v.es_nq_correlation", "v.options_flow_bias"}
    assert {"v.gamma_levels_proximity", "v.vwap_trend_signal"} <= names  # imported levels do for walls
    assert without["v.coverage"].to_pylist()[-1] == 1.0


def test_the_other_index_must_be_there_or_declared_absent(home: Path) -> None:
    with pytest.raises(Exception, match=r"follows NQ, which the run does not look at"):
        decided(home, "production_v3_4", observe=[])


def test_micros_are_filled_at_their_own_prices_or_at_those_of_the_full_contract(home: Path) -> None:
    own = decided(home, "production_v3_4", traded_as="micro", venue={"fills": "quotes"})
    stand_in = decided(home, "production_v3_4", traded_as="micro")
    for found in (own, stand_in):
        assert set(found["instrument_id"].to_pylist()) == {"MESM6.XCME"}
    # What is decided on is ES either way.
    assert own["v.fused"].equals(stand_in["v.fused"])


ACTS = ("ts", "outcome", "reason", "tier", "size")
"""What is the same in the mirror image."""
LENIENT = {
    "least_coverage": 0.3,
    "least_confidence": 0.2,
    "least_regime_confidence": 0.0,
    "tiers_are_names": True,
}
"""Gates of the default preset that let much through on a thin day."""


def let_through(home: Path, folder: Path) -> pa.Table:
    """Return what the default preset decides on a catalog when little keeps it from trading."""
    rules = {"levels_stale": {"missing": "pass"}, "blind_spot": {"enabled": False}}
    given: dict[str, Any] = {"catalog": str(folder), "strategies": {"confluence": LENIENT}, "rules": rules}
    return decided(home, "production_v3_4", traded_as="micro", **given)


def test_the_mirrored_market_is_traded_as_the_mirror_image(home: Path) -> None:
    """By the imported levels: a run is not told that a chain is an image, and would price its legs anew."""
    scene = scene_of(home / "data")
    scene = replace(
        scene, tables={key: rows for key, rows in scene.tables.items() if key[1] != "option_chains"}
    )
    here = let_through(home, stored(scene, home / "as-it-is")).to_pylist()
    there = let_through(home, stored(reflected(scene), home / "mirrored")).to_pylist()
    assert [[row[name] for name in ACTS] for row in here] == [[row[name] for name in ACTS] for row in there]
    assert [row["side"] for row in here] == [-row["side"] for row in there]
    taken = [row["side"] for row in here if row["outcome"] == "taken"]
    assert set(taken) == {1, -1}
    for one, other in zip(here, there, strict=True):
        for name in ("score", "v.navale", "v.fused", "v.confluence_score", "v.menthorq"):
            assert (one[name] is None) == (other[name] is None)
            assert one[name] is None or abs(one[name] + other[name]) < 1e-9


def test_what_comes_later_changes_no_decision_before(home: Path) -> None:
    scene = scene_of(home / "data")
    whole = let_through(home, stored(scene, home / "whole")).to_pylist()
    taken = [row["ts"] for row in whole if row["outcome"] == "taken"]
    cut = taken[len(taken) // 2].value
    poisoned = let_through(home, stored(changed_after(scene, cut), home / "poisoned")).to_pylist()
    before = [row for row in whole if row["ts"].value <= cut]
    assert before == poisoned[: len(before)]
    assert whole[len(before) :] != poisoned[len(before) :]
