"""A run's bytes depend on its inputs alone: not on chunks, on how data arrive, or on the process."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mia_plugins.backtest.run import BacktestJob, run_backtest
from mia_plugins.data.columns import quotes_of
from mia_plugins.data.sessions import NS
from mia_plugins.jobs.process import Job, run_jobs
from tests.market import DAY, some_depth, some_trades
from tests.runtime import Played, Stage, stage

DAYS: dict[Any, list[Any]] = {
    day: [some_trades(day, 3_000, seed), depth := some_depth(day, 3_000, seed), quotes_of(depth)]
    for seed, day in enumerate((DAY,))
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("same")


def staged(home: Path, fills: str = "depth", **own: Any) -> Stage:
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(home)
        return stage(DAYS, {"triggered": own}, fills=fills, plugin="tests.triggering:Triggered")


@cache
def _once(home: Path, fills: str) -> tuple[Stage, Played]:
    found = staged(home, fills)
    return found, found.run()


@pytest.mark.parametrize("fills", ["depth", "quotes"])
def test_triggers_and_fills_wake_it_between_bars(home: Path, fills: str) -> None:
    _, played = _once(home, fills)
    causes = {row["cause"] for row in played.table("decisions")}
    assert causes == {"bar", "trigger", "order"}
    assert len(played.fills) > 20
    assert len(played.shadows) > 20
    tenths = {row["ts"] % (NS // 10) for row in played.table("decisions")}
    assert tenths == {0}


def _chunks_and_feeds_agree(home: Path, fills: str, seconds: int | None, feed: str) -> None:
    found, played = _once(home, fills)
    again = found.run(None if seconds is None else seconds * NS, feed=feed)
    assert again.bytes == played.bytes


LENGTHS = st.none() | st.integers(600, 100_000)
FEEDS = st.sampled_from(["columns", "handlers"])
KINDS = st.sampled_from(["depth", "quotes"])


@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(LENGTHS, FEEDS, KINDS)
def test_chunks_and_feeds_change_nothing(home: Path, seconds: int | None, feed: str, fills: str) -> None:
    _chunks_and_feeds_agree(home, fills, seconds, feed)


@pytest.mark.long
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.none() | st.integers(1, 100_000), FEEDS, KINDS)
def test_chunks_and_feeds_change_nothing_in_full(
    home: Path, seconds: int | None, feed: str, fills: str
) -> None:
    _chunks_and_feeds_agree(home, fills, seconds, feed)


def test_two_processes_give_the_same_bytes(home: Path) -> None:
    found, played = _once(home, "depth")
    folders = [found.folder / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
    jobs = [Job(f.name, run_backtest, BacktestJob(found.config, (), f, {})) for f in folders]
    assert [ended.status for ended in run_jobs(jobs, 2, lambda _: None)] == ["complete", "complete"]
    for folder in folders:
        assert Played(folder, {}).bytes == played.bytes


@pytest.mark.parametrize("cheat", ["early", "late", "peeks"])
def test_a_trigger_that_cheats_is_seen(home: Path, cheat: str) -> None:
    """Times that are a ns off, where trades lie at full tenths, or that depend on the chunk, differ."""
    tenth = NS // 10
    parts = [replace(part, ts=part.ts // tenth * tenth + (cheat == "early")) for part in DAYS[DAY]]
    on_tenths = {DAY: parts}
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(home)
        found = stage(
            on_tenths, {"triggered": {"cheat": cheat}}, fills="depth", plugin="tests.triggering:Triggered"
        )
    assert found.run().bytes != found.run(feed="handlers").bytes
