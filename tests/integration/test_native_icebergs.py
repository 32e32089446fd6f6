"""The score of icebergs on market by order of a user's: orders that fill above what they show."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.dbn import content, head, order, written

MS = 1_000_000
BID, ASK = 24_000, 24_001
DEEP = 50
"""Orders a side that stand still."""


def still() -> list[Any]:
    """Return a snapshot's worth of orders, five contracts a price."""
    orders = [order(0, "R", 0, "N", 0, 0)]
    for rank in range(DEEP):
        orders.append(order(1, "A", 100 + rank, "B", BID - rank, 5))
        orders.append(order(1, "A", 200 + rank, "A", ASK + rank, 5))
    return orders


def hit(at: int, order_id: int, lots: int, shows: int) -> list[Any]:
    """Return an execution against a bid, after which the order shows so many contracts; 0 is gone."""
    fill = [
        order(at, "T", 0, "A", BID, lots, flags=0),
        order(at, "F", order_id, "B", BID, lots, flags=0),
    ]
    after = order(at, "M", order_id, "B", BID, shows) if shows else order(at, "C", order_id, "B", BID, lots)
    return [*fill, after]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "benchmarks" / "native_icebergs.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with an iceberg, and with orders that are none."""
    records = still()
    second = 1000 * MS
    # One that shows ten and comes again four times, in the fill's own event.
    records.append(order(second, "A", 7, "B", BID, 10))
    for number in range(1, 5):
        records += hit(second + number * 100 * MS, 7, 10, 10)
    records += hit(second + 500 * MS, 7, 10, 0)
    # One that is filled in parts, and one that its owner makes larger: nothing of them was hidden.
    records.append(order(2 * second, "A", 8, "B", BID, 20))
    records += [*hit(2 * second + MS, 8, 5, 15), *hit(2 * second + 2 * MS, 8, 15, 0)]
    records.append(order(3 * second, "A", 9, "B", BID, 5))
    records.append(order(3 * second + MS, "M", 9, "B", BID, 25))
    records += hit(3 * second + 2 * MS, 9, 25, 0)
    # One that comes again at another price is another one there.
    records.append(order(4 * second, "A", 10, "B", BID, 5))
    records += hit(4 * second + MS, 10, 2, 3)
    records.append(order(4 * second + 2 * MS, "M", 10, "B", BID - 1, 8))
    return written(tmp_path_factory.mktemp("mbo"), content(records, head("mbo"))).path


def test_labels_are_the_orders_that_filled_above_what_they_showed(file: Path) -> None:
    done = run(str(file), "--labels")
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert line.startswith("ESM6 1 6000.0 2026-06-01")
    assert line.endswith("observable")


def test_what_is_found_is_compared_with_them(file: Path) -> None:
    done = run(str(file))
    assert done.returncode == 0, done.stderr
    assert "## ES: 1 days, 1 icebergs" in done.stdout
    assert "| surprise ≥ 2 |" in done.stdout
    assert "| volume alone, ≥ 50 lots | 1 | 1 | 1.000 |" in done.stdout


def test_a_file_without_any_is_no_score_of_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, content(still(), head("mbo"))).path
    done = run(str(path))
    assert done.returncode == 1
    assert "nothing to compare with" in done.stderr
