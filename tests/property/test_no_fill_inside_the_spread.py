"""Whatever the trades print: nobody buys below the best ask or sells above the best bid."""

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from mia_plugins.data.columns import Depth, Quotes, rows_of
from tests.drawn import Scene, drawn, scenes

NOBODY = 10**9
"""Ticks: no price is so far away."""


def standing(market: Quotes | Depth, ts: int) -> Any:
    """Return the updates that stand at an instant: the last, or the last ones of one time."""
    last = market.ts[np.searchsorted(market.ts, ts, side="right") - 1]
    return rows_of(market, market.ts == last)


def best_for(market: Quotes | Depth, side: int, ts: int) -> list[int]:
    """Return the best prices at which who buys (+1) or sells (-1) at an instant finds somebody."""
    rows = standing(market, ts)
    ticks, lots = (rows.ask_ticks, rows.ask_lots) if side > 0 else (rows.bid_ticks, rows.bid_lots)
    if isinstance(market, Depth):
        ticks, lots = ticks[:, 0], lots[:, 0]
    return [int(price) if size else side * NOBODY for price, size in zip(ticks, lots, strict=True)]


def _nothing_is_filled_inside(scene: Scene) -> None:
    played = scene.run().played
    orders = {row["order_id"]: row for row in played.table("orders")}
    for fill in played.table("fills"):
        side, order = fill["side"], orders[fill["order_id"]]
        best = best_for(scene.market, side, fill["ts"])
        # Of updates at one time each was the market for a moment.
        assert any(fill["ticks"] * side >= price * side for price in best), "inside the spread"
        if order["type"] == "limit":
            assert fill["ticks"] * side <= order["ticks"] * side, "worse than its limit"
        elif isinstance(scene.market, Quotes):
            slippage = scene.venue["slippage"]
            assert fill["ticks"] in [price + side * slippage for price in best]
    if isinstance(scene.market, Depth):
        _nobody_takes_more_than_there_is(scene.market, played.table("fills"))


def _nobody_takes_more_than_there_is(depth: Depth, fills: list[dict[str, Any]]) -> None:
    """Hold what was taken of one book, as far as the worst price, to what it showed."""
    taken = defaultdict[tuple[int, int], list[dict[str, Any]]](list)
    for fill in fills:
        row = int(np.searchsorted(depth.ts, fill["ts"], side="right")) - 1
        taken[row, fill["side"]].append(fill)
    for (row, side), those in taken.items():
        rows = standing(depth, int(depth.ts[row]))
        ticks, lots = (rows.ask_ticks, rows.ask_lots) if side > 0 else (rows.bid_ticks, rows.bid_lots)
        worst = max(fill["ticks"] * side for fill in those)
        shown = int(lots[(lots > 0) & (ticks * side <= worst)].sum())
        assert sum(fill["lots"] for fill in those) <= shown


@drawn(25)
@given(scenes("quotes"))
def test_nothing_is_filled_inside_the_spread_on_quotes(scene: Scene) -> None:
    _nothing_is_filled_inside(scene)


@drawn(25)
@given(scenes("depth"))
def test_nothing_is_filled_inside_the_spread_on_depth(scene: Scene) -> None:
    _nothing_is_filled_inside(scene)


@pytest.mark.long
@drawn(500)
@given(scenes("quotes") | scenes("depth"))
def test_nothing_is_filled_inside_the_spread_in_full(scene: Scene) -> None:
    _nothing_is_filled_inside(scene)
