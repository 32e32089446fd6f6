"""Nodes and gateways are killed at random moments, and started again: a node takes over what is left."""

import json
import random
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.live_session import Broker, Ended, Session, catalog_in, is_flat

BEGUN = 4.0
"""The machine's seconds until a node trades, on a machine that has nothing else to do."""
TRADES = 10.0
"""The machine's seconds after that within which it is killed: some round trips, and what is between them."""


def killed(home: Path, broker: Broker, moment: float) -> None:
    """Start a session, and kill it after so many of the machine's seconds: whatever it does then."""
    session = Session(home / "node", broker).start()
    time.sleep(moment)
    session.end(signal.SIGKILL)


def ended_in_order(home: Path, broker: Broker) -> Ended:
    """Let a session trade, and end it."""
    before = len(broker.state()["executions"])
    session = Session(home / "node", broker).start()
    broker.until(lambda books: len(books["executions"]) > before + 2, "three fills")
    ended = session.end()
    assert ended.code == 0, ended.said
    return ended


def known_to(home: Path) -> list[str]:
    """Return the ids of the executions that an account's state knows."""
    with closing(sqlite3.connect(home / "node" / "state" / "risk.sqlite")) as state:
        return [row[0] for row in state.execute("select id from executions order by number")]


def assert_agreed(home: Path, books: dict[str, Any]) -> None:
    """Assert that nothing is held or was sent twice, and that the state knows what each start found out too."""
    assert is_flat(books)
    assert sorted(known_to(home)) == sorted(one["id"] for one in books["executions"])
    refs = Counter(one["ref"] for one in books["orders"])
    assert [ref for ref, count in refs.items() if count > 1] == []


@pytest.mark.parametrize("times", [1, *(pytest.param(one, marks=pytest.mark.long) for one in (3, 50))])
def test_after_kills_at_random_moments_both_sides_agree(times: int, tmp_path: Path) -> None:
    """From the start of the process on: also while it is idle, or on its way in."""
    drawn = random.Random(times)
    with Broker(catalog_in(tmp_path / "catalog", seconds=(1 + times // 4) * 3600)) as broker:
        for _ in range(times):
            # The only kill of an ordinary run is of a node that trades.
            killed(tmp_path, broker, drawn.uniform(BEGUN if times == 1 else 0, BEGUN + TRADES))
        ended_in_order(tmp_path, broker)
        books = broker.state()
    assert_agreed(tmp_path, books)
    runs = [json.loads(one.read_text())["status"] for one in (tmp_path / "node" / "runs").glob("*/run.json")]
    assert runs.count("complete") == 1
    assert runs.count("interrupted") in range(times // 10, times + 1)  # who had decided nothing left nothing


@pytest.mark.long
def test_a_gateway_that_is_killed_takes_its_account_along_and_the_next_start_tells(tmp_path: Path) -> None:
    """What was held is nowhere: it is counted as left at its stop, and told; the new account is traded."""
    broker = Broker(catalog_in(tmp_path / "catalog"))
    with broker:
        session = Session(tmp_path / "node", broker, own="lasts: 7200, away: 80").start()
        broker.until(lambda books: books["positions"], "a position")
        time.sleep(1)  # it is noted
        broker.end(signal.SIGKILL)
        session.end(signal.SIGKILL)
        before = set(known_to(tmp_path))
        broker.start()
        ended = ended_in_order(tmp_path, broker)
        books = broker.state()
    assert is_flat(books)
    new = {one["id"] for one in books["executions"]}
    assert not new & before
    told = [row["told"] for row in ended.rows("incidents") if row["what"] == "restart"]
    assert any("(stop)" in one for one in told), told
    assert {*known_to(tmp_path)} > new
