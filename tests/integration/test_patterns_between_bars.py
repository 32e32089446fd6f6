"""Patterns with events of their own in the engine: woken right after them, and alike however data come."""

from functools import cache
from typing import Any

import pytest

from mia_plugins.data.columns import quotes_of
from mia_plugins.data.sessions import NS
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from mia_plugins.runtime.times import TENTH
from mia_plugins.testing import Scene, random_scene
from mia_plugins.testing.proposing import instants_after
from tests.runtime import Played, Stage, stage

DAY = "2026-03-10"
PATTERNS: dict[str, dict[str, Any]] = {
    "iceberg_tracker_follow": {
        "icebergs": {"surprise": 0.0, "refills": 1, "least": 1, "within": 60_000.0},
        "reach": 40.0,
    },
    "stacked_imbalance_continuation": {},
    "liquidity_sweep_reversal": {},
}
MINUTE = 60 * NS


@cache
def scene() -> Scene:
    return random_scene(11, days=(DAY,))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    rows = next(iter(scene().rows.values()))
    usable = rows.depth.bid_ticks[:, 0] < rows.depth.ask_ticks[:, 0]
    depth = type(rows.depth)(*(getattr(rows.depth, name)[usable] for name in type(rows.depth).__slots__))
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(tmp_path_factory.mktemp("patterns"))
        own = {name: told | {"use": name, "bracket": {"stop_by": "ticks"}} for name, told in PATTERNS.items()}
        parts = [rows.trades, depth, quotes_of(depth)]
        return stage({scene().session.day: parts}, own, fills="quotes")


@pytest.fixture(scope="module")
def played(made: Stage) -> Played:
    return made.run()


def test_they_are_evaluated_at_closes_and_after_their_own_events_alone(played: Played) -> None:
    host = PluginHost.discover()
    for name, told in PATTERNS.items():
        kind: Any = host.load(host.find(Kind.STRATEGIES, name))
        rows = [row for row in played.table("decisions") if row["strategy"] == f"{name}-ES"]
        between = {row["ts"] for row in rows if row["cause"] == "trigger"}
        wanted = instants_after(kind.wakes(kind.Settings(**told)), scene())
        assert between == {ts for ts in wanted if ts % MINUTE}, name
        assert {row["cause"] for row in rows} == ({"bar", "trigger"} if wanted else {"bar"})
        assert not any(ts % TENTH for ts in between)
        assert bool(wanted) == (name != "liquidity_sweep_reversal")


def test_what_is_entered_between_bars_is_entered_once_an_event(played: Played) -> None:
    taken = [row for row in played.table("decisions") if row["outcome"] == "taken"]
    assert [row for row in taken if row["cause"] == "trigger"]
    assert len({(row["strategy"], row["ts"]) for row in taken}) == len(taken)


@pytest.mark.parametrize(
    ("chunk", "feed"), [(37 * NS, "columns"), pytest.param(None, "handlers", marks=pytest.mark.long)]
)
def test_neither_chunks_nor_feeds_change_a_byte(made: Stage, played: Played, chunk: Any, feed: str) -> None:
    assert made.run(chunk, feed=feed).bytes == played.bytes
