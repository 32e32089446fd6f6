"""Whatever the order in which a session was handled: made again it decides the same, to the byte."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mia_plugins.data.catalog import Catalog
from mia_plugins.data.columns import Trades, rows_of
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import contract_of
from mia_plugins.live.recorder import Recorder
from mia_plugins.live.sealing import RECORDED, seal_recording
from mia_plugins.reconcile.replay import read_steps
from mia_plugins.runs.rows import RowLog
from mia_plugins.runtime.steps import STEPS, Step
from tests.market import DAY
from tests.recorded import changed, replayed
from tests.runtime import TABLES, Played, Stage
from tests.shaken import lived, prepared

SECONDS = 180
_numbers = count()


@dataclass(frozen=True)
class Home:
    """Where sessions are lived."""

    folder: Path
    stage: Stage


@dataclass(frozen=True)
class Session:
    """One that is over."""

    home: Home
    folder: Path
    fault: str
    played: Played

    def again(self, steps: Path | None = None, catalog: Path | None = None) -> Played:
        """Make its steps again."""
        config = changed(self.home.stage, catalog=str((catalog or self.folder / RECORDED).resolve()))
        return replayed(config, steps or self.folder / "steps.arrows", mode="sim")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("shaken")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        return Home(folder, prepared(SECONDS))


@pytest.fixture(scope="module")
def session(home: Home) -> Session:
    return session_of(home, 30)


def session_of(home: Home, seed: int) -> Session:
    folder = home.folder / f"session-{next(_numbers)}"
    folder.mkdir()
    fault, _ = lived(home.stage, folder, seed, SECONDS)
    return Session(home, folder, fault, Played(folder, {}))


def rows(played: Played) -> dict[str, list[dict[str, Any]]]:
    return {name: played.table(name) for name in TABLES}


def _is_made_again(home: Home, seed: int) -> None:
    session = session_of(home, seed)
    again = session.again()
    made, parted, miscount = (again.result[name] for name in ("steps", "parted", "miscount"))
    assert (made, parted, miscount) == (len(session.played.table("steps")), session.fault, None)
    assert again.bytes == session.played.bytes


def test_it_is_lively(session: Session) -> None:
    steps = session.played.table("steps")
    there = {step["what"] for step in steps}
    assert {"account", "adopted", "mark", "resumed", "start", "stop"} <= there
    assert {"timer", "woken", "told", "halt", "kill", "obeys"} <= there
    assert any(step["within"] for step in steps), "nothing came while an order was sent"
    times = [step["ts"] for step in steps if step["what"] in {"timer", "woken"}]
    assert times != sorted(times), "everything was handled in time"
    assert len(session.played.fills) > 4
    assert {row["outcome"] for row in session.played.table("decisions")} >= {"none", "taken", "blocked"}


def test_halts_that_strategies_set_themselves_are_made_again(home: Home) -> None:
    session = session_of(home, 20)
    assert any(step["what"] == "again" for step in session.played.table("steps"))
    halts = [step for step in session.played.table("steps") if step["what"] == "halt"]
    assert any(step["asked"] for step in halts)
    assert any(not step["asked"] for step in halts)
    assert session.again().bytes == session.played.bytes
    other = mutated(session, without_all("halt"))
    assert "'foreign' is set to stop" in other.result["parted"]
    assert "which was not done then" in other.result["parted"]


@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10_000))
def test_any_order_of_handling_is_made_again(home: Home, seed: int) -> None:
    _is_made_again(home, seed)


@pytest.mark.long
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 1_000_000))
def test_any_order_of_handling_is_made_again_in_full(home: Home, seed: int) -> None:
    _is_made_again(home, seed)


def mutated(session: Session, change: Callable[[list[Step]], list[Step]]) -> Played:
    """Make other steps than those that were handled."""
    path = session.folder / f"steps-{next(_numbers)}.arrows"
    log = RowLog(path, STEPS)
    for step in change(list(read_steps(session.folder / "steps.arrows"))):
        log.append(tuple(step))
    log.close()
    return session.again(path)


def _first(steps: list[Step], what: str, name: str = "") -> int:
    return next(at for at, one in enumerate(steps) if one.what == what and one.name.startswith(name))


def without(what: str, name: str = "") -> Callable[[list[Step]], list[Step]]:
    """Leave one step out."""

    def change(steps: list[Step]) -> list[Step]:
        at = _first(steps, what, name)
        return [*steps[:at], *steps[at + 1 :]]

    return change


def without_all(what: str) -> Callable[[list[Step]], list[Step]]:
    """Leave out each of a kind."""
    return lambda steps: [step for step in steps if step.what != what]


def with_other(what: str, name: str = "", /, **told: Any) -> Callable[[list[Step]], list[Step]]:
    """Have one step tell something else."""

    def change(steps: list[Step]) -> list[Step]:
        at = _first(steps, what, name)
        return [*steps[:at], steps[at]._replace(**told), *steps[at + 1 :]]

    return change


@pytest.mark.parametrize(
    ("change", "table"),
    [
        (without("woken"), "decisions"),
        (without("told", "OrderFilled"), "fills"),
        (with_other("told", "OrderFilled", ticks=23_000), "fills"),
        (with_other("told", "OrderFilled", fee="9.75"), "fills"),
        (with_other("woken", name="whim"), "decisions"),
        (without("mark"), "orders"),
        (without("adopted"), "orders"),
        (without("account"), "positions"),
        (without_all("kill"), "decisions"),
        (without("stop"), "shadows"),
    ],
)
def test_another_step_is_found(
    session: Session, change: Callable[[list[Step]], list[Step]], table: str
) -> None:
    again = mutated(session, change)
    assert again.table(table) != session.played.table(table)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (without("start"), "resumed .* which this time nobody asked"),
        (with_other("timer", "bars-", name="bars-2026-06-03"), "'bars-2026-06-03' of .* nobody had set"),
        (with_other("told", "OrderSubmitted", within=99), "this time none was sent"),
        (with_other("resumed", number=3, what="again"), "which this time nobody asked"),
    ],
)
def test_steps_that_cannot_be_made_are_told(
    session: Session, change: Callable[[list[Step]], list[Step]], why: str
) -> None:
    again = mutated(session, change)
    assert re.search(why, again.result["parted"]), again.result


def test_a_row_that_is_missing_is_told_with_its_stream(session: Session) -> None:
    folder = session.home.folder / f"other-{next(_numbers)}"
    catalog = Catalog.open(Files(str(session.folder / RECORDED)))
    with Recorder(folder) as recorder:
        for file in catalog.data_files():
            contract = contract_of(file.instrument_id, DAY)
            for part in catalog.read(file.kind, file.instrument_id):
                first = 1 if isinstance(part, Trades) else 0
                recorder.take(contract, rows_of(part, slice(first, None)))
    assert seal_recording(folder, "other")
    again = session.again(catalog=folder / RECORDED)
    told = again.result["miscount"]
    assert told["stream"] == "ES trades"
    assert told["replayed"] == told["recorded"] - 1
    assert again.table("decisions") != session.played.table("decisions")


def test_steps_that_were_cut_off_are_made_as_far_as_they_go(session: Session) -> None:
    half = len(session.played.table("steps")) // 2
    again = mutated(session, lambda steps: steps[:half])
    assert (again.result["steps"], again.result["parted"]) == (half, "")
    for name, found in rows(again).items():
        assert found == session.played.table(name)[: len(found)], name
    assert again.table("decisions")
