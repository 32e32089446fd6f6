"""The shadow of a limit entry ends as the order does in the engine: filled or not, and how it is left."""

from typing import Any

import numpy as np
import pytest

from mia_plugins.data.columns import Bars, Quotes
from mia_plugins.data.sessions import NS
from tests.market import DAY
from tests.runtime import BASE, Played, a_trade_a_minute, at, stage

MINUTE = 60 * NS
STEPS = 30
"""Decisions, six minutes apart, each left after five."""


def drawn(kind: str) -> list[Any]:
    """Return some hours of a market that walks."""
    rng = np.random.default_rng(4)
    start, minutes = at("09:30"), 6 * STEPS + 10
    if kind == "quotes":
        ts = start + np.sort(rng.choice(minutes * 600, minutes * 12, replace=False)) * (NS // 10) + 1
        bid = BASE + np.cumsum(rng.integers(-2, 3, len(ts)))
        lots = np.full(len(ts), 100)
        quotes = Quotes(ts, bid, bid + rng.integers(1, 3, len(ts)), lots, lots)
        return [quotes, a_trade_a_minute(quotes)]
    close = BASE + np.cumsum(rng.integers(-4, 5, minutes))
    opened = np.concatenate(([BASE], close[:-1])) + rng.integers(-1, 2, minutes)
    high = np.maximum(opened, close) + rng.integers(0, 5, minutes)
    low = np.minimum(opened, close) - rng.integers(0, 5, minutes)
    ends = start + (np.arange(minutes) + 1) * MINUTE
    return [Bars(ends, opened, high, low, close, np.full(minutes, 50))]


def price_at(parts: list[Any], ts: int) -> int:
    """Return a bar's close, or the bid that stands."""
    rows = parts[0]
    row = int(rows.ts.searchsorted(ts, "right")) - 1
    return int(rows.close[row] if isinstance(rows, Bars) else rows.bid_ticks[row])


def played(parts: list[Any], fills: str, outcome: str) -> Played:
    steps = []
    for number in range(STEPS):
        ts = at("09:36") + 6 * number * MINUTE
        side = (1, -1)[number % 2]
        price = price_at(parts, ts)
        limit = price - side * (2 + number % 4)
        bracket = {"entry": limit, "stop": limit - side * 7, "target": limit + side * 9}
        steps.append({"at": ts, "side": side, "until": ts + 5 * MINUTE, "outcome": outcome} | bracket)
    return stage({DAY: parts}, {"scripted": {"steps": steps}}, fills=fills).run()


@pytest.mark.parametrize("kind", ["quotes", "bars"])
def test_a_limit_that_was_not_sent_would_have_done_what_one_that_is_does(
    kind: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parts = drawn(kind)
    real, supposed = played(parts, kind, "taken"), played(parts, kind, "blocked")
    made = {row["decision"]: row for row in real.table("positions")}
    entries = {row["decision"]: row["ticks"] for row in real.table("fills") if row["role"] == "entry"}
    kinds = set()
    shadows = supposed.table("shadows")
    assert len(shadows) == STEPS
    for shadow in shadows:
        of = made.get(shadow["id"])
        kinds.add(shadow["exit"])
        if of is None:
            assert (shadow["exit"], shadow["entry"]) == ("not filled", None), shadow
            continue
        assert (shadow["entry"], shadow["ts_entry"]) == (entries[shadow["id"]], of["ts_open"]), shadow
        assert (shadow["exit"], shadow["ts_exit"]) == (of["exit"], of["ts_close"]), (shadow, of)
    assert kinds == {"target", "stop", "time", "not filled"}
