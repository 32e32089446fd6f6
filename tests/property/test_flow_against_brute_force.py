"""Order flow against plain Python written from the definitions, over drawn scenes."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from math import sqrt, tanh
from statistics import median, pstdev
from typing import Any

import pytest

from indicators.flow.bars import FlowBars
from indicators.flow.cvd import Cvd
from indicators.flow.delta_divergence import DeltaDivergence
from indicators.flow.footprint import Footprint
from indicators.flow.momentum_flow import MomentumFlow
from indicators.flow.stacking import Stacking
from indicators.flow.tick_momentum import TickMomentum
from indicators.flow.volume import VolumeConfirmation, VolumeImbalance
from mia_plugins.data.arrow import Kind
from mia_plugins.features import Feature, Market, Measure, Scout
from mia_plugins.tape.tape import Tape
from mia_plugins.testing import Scene, random_scene
from tests.minutes import MINUTE, Minute, at_bars, minutes_of, trades_of, wilder

SEEDS = (11, 12)


@cache
def scene(seed: int) -> Scene:
    return random_scene(seed)


def said(kind: type[Feature], seed: int, **settings: Any) -> list[tuple[int, float | None]]:
    """Return what a feature says at each bar."""

    def read(market: Market) -> Callable[[], float | None]:
        feature = kind(market, kind.Settings(**settings))
        return lambda: feature.checked("it", market.tape.now).value

    return list(at_bars(scene(seed), read))


def kept(
    kind: type[Measure], seed: int, look: Callable[[Any], Any], **settings: Any
) -> list[tuple[int, Any]]:
    """Return what a measure has at each bar."""

    def read(market: Market) -> Callable[[], Any]:
        measure = market.measure(kind, **settings)
        return lambda: look(measure)

    return list(at_bars(scene(seed), read))


def same(found: float | None, wanted: float | None) -> bool:
    if found is None or wanted is None:
        return found is wanted
    return abs(found - wanted) < 1e-9


def all_same(found: list[tuple[int, float | None]], wanted: list[float | None]) -> None:
    assert len(found) == len(wanted)
    wrong = [
        (number, one, other)
        for number, ((_, one), other) in enumerate(zip(found, wanted, strict=True))
        if not same(one, other)
    ]
    assert wrong == []
    assert len({other for other in wanted if other is not None}) > 5


def sign(number: float) -> int:
    return (number > 0) - (number < 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_bars_know_what_was_bought_sold_and_unknown(seed: int) -> None:
    found = kept(FlowBars, seed, lambda flow: flow.bars[-1])
    bars = minutes_of(scene(seed))
    assert [bar for _, bar in found] == [
        (bar.ts, bar.open, bar.high, bar.low, bar.close, bar.lots, bar.by(1), bar.by(-1), bar.by(0))
        for bar in bars
    ]
    assert any(bar.by(0) for bar in bars)


def cvd_at(bars: list[Minute], anchor: str) -> list[float | None]:
    found = []
    for bar in bars:
        start = bar.session.open if anchor == "eth" else bar.session.rth_open
        counted = [one.delta for one in bars if one.session == bar.session and start < one.ts <= bar.ts]
        found.append(float(sum(counted)) if counted else None)
    return found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("anchor", ["eth", "rth"])
def test_cvd_begins_at_its_anchor(seed: int, anchor: str) -> None:
    found = kept(Cvd, seed, lambda cvd: cvd.value, anchor=anchor)
    wanted = cvd_at(minutes_of(scene(seed)), anchor)
    all_same(found, wanted)
    assert (wanted[0] is None) == (anchor == "rth")


@pytest.mark.parametrize("seed", SEEDS)
def test_unknown_aggressors_are_counted(seed: int) -> None:
    found = kept(Cvd, seed, lambda cvd: cvd.unknown)
    bars = minutes_of(scene(seed))
    assert [count for _, count in found] == [
        sum(one.by(0) for one in bars if one.session == bar.session and one.ts <= bar.ts) for bar in bars
    ]


def momentum_at(seed: int, count: int) -> list[float | None]:
    found: list[float | None] = []
    by_session = trades_of(scene(seed))
    for bar in minutes_of(scene(seed)):
        last = [trade for trade in by_session[bar.session] if trade.ts <= bar.ts][-count - 1 :]
        if len(last) <= count:
            found.append(None)
            continue
        steps = [sign(trade.ticks - before.ticks) for before, trade in pairwise(last)]
        lots = sum(trade.lots for trade in last[1:])
        found.append(
            0.4 * sum(steps) / count + 0.6 * sum(trade.lots * trade.side for trade in last[1:]) / lots
        )
    return found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("count", [20, 97])
def test_tick_momentum(seed: int, count: int) -> None:
    all_same(said(TickMomentum, seed, trades=count), momentum_at(seed, count))


@pytest.mark.parametrize("seed", SEEDS)
def test_volume_imbalance(seed: int) -> None:
    bars, wanted = minutes_of(scene(seed)), []
    for number in range(len(bars)):
        last = bars[max(0, number - 4) : number + 1]
        bought, sold = (sum(bar.by(side) for bar in last) for side in (1, -1))
        wanted.append((bought - sold) / (bought + sold) if number >= 4 else None)
    all_same(said(VolumeImbalance, seed), wanted)


@pytest.mark.parametrize("seed", SEEDS)
def test_volume_confirmation(seed: int) -> None:
    bars = minutes_of(scene(seed))
    wanted: list[float | None] = [None] * 50
    for number in range(50, len(bars)):
        last, usual = bars[number - 4 : number + 1], median(bar.lots for bar in bars[number - 50 : number])
        agreeing = [sign(bar.delta) == sign(bar.close - bar.open) != 0 for bar in last]
        wanted.append(
            0.45 * min(1, bars[number].lots / (1.8 * usual))
            + 0.35 * abs(sum(bar.delta for bar in last)) / sum(bar.lots for bar in last)
            + 0.20 * sum(agreeing) / 5
        )
    all_same(said(VolumeConfirmation, seed), wanted)


@pytest.mark.parametrize("seed", SEEDS)
def test_momentum_flow(seed: int) -> None:
    bars, momentum = minutes_of(scene(seed)), momentum_at(seed, 20)
    wanted: list[float | None] = []
    for number, (tick, atr) in enumerate(zip(momentum, wilder(bars), strict=True)):
        if tick is None or atr is None or number < 10:
            wanted.append(None)
        else:
            move = bars[number].close - bars[number - 10].close
            wanted.append(0.5 * tick + 0.5 * tanh(move / (2 * atr)))
    all_same(said(MomentumFlow, seed), wanted)


def pivots(bars: list[Minute], side: int, k: int = 3) -> list[int]:
    """Return the bars that are swings: above the k before, not below the k after."""
    prices = [side * (bar.high if side > 0 else bar.low) for bar in bars]
    return [
        number
        for number in range(k, len(bars) - k)
        if all(prices[number] > other for other in prices[number - k : number])
        and all(prices[number] >= other for other in prices[number + 1 : number + k + 1])
    ]


def divergences_at(bars: list[Minute]) -> list[float | None]:
    atr, cvd = wilder(bars), cvd_at(bars, "eth")
    confirmed: dict[int, list[float]] = {}
    for side in (1, -1):
        for one, other in pairwise(pivots(bars, side)):
            at = other + 3
            average = atr[at]
            if bars[one].session != bars[other].session or other - one > 60 or at < 50 or average is None:
                continue
            prices = [bars[number].high if side > 0 else bars[number].low for number in (one, other)]
            move, flow = prices[1] - prices[0], (cvd[other] or 0) - (cvd[one] or 0)
            if sign(move) == side and sign(flow) == -side:
                sd = pstdev(bar.delta for bar in bars[at - 50 : at])
                value = min(1, abs(move) / average) * min(1, abs(flow) / (sd * sqrt(other - one)))
                confirmed.setdefault(at, []).append(-side * value)
    found: list[float | None] = []
    for number, bar in enumerate(bars):
        newest = [at for at in confirmed if number - 15 < at <= number and bars[at].session == bar.session]
        fresh = max(newest, default=None)
        value = sum(confirmed[fresh]) * (1 - (number - fresh) / 15) if fresh is not None else 0.0
        found.append(None if number < 50 else value)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_delta_divergence(seed: int) -> None:
    wanted = divergences_at(minutes_of(scene(seed)))
    all_same(said(DeltaDivergence, seed), wanted)
    assert {sign(value) for value in wanted if value is not None} == {-1, 0, 1}


def imbalances(bar: Minute, least: float | None) -> tuple[list[int], list[int]]:
    """Return the prices at which buyers, and at which sellers, had no answer."""
    ask = dict.fromkeys(range(bar.low - 1, bar.high + 2), 0)
    bid = dict(ask)
    for trade in bar.trades:
        if trade.side:
            (ask if trade.side > 0 else bid)[trade.ticks] += trade.lots
    needed = max(ask[price] + bid[price] for price in ask) / 10 if least is None else least
    rows = range(bar.low, bar.high + 1)
    return (
        [p for p in rows if ask[p] >= 3 * max(bid[p - 1], 1) and ask[p] >= needed],
        [p for p in rows if bid[p] >= 3 * max(ask[p + 1], 1) and bid[p] >= needed],
    )


def stacks(prices: list[int]) -> list[tuple[int, int]]:
    """Return the runs of three prices and more."""
    runs: list[list[int]] = []
    for price in prices:
        if runs and runs[-1][-1] == price - 1:
            runs[-1].append(price)
        else:
            runs.append([price])
    return [(run[0], run[-1]) for run in runs if len(run) >= 3]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("lots", ["fixed", "relative"])
def test_footprint(seed: int, lots: str) -> None:
    def look(footprint: Footprint) -> tuple[Any, ...]:
        return footprint.buys, footprint.sells, footprint.stacks, footprint.sign

    largest = 0
    at = kept(Footprint, seed, look, lots=lots)
    for (_, found), bar in zip(at, minutes_of(scene(seed)), strict=True):
        buys, sells = imbalances(bar, 10 if lots == "fixed" else None)
        runs = [stacks(prices) for prices in (buys, sells)]
        wanted = tuple((side, *run) for side, of in zip((1, -1), runs, strict=True) for run in of)
        long = [max((high - low + 1 for low, high in of), default=0) for of in runs]
        assert found == (len(buys), len(sells), wanted, sign(long[0] - long[1])), bar.ts
        largest = max(largest, *long)
    assert largest >= 3


def scouted(scout: Scout, seed: int, step: int) -> list[int]:
    """Return what a scout finds that looks every `step` ns."""
    tape = Tape("ES", {Kind.TRADES}, ())
    found: list[int] = []
    for day in scene(seed).days():
        tape.begin(day.session, day.contracts["ES"])
        for _, pieces in day.streams:
            for rows in pieces:
                tape.load(rows)
        for now in (*range(day.session.open, day.session.close, step), day.session.close):
            lo = tape.now
            tape.advance(now)
            found += scout.triggers(tape, lo, now).tolist()
    return found


@pytest.mark.parametrize(("lots", "minutes"), [("fixed", 1), ("relative", 5)])
def test_stacking_is_told_with_the_trade_that_makes_a_sides_first_stack(lots: str, minutes: int) -> None:
    """Every trade is looked at with all those of its bar before it."""
    wanted, of_bar = [], dict[int, list[Minute]]()
    for bar in minutes_of(scene(11)):
        of_bar.setdefault(-(-bar.ts // (minutes * MINUTE)), []).append(bar)
    for bars in of_bar.values():
        trades = tuple(trade for bar in bars for trade in bar.trades)
        told: set[int] = set()
        for count in range(1, len(trades) + 1):
            forming = replace(bars[0], trades=trades[:count])
            for side, of in zip((1, -1), imbalances(forming, 10 if lots == "fixed" else None), strict=True):
                if side not in told and stacks(of):
                    told.add(side)
                    wanted.append(trades[count - 1].ts)
    assert len(wanted) > 20
    settings = {"lots": lots, "minutes": minutes}
    assert scouted(Scout(Stacking, settings), 11, 10**15) == wanted
    assert scouted(Scout(Stacking, settings), 11, 37 * MINUTE // 7) == wanted, "however the time is cut"
