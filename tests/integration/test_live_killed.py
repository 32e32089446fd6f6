"""`mia live` is killed at random moments, and started again: it takes over what the one before left."""

import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.live_session import Broker, Ended, Session, catalog_in, differences


def _more_than(count: int) -> Callable[[dict[str, Any]], bool]:
    return lambda books: len(books["executions"]) > count


def ended_runs(home: Path, broker: Broker, times: int, seed: int) -> list[Ended]:
    """Kill and start a session so often; return what each left, the last one ended in order."""
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
    return ended.of_all()


@pytest.mark.long
@pytest.mark.parametrize("times", [3, 50])
def test_after_kills_at_random_moments_both_sides_agree(times: int, tmp_path: Path) -> None:
    with Broker(catalog_in(tmp_path / "catalog", seconds=12 * 3600)) as broker:
        ends = ended_runs(tmp_path, broker, times, seed=times)
        assert len(ends) >= times
        assert "\n".join(differences(broker.state(), *ends)) == ""
