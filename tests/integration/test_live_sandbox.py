"""`mia live` fills orders itself and is killed while it holds something: the next one forgets it."""

import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from mia_plugins.errors import ExitCode
from tests.live_session import Broker, Session, catalog_in

PATIENCE = 90.0
"""The machine's seconds."""


def started(home: Path, broker: Broker, fills: str) -> Session:
    session = Session(home, broker)
    text = session.config.read_text(encoding="utf-8")
    session.config.write_text(text.replace("sim: {", f"sim: {{fills: {fills}, "), encoding="utf-8")
    return session.start()


def counted(home: Path) -> tuple[int, int]:
    """Return how many executions a state has, and how many brackets that are not done."""
    path = home / "state" / "risk.sqlite"
    if not path.exists():
        return 0, 0
    with closing(sqlite3.connect(path, timeout=10)) as state:
        if not state.execute("select 1 from sqlite_master where name = 'brackets'").fetchone():
            return 0, 0
        (executions,) = state.execute("select count(*) from executions").fetchone()
        (brackets,) = state.execute("select count(*) from brackets where done = 0").fetchone()
    return executions, brackets


def wait_until(home: Path, executions: int) -> None:
    """Wait until a state has so many executions and a bracket that is not done."""
    begun = time.monotonic()
    while counted(home) < (executions, 1):
        assert time.monotonic() - begun < PATIENCE, counted(home)
        time.sleep(0.05)


@pytest.mark.long
def test_what_a_killed_sandbox_held_is_forgotten_and_its_state_is_nobody_elses(tmp_path: Path) -> None:
    home = tmp_path / "node"
    with Broker(catalog_in(tmp_path / "catalog")) as broker:
        session = started(home, broker, "node")
        wait_until(home, 1)
        session.end(signal.SIGKILL)
        left = counted(home)
        other = started(home, broker, "gateway").ended()
        assert (other.code, "is that of a sandbox" in other.said) == (ExitCode.FILES, True), other.said
        session = started(home, broker, "node")
        wait_until(home, left[0] + 2)
        ended = session.end()
        assert (broker.state()["orders"], broker.state()["executions"]) == ([], [])
    assert ended.code == 0, ended.said
    told = [row["told"] for row in ended.rows("incidents") if row["what"] in ("restart", "foreign")]
    assert len(told) == 2, told
    assert "is forgotten" in told[0]
    assert "taken to be left at what it was entered for" in told[1]
    assert counted(home)[1] == 0
