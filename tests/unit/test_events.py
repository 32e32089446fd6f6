"""Orders, sweeps, blocks, liquidity sweeps, icebergs, absorption: worked examples, and references by hand."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import numpy as np
import pytest

from indicators.events import orders as o
from indicators.events.absorption import Absorption, AbsorptionSignal
from indicators.events.icebergs import Icebergs
from indicators.events.large import BlockCrosses, LargeOrders
from indicators.events.liquidity_sweep import LiquiditySweeps
from indicators.events.orders import AggressorOrders
from indicators.events.sweeps import Sweeps
from mia_plugins.data.columns import Trades
from mia_plugins.features import Market, Measure
from mia_plugins.features.walking import walk
from mia_plugins.testing import Scene, random_scene
from mia_plugins.testing.invariants import market_of

MS = 1_000_000


def followed[M: Measure](kind: type[M], scene: Scene, until: str = "", **settings: Any) -> M:
    """Return a measure that has followed a scene, up to a time if one is given."""
    market = market_of(scene)
    measure = market.measure(kind, **settings)
    stop = scene.at(until) if until else None
    for instant in walk(market, scene.days(), [stop] if stop else []):
        if instant.now == stop:
            break
    return measure


def closed_orders(scene: Scene) -> list[list[int]]:
    market = market_of(scene)
    measure = market.measure(AggressorOrders)
    return [row for _ in walk(market, scene.days()) for row in measure.fresh.tolist()]


def trades_of(scene: Scene) -> Iterable[Trades]:
    return [scene.rows[key].trades for key in sorted(scene.rows) if key[1] == "ES"]


# --- orders ------------------------------------------------------------------------------------------------


def test_prints_of_one_side_and_time_are_an_order() -> None:
    scene = Scene("2026-03-10").trades(
        """
        09:30:00.100   6000.00   60   buy
        09:30:00.100   6000.25   40   buy
        09:30:00.100   6000.00    5   sell
        09:30:00.100   6000.25    7   buy
        09:30:00.200   6000.25    1   buy
        """
    )
    at, later = scene.at("09:30:00.100"), scene.at("09:30:00.200")
    assert closed_orders(scene) == [
        [at, at, 1, 24000, 24001, 100, 2],  # the seller closed it
        [at, at, -1, 24000, 24000, 5, 1],
        [at, at + 1, 1, 24001, 24001, 7, 1],  # a later time did
        [later, later + 1, 1, 24001, 24001, 1, 1],
    ]


def test_an_order_is_told_when_it_is_closed_and_never_before() -> None:
    scene = Scene("2026-03-10").trades("09:30:10   6000.00   100   buy\n09:30:20   6000.00   1   buy")
    assert not followed(LargeOrders, scene, "09:30:10").events, "more of it could come"
    assert followed(LargeOrders, scene, "09:30:10.000000001").events


@pytest.mark.parametrize(("lots", "large", "block"), [(99, 0, 0), (100, 1, 0), (499, 1, 0), (500, 1, 1)])
def test_a_hundred_lots_are_large_and_five_hundred_a_block(lots: int, large: int, block: int) -> None:
    scene = Scene("2026-03-10").trades(f"09:30:10   6000.00   {lots}   sell")
    events = followed(LargeOrders, scene).events
    assert (len(events), sum(order.block for order in events)) == (large, block)


def orders_by_hand(trades: Trades) -> list[tuple[int, int, int]]:
    rows = zip(trades.ts.tolist(), trades.side.tolist(), trades.lots.tolist(), strict=True)
    grouped = groupby(rows, key=lambda row: row[:2])
    return [(ts, side, sum(row[2] for row in of)) for (ts, side), of in grouped]


@pytest.mark.parametrize("seed", [1, 2])
def test_orders_are_those_grouped_by_hand(seed: int) -> None:
    scene = random_scene(seed)
    expected = [order for trades in trades_of(scene) for order in orders_by_hand(trades)]
    assert [(row[o.TS], row[o.SIDE], row[o.LOTS]) for row in closed_orders(scene)] == expected
    large = [(e.ts, e.side, e.lots) for e in followed(LargeOrders, scene).events]
    assert large == [order for order in expected if order[2] >= 100]
    assert len(large) > 20


def test_relative_lots_are_quantiles_of_the_sessions_before() -> None:
    scene = random_scene(3)
    measure = followed(LargeOrders, scene, lots="relative")
    sizes = np.sort([order[2] for order in orders_by_hand(next(iter(trades_of(scene))))])
    # The smallest size that so large a share of the orders does not exceed.
    expected = [int(sizes[int(np.ceil(rank * len(sizes))) - 1]) for rank in (0.995, 0.9995)]
    assert [measure.large, measure.block] == expected
    second = next(key for key in sorted(scene.rows, reverse=True))
    assert {order.ts >= scene.rows[second].trades.ts[0] for order in measure.events} == {True}


def test_a_block_at_neither_touch_was_crossed() -> None:
    scene = Scene("2026-03-10").book("09:30:00   6000.00x10 | 6000.50x10")
    at_touch = scene.trades("09:30:10   6000.50   500   buy")
    between = scene.trades("09:30:10   6000.25   500   unknown")
    smaller = scene.trades("09:30:10   6000.25   499   unknown")
    assert [len(followed(BlockCrosses, one).events) for one in (at_touch, between, smaller)] == [0, 1, 0]


# --- sweeps ------------------------------------------------------------------------------------------------


def sweeps(text: str) -> list[tuple[int, int, int]]:
    """Return side, lots and levels of the sweeps in lines of ms, ticks from 6000, lots and side."""
    scene, lines = Scene("2026-03-10"), []
    for line in text.split(","):
        ms, ticks, lots, side = line.split()
        lines.append(f"09:30:00.{int(float(ms) * MS):09d}   {6000 + int(ticks) / 4}   {lots}   {side}")
    return [(s.side, s.lots, s.levels) for s in followed(Sweeps, scene.trades("\n".join(lines))).events]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 0 1 buy, 20 1 1 buy, 40 2 1 buy", [(1, 3, 3)]),
        ("0 0 1 buy, 20 1 1 buy, 40.000001 2 1 buy", []),  # a gap of more than 20 ms
        ("0 0 1 sell, 0 -1 1 sell, 0 -2 1 sell", [(-1, 3, 3)]),  # one time
        ("0 0 50 buy, 5 1 50 buy", [(1, 100, 2)]),
        ("0 0 50 buy, 5 1 49 buy", []),
        ("0 0 500 buy", []),  # one level
        ("0 0 1 buy, 5 1 1 buy, 6 0 1 sell, 7 2 1 buy", []),  # the other side came between
        ("0 0 1 buy, 5 1 1 buy, 6 1 1 unknown, 7 2 1 buy", [(1, 3, 3)]),
        ("0 2 1 buy, 5 1 1 buy, 10 0 1 buy", []),  # against the side it goes through nothing
        ("0 0 1 buy, 20 0 1 buy, 40 0 1 buy, 60 0 1 buy, 80 1 1 buy, 100 2 1 buy", [(1, 6, 3)]),
        ("0 0 1 buy, 20 0 1 buy, 40 0 1 buy, 60 0 1 buy, 80 1 1 buy, 100 1 1 buy, 101 2 1 buy", []),
    ],
)
def test_what_a_sweep_is(text: str, expected: list[tuple[int, int, int]]) -> None:
    assert sweeps(text) == expected


def test_a_sweep_is_told_when_nothing_can_belong_to_it() -> None:
    scene = Scene("2026-03-10").trades(
        """
        09:30:00.000   6000.00   1   buy
        09:30:00.010   6000.25   1   buy
        09:30:00.020   6000.50   1   buy
        """
    )
    assert not followed(Sweeps, scene, "09:30:00.040").events
    (sweep,) = followed(Sweeps, scene, "09:30:00.040000001").events
    assert sweep.known == scene.at("09:30:00.040000001")


def sweeps_by_hand(trades: Trades) -> list[tuple[int, int, int, int, int]]:
    """Return first and last time, side, lots and levels."""
    runs: list[list[tuple[int, int, int, int]]] = []
    for ts, ticks, lots, side in zip(
        *(c.tolist() for c in (trades.ts, trades.ticks, trades.lots, trades.side)), strict=True
    ):
        if side == 0:
            continue
        run = runs[-1] if runs else []
        if run and run[0][3] == side and ts - run[-1][0] <= 20 * MS and ts - run[0][0] <= 100 * MS:
            run.append((ts, ticks, lots, side))
        else:
            runs.append([(ts, ticks, lots, side)])
    found = []
    for run in runs:
        side, prices = run[0][3], [run[0][1]]
        for _, ticks, _, _ in run:
            if side * ticks > max(side * price for price in prices):
                prices.append(ticks)
        lots = sum(row[2] for row in run)
        if len(prices) >= 3 or (len(prices) >= 2 and lots >= 100):
            found.append((run[0][0], run[-1][0], side, lots, len(prices)))
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_sweeps_are_those_found_by_hand(seed: int) -> None:
    scene = random_scene(seed)
    expected = [found for trades in trades_of(scene) for found in sweeps_by_hand(trades)]
    found = [(s.ts, s.end, s.side, s.lots, s.levels) for s in followed(Sweeps, scene).events]
    assert found == expected[-len(found) :]
    assert len(found) > 1000


# --- liquidity sweeps --------------------------------------------------------------------------------------


def bars(prices: list[tuple[int, int, int]]) -> Scene:
    """Return a scene of minutes with these highs, lows and closes, in ticks from 6000."""
    lines = [
        f"10:{minute:02d}:{second}   {6000 + ticks / 4}   1   buy"
        for minute, of in enumerate(prices)
        for second, ticks in zip((10, 20, 30), of, strict=True)
    ]
    return Scene("2026-03-10").trades("\n".join(lines))


HIGH = [(0, -2, -1), (2, 0, 1), (4, 1, 2), (10, 3, 8), (6, 2, 3), (5, 1, 2), (4, 0, 1)]
"""A swing high at 10, confirmed by the last bar."""


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ([(12, 1, 9)], [(-1, 10, 12)]),
        ([(11, 1, 9)], []),  # one tick is no pierce
        ([(12, 1, 10)], []),  # at the swing is not inside, and no bar follows
        ([(12, 1, 11), (13, 9, 12), (14, 9, 9)], [(-1, 10, 14)]),
        ([(12, 1, 11), (13, 9, 12), (13, 10, 12), (12, 8, 9)], []),  # the fourth bar
    ],
)
def test_what_a_liquidity_sweep_is(
    after: list[tuple[int, int, int]], told: list[tuple[int, int, int]]
) -> None:
    for sign in (1, -1):
        prices = [(sign * a, sign * b, sign * c) for a, b, c in HIGH + after]
        events = followed(LiquiditySweeps, bars(prices)).events
        assert [(sign * e.side, sign * (e.ticks - 24000), sign * (e.far - 24000)) for e in events] == told


# --- icebergs ----------------------------------------------------------------------------------------------


def iceberg(wait_ms: int = 100, refills: int = 3, size: int = 10) -> Scene:
    """Return ten lots that are bought and come again at 6000.25, with one lot behind them."""
    books, trades = [], []

    def book(ms: int, lots: int) -> None:
        counts = f"6000.00x20 | 6000.25x{lots} 6000.50x30" if lots else "6000.00x20 | 6000.50x30"
        books.append(f"09:31:{ms // 1000:02d}.{ms % 1000:03d}   {counts}")

    book(0, 1)
    book(10, 1 + size)
    at = 1000
    for _ in range(refills):
        trades.append(f"09:31:{at // 1000:02d}.{at % 1000:03d}   6000.25   {size + 1}   buy")
        book(at, 0)
        book(at + 20, 1)
        book(at + wait_ms, 1 + size)
        at += 1000
    return Scene("2026-03-10").book("\n".join(books)).trades("\n".join(trades))


def test_an_order_that_comes_again_three_times_is_an_iceberg() -> None:
    measure = followed(Icebergs, iceberg(refills=3), surprise=0)
    (found,) = measure.since(0)
    assert (found.side, found.ticks, found.shown, found.refills) == (-1, 24001, 10, 3)
    assert found.known == iceberg().at("09:31:03.100")
    assert not list(followed(Icebergs, iceberg(refills=2), surprise=0).since(0)), "two refills"


def test_a_refill_comes_within_half_a_second() -> None:
    assert list(followed(Icebergs, iceberg(wait_ms=500), surprise=0).since(0))
    assert not list(followed(Icebergs, iceberg(wait_ms=501), surprise=0).since(0))


def test_a_small_order_and_what_is_usual_are_no_iceberg() -> None:
    assert not list(followed(Icebergs, iceberg(size=4), surprise=0).since(0))
    assert not list(followed(Icebergs, iceberg(), surprise=10).since(0)), "not improbable enough"


def test_an_iceberg_stands_until_a_trade_goes_through_or_no_refill_comes() -> None:
    def standing(scene: Scene, until: str) -> int:
        return len(followed(Icebergs, scene, until, surprise=0).standing(scene.at(until)))

    scene = iceberg()
    assert standing(scene, "09:31:10") == 1, "it rests"
    assert standing(scene.trades("09:31:06   6000.50   1   buy"), "09:31:10") == 0
    taken = scene.trades("09:31:06   6000.25   11   buy")
    assert (standing(taken, "09:31:11"), standing(taken, "09:31:11.000000001")) == (1, 0)


# --- absorption --------------------------------------------------------------------------------------------


def absorbed(lots: int, left: int = 10, extra: str = "") -> Scene:
    """Return an hour of a quiet book, then sales of so many lots into bids of 20 that show some at the end."""
    scene = Scene("2026-03-10").book("09:00:00   6000.00x20 | 6000.25x20")
    part = lots // 3
    return scene.trades(
        f"""
        09:00:00   6000.00   1   sell
        10:00:05   6000.00   {part}   sell
        10:00:10   6000.00   {part}   sell
        10:00:20   6000.00   {lots - 2 * part}   sell
        {extra}
        """
    ).book(
        f"""
        10:00:05   6000.00x19 | 6000.25x20
        10:00:10   6000.00x18 | 6000.25x20
        10:00:20   6000.00x{left} | 6000.25x20
        """
    )


@pytest.mark.parametrize(("lots", "left", "count"), [(60, 10, 1), (60, 9, 0), (59, 10, 0), (120, 10, 1)])
def test_three_times_what_is_shown_is_absorbed_if_half_is_left(lots: int, left: int, count: int) -> None:
    # Only the first trade met 20 lots; with 18 or 19 shown less is left to run into them.
    found = list(followed(Absorption, absorbed(lots, left)).since(0))
    assert len(found) == count
    if found:
        assert (found[0].side, found[0].ticks, found[0].lots, found[0].shown) == (1, 24000, lots, 20)


def value(scene: Scene, until: str) -> float | None:
    market: Market = market_of(scene)
    feature = AbsorptionSignal(market, AbsorptionSignal.Settings())
    stop = scene.at(until)
    return next(
        feature.checked("absorption", i.now).value
        for i in walk(market, scene.days(), [stop])
        if i.now == stop
    )


def test_absorption_has_the_side_of_what_held_and_fades_in_five_minutes() -> None:
    scene = absorbed(60)
    assert value(scene, "09:30") is None, "50 minutes are needed"
    assert value(scene, "10:00:04") == 0
    assert value(scene, "10:00:20") == pytest.approx(0.5)
    assert value(scene, "10:02:50") == pytest.approx(0.25)
    assert value(scene, "10:05:20") == 0
    assert value(absorbed(120), "10:00:20") == pytest.approx(1)


def test_absorption_is_void_when_the_price_trades_through_by_two_ticks() -> None:
    one, two = (absorbed(60, extra=f"10:01:00   {price}   1   sell") for price in ("5999.75", "5999.50"))
    assert value(one, "10:01:00") == pytest.approx(0.5 * (1 - 40 / 300))
    assert value(two, "10:01:00") == 0


def test_the_best_price_may_move_by_one_tick() -> None:
    for bid, count in (("6000.25", 1), ("6000.50", 0)):
        away = absorbed(60).book(
            f"10:00:12   {bid}x5 6000.00x18 | 6000.75x9\n10:00:13   6000.00x18 | 6000.25x20"
        )
        assert len(list(followed(Absorption, away).since(0))) == count, bid
