"""A state's file comes to the disk behind whoever writes it."""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from risk.state import RiskState, StateError, settling
from risk.state.settling import Settling
from risk.state.store import Kept


def waits(state: RiskState) -> bool:
    """Say whether each statement waits for the disk."""
    (level,) = state._connection.execute("pragma synchronous").fetchone()
    return bool(level == 2)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the files that were brought to the disk."""
    found: list[str] = []
    fsync = os.fsync

    def noted(handle: int) -> None:
        found.append(Path(f"/proc/self/fd/{handle}").resolve().name)
        fsync(handle)

    monkeypatch.setattr(settling, "EVERY", 0.01)
    monkeypatch.setattr(os, "fsync", noted)
    return found


def until(holds: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def note(state: RiskState, number: int) -> None:
    assert not state.claim([f"{number}-E"], Kept(str(number), "one-ES", "{}", False))


def test_what_is_noted_comes_to_the_disk_soon_and_only_then(here: Path, synced: list[str]) -> None:
    with RiskState.open(here) as state:
        assert waits(state)
        with Settling(state):
            assert not waits(state)
            time.sleep(0.05)
            assert synced == []
            note(state, 1)
            until(lambda: synced)
            time.sleep(0.05)
            often = len(synced)
            time.sleep(0.05)
            assert len(synced) == often  # there is nothing more to be brought
            note(state, 2)
        assert len(synced) > often  # whatever the thread had come to
        assert set(synced) == {"risk.sqlite-wal"}
        assert waits(state)


@pytest.mark.usefixtures("synced")
def test_what_was_written_ahead_comes_into_the_file_without_a_writer(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "MANY", 20)
    with RiskState.open(here) as state, Settling(state):
        before = state.path.stat().st_mtime_ns
        for number in range(30):
            note(state, number)
        until(lambda: state.path.stat().st_mtime_ns > before)
    with closing(sqlite3.connect(here / "risk.sqlite")) as file:
        assert file.execute("select count(*) from orders").fetchone() == (30,)


def test_a_file_that_cannot_be_brought_to_the_disk_is_told_and_tried_again(
    here: Path, synced: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    noted, broken = os.fsync, [True]

    def fsync(handle: int) -> None:
        if broken[0]:
            broken[0] = False
            raise OSError(5, "Input/output error")
        noted(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with RiskState.open(here) as state, Settling(state):
        note(state, 1)
        until(lambda: synced)
        with pytest.raises(StateError, match=r"risk\.sqlite: Input/output error"):
            note(state, 2)
        note(state, 2)  # it was told once


def test_what_nobody_was_told_of_by_then_is_told_at_the_end(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    with RiskState.open(here) as state:
        settles = Settling(state)
        settles.__enter__()
        note(state, 1)
        monkeypatch.setattr(os, "fsync", broken)
        with pytest.raises(StateError, match=r"risk\.sqlite: Input/output error"):
            settles.__exit__(None, None, None)


def test_what_is_not_committed_is_not_taken_for_settled(
    here: Path, synced: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with RiskState.open(here) as state, Settling(state):
        keep, early = state.keep, list[str]()

        def slow(bracket: Kept) -> None:
            keep(bracket)
            time.sleep(0.05)
            early.extend(synced)

        monkeypatch.setattr(state, "keep", slow)
        note(state, 1)
        until(lambda: synced)
        assert early == []


@pytest.mark.usefixtures("synced")
def test_what_could_not_be_filed_is_filed_after_the_next_row(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Path] = []

    def fails_once(path: Path) -> None:
        tried.append(path)
        if len(tried) == 1:
            raise StateError(f"{path}: disk I/O error")

    monkeypatch.setattr(settling, "MANY", 3)
    monkeypatch.setattr(settling, "file_ahead", fails_once)
    with RiskState.open(here) as state, Settling(state):
        note(state, 1)
        note(state, 2)
        until(lambda: tried)
        time.sleep(0.02)
        with pytest.raises(StateError, match="disk I/O error"):
            note(state, 3)
        note(state, 3)
        until(lambda: len(tried) == 2)
