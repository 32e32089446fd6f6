"""Where a run is cut, and what of it is held to the run as it is."""

from typing import Any

import pyarrow as pa
import pytest

from mia_plugins.checks.errors import CheckError
from mia_plugins.checks.lookahead import _leak, cut_instants
from mia_plugins.checks.poison import Future, Poison

TIME = pa.timestamp("ns", tz="UTC")
CUT = Poison(10, Future.CUT)


def evaluated(rows: int, acted: dict[int, int]) -> pa.Table:
    """Return evaluations at 0, 1, 2 …; some, by row the instant, had a candidate."""
    ts = [acted.get(row, row) for row in range(rows)]
    return pa.table(
        {
            "ts": pa.array(ts, TIME),
            "outcome": ["taken" if row in acted else "none" for row in range(rows)],
        }
    )


def test_the_few_that_acted_are_all_cut_at() -> None:
    found = cut_instants(evaluated(390, {50: 50, 137: 137, 301: 301}), 8)
    assert {50, 137, 301} < set(found)
    assert len(found) == 8


def test_many_that_acted_are_spread_over() -> None:
    acted = {row: row for row in range(0, 390, 3)}
    found = cut_instants(evaluated(390, acted), 4)
    assert len(found) == 4
    assert set(found) <= set(acted)


def test_many_that_acted_at_one_instant_are_one() -> None:
    assert len(cut_instants(evaluated(390, dict.fromkeys(range(7, 20), 7)), 4)) == 4
    with pytest.raises(CheckError, match="too little"):
        cut_instants(evaluated(1, {}), 4)


def tables(**order: Any) -> dict[str, pa.Table]:
    """Return a run of one order that was sent at 5 and done at 7, cut at 10."""
    row = {"order_id": "a", "decision": 1, "strategy": "s", "instrument_id": "ES", "role": "stop"}
    row |= {"type": "stop", "side": -1, "lots": 1, "ticks": 24_000, "ts": 5, "ts_done": 7}
    row |= {"state": "filled", "filled": 1, "reason": ""} | order
    orders = pa.table(
        {name: pa.array([value], TIME if name.startswith("ts") else None) for name, value in row.items()}
    )
    decisions = pa.table({"id": [1], "ts": pa.array([5], TIME), "strategy": ["s"]})
    return {"decisions": decisions, "orders": orders, "fills": pa.table({"ts": pa.array([], TIME)})}


@pytest.mark.parametrize("other", [{"ticks": 23_000}, {"lots": 9}, {"state": "cancelled"}, {"ts_done": 8}])
def test_an_order_that_was_done_by_the_cut_is_compared_whole(other: dict[str, Any]) -> None:
    assert _leak(tables(), tables(), CUT) is None
    found = _leak(tables(), tables(**other), CUT)
    assert found is not None
    assert (found.parting.table, found.parting.columns, found.ts) == ("orders", tuple(other), 5)


def test_what_becomes_of_an_order_after_the_cut_is_free() -> None:
    assert _leak(tables(ts_done=11), tables(ts_done=12, ticks=23_000, state="cancelled"), CUT) is None
