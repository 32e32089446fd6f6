"""The kill switch: in the engine, from another terminal, through a restart, until somebody says why."""

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mia_plugins.errors import FileError
from mia_plugins.runtime.killing import Kill
from risk.kill import KillWatch, engage, release, standing
from risk.state import RiskState, StateError
from risk.state.claim import claimed
from tests.conftest import Mia
from tests.market import DAY
from tests.runtime import Played, a_trade_a_minute, at, buy, market_of, stage

QUIET = """
time        bid  ask
09:30:30      0    1
09:31:30.01   0    1
09:31:30.25   2    3
09:31:31      4    5
09:33:30      4    5
09:34:30      4    5
"""


def killed(level: int, *steps: dict[str, object]) -> Played:
    """Return what came of a script whose switch was set a twentieth of a second after 9:31:30."""
    market = market_of(QUIET)
    own = {"steps": list(steps), "kill": level, "kill_at": at("09:31:30.05")}
    days = {DAY: [market, a_trade_a_minute(market)]}  # type: ignore[arg-type]
    return stage(days, {"killed": own}, fills="quotes", plugin="tests.killing:Killed").run()


def test_what_is_held_is_left_within_a_tenth_of_a_second_and_nothing_is_entered_after() -> None:
    played = killed(2, buy("09:31", stop=-20, target=40), buy("09:33", stop=-20, target=40))
    assert played.fills == ["09:31:00 entry +1 @ 2", "09:31:30.1 exit -1 @ -1"]
    assert played.trips == ["long 1 kill_switch -37.50"]
    assert played.decisions == ["09:31:00 buy taken", "09:33:00 buy blocked kill_switch"]


def test_without_flatten_what_is_held_keeps_its_stop_and_an_entry_that_works_is_cancelled() -> None:
    held = killed(1, buy("09:31", stop=-20, target=3), buy("09:33", stop=-20, target=40))
    assert held.trips == ["long 1 target +12.50"]
    waiting = killed(1, buy("09:31", stop=-20, target=40, entry=-5))
    assert waiting.fills == []
    assert sorted(waiting.orders) == ["entry canceled 0/1", "stop canceled 0/1", "target canceled 0/1"]
    assert {row["ts_done"] for row in waiting.table("orders")} == {at("09:31:30.1")}


def heard(watch: KillWatch, level: Kill, seconds: float = 5.0) -> float:
    """Wait until the byte says so; return the seconds it took."""
    begin = time.perf_counter()
    while watch.byte[0] != level:
        assert time.perf_counter() - begin < seconds, f"{watch.byte[0]} after {seconds} s"
        time.sleep(0.005)
    return time.perf_counter() - begin


def test_another_terminal_kills_a_running_process_and_those_that_start_later(mia: Mia, here: Path) -> None:
    with KillWatch(here / "state") as watch:
        assert watch.byte[0] == Kill.OFF
        subprocess.run([sys.executable, "-m", "mia_plugins", "kill", "--reason", "the feed"], check=True)
        heard(watch, Kill.STOP)
        assert mia("kill", "--flatten").code == 0
        heard(watch, Kill.FLATTEN)
        # A file that is deleted by hand does not let it go, nor does a restart.
        (here / "state" / "KILL").unlink()
        assert KillWatch(here / "state").byte[0] == Kill.FLATTEN
        time.sleep(1.2)
        assert watch.byte[0] == Kill.FLATTEN

        assert mia("unkill").code == 2
        refused = mia("unkill", "--reason", " ")
        assert (refused.code, "without a reason" in refused.err) == (1, True)
        assert mia("unkill", "--reason", "the feed is right").code == 0
        heard(watch, Kill.OFF)
    assert standing(here / "state") is Kill.OFF
    with RiskState.open(here / "state") as state:
        told = [(one.killed, one.reason) for one in state.switches()]
    assert told == [(True, "the feed"), (True, "by hand"), (False, "the feed is right")]
    assert mia("unkill", "--reason", "again").code == 1


def test_any_file_of_that_name_sets_the_switch(here: Path) -> None:
    with KillWatch(here) as watch:
        (here / "KILL").write_bytes(b"\xff\x00")
        heard(watch, Kill.STOP)
    (here / "KILL").write_text("flatten\n")
    assert standing(here) is Kill.FLATTEN


def test_the_switch_is_on_though_the_state_cannot_be_written(here: Path, mia: Mia) -> None:
    (here / "state" / "risk.sqlite").mkdir(parents=True)
    done = mia("kill")
    assert done.code == 0
    assert "by its file alone" in done.err
    assert standing(here / "state") is Kill.STOP
    (here / "file").write_text("")
    failed = mia("kill", "--state", here / "file")
    assert (failed.code, "flatten at the broker" in failed.err) == (6, True)


@pytest.mark.parametrize("flatten", [True, False])
def test_a_kill_that_was_cut_short_after_its_file_still_kills(here: Path, flatten: bool) -> None:
    engage(here, flatten=flatten, reason="x")
    (here / "risk.sqlite").unlink()
    assert standing(here) is (Kill.FLATTEN if flatten else Kill.STOP)


def test_the_switch_is_on_while_the_state_cannot_be_opened(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    RiskState.open(here).close()

    def refuse(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", refuse)
        with pytest.raises(StateError, match="unable to open database file"):
            RiskState.open(here)
        assert standing(here) is Kill.STOP
        assert "unable to open" in engage(here, flatten=False, reason="x")


def test_the_watch_goes_on_after_a_look_that_failed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: Path) -> Kill:
        raise RuntimeError("too many open files")

    with KillWatch(here) as watch:
        with monkeypatch.context() as patched:
            patched.setattr("risk.kill.watch.written", fails)
            heard(watch, Kill.STOP)
        heard(watch, Kill.OFF)
        engage(here, flatten=True, reason="x")
        heard(watch, Kill.FLATTEN)


def test_a_damaged_state_is_moved_aside_by_nobody_else_while_a_process_trades_with_it(
    here: Path, mia: Mia
) -> None:
    state = here / "state"
    state.mkdir()
    with claimed(state):
        (state / "risk.sqlite").write_bytes(b"SQLite" + bytes(range(256)) * 40)
        done = mia("kill")
        assert (done.code, "by its file alone" in done.err, "is damaged" in done.err) == (0, True, True)
        assert standing(state) is Kill.STOP
        assert mia("unkill", "--reason", "x").code != 0
        assert list(state.glob("*-aside-*")) == []
    assert mia("unkill", "--reason", "it was looked at").code == 0
    assert len(list(state.glob("*-aside-*"))) == 1
    assert standing(state) is Kill.OFF


def test_a_file_made_by_hand_is_remembered_when_it_is_deleted(here: Path) -> None:
    with KillWatch(here) as watch:
        (here / "KILL").touch()
        heard(watch, Kill.STOP)
        (here / "KILL").write_text("flatten")
        heard(watch, Kill.FLATTEN)
        time.sleep(0.7)
        (here / "KILL").unlink()
        time.sleep(0.7)
        assert watch.byte[0] == Kill.FLATTEN
        release(here, "it was looked at")
        heard(watch, Kill.OFF)
    (here / "KILL").touch()
    watch = KillWatch(here)
    (here / "KILL").unlink()
    assert standing(here) is Kill.STOP
    release(here, "it was looked at")
    assert standing(here) is Kill.OFF


def test_a_full_disk_has_room_for_the_switch(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, _: str) -> None:
        raise FileError(f"{path} cannot be written: No space left on device")

    monkeypatch.setattr("risk.kill.switch.write_whole", full)
    assert "No space left" in engage(here, flatten=False, reason="x")
    assert (here / "KILL").is_file()
    assert standing(here) is Kill.STOP
