"""`mia live` is killed at random moments, and started again: it takes over what the one before left."""

import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.live_session import Broker, Ended, Session, catalog_in, is_flat


def _more_than(count: int) -> Callable[[dict[str, Any]], bool]:
    return lambda books: len(books["executions"]) > count


def killed_and_started(home: Path, broker: Broker, times: int, seed: int) -> Ended:
    """Kill and start a session so often; return how the last one ended, in order."""
    drawn = random.Random(seed)
    for _ in range(times):
        before = len(broker.state()["executions"])
        session = Session(home / "node", broker).start()
        broker.until(_more_than(before), "a fill")
        time.sleep(drawn.uniform(0, 2))
        session.end(signal.SIGKILL)
    before = len(broker.state()["executions"])
    session = Session(home / "node", broker).start()
    broker.until(_more_than(before + 2), "three fills")
    ended = session.end()
    assert ended.code == 0, ended.said
    return ended


@pytest.mark.long
@pytest.mark.parametrize("times", [3, 50])
def test_after_kills_at_random_moments_both_sides_agree(times: int, tmp_path: Path) -> None:
    with Broker(catalog_in(tmp_path / "catalog", seconds=12 * 3600)) as broker:
        ended = killed_and_started(tmp_path, broker, times, seed=times)
        books = broker.state()
    assert is_flat(books)
    # A run's tables end with its process; the account's state has what each start found out too.
    with closing(sqlite3.connect(tmp_path / "node" / "state" / "risk.sqlite")) as state:
        known = [row[0] for row in state.execute("select id from executions order by number")]
    assert sorted(known) == sorted(one["id"] for one in books["executions"])
    refs = Counter(one["ref"] for one in books["orders"])
    assert [ref for ref, count in refs.items() if count > 1] == []
    assert any("was killed; what it left is in the run store" in told for told in ended.record["warnings"])
