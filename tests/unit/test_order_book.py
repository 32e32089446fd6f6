"""The book by hand: small scenes, and what the definitions say of them."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from indicators.book.health import MicrostructureHealth
from indicators.book.imbalance import BookLevels, OrderBookImbalance
from indicators.book.quality import Health
from indicators.book.quotes import OrderFlowImbalance, WeightedMid
from mia_plugins.features import Feature, Market, Reading
from mia_plugins.features.walking import walk
from mia_plugins.testing import Scene
from mia_plugins.testing.invariants import market_of

SCENE = Scene("2026-03-10")
TRADE = "16:00:00  6000.00  1  buy"
"""A trade far off, for its scene is to have a tape of trades."""


def at(scene: Scene, time: str, read: Callable[[Market], Callable[[], Any]]) -> Any:
    """Return what is read of a market at a time; `read` is given the market first."""
    market = market_of(scene)
    look, wanted = read(market), scene.at(time)
    return next(look() for now, _ in walk(market, scene.days(), [wanted]) if now == wanted)


def kept(kind: Any, scene: Scene, time: str, look: Callable[[Any], Any], **settings: Any) -> Any:
    def read(market: Market) -> Callable[[], Any]:
        measure = market.measure(kind, **settings)
        return lambda: look(measure)

    return at(scene, time, read)


def said(kind: type[Feature], scene: Scene, time: str, **settings: Any) -> Reading:
    def read(market: Market) -> Callable[[], Reading]:
        feature = kind(market, kind.Settings(**settings))
        return lambda: feature.checked("it", market.tape.now)

    found: Reading = at(scene, time, read)
    return found


def books(states: Iterable[str], every: int = 1) -> Scene:
    """Return a scene of states of the book, one after so many seconds from 9:30 on."""
    rows = [
        f"{9 + (1800 + every * n) // 3600:02}:{(30 + every * n // 60) % 60:02}:{every * n % 60:02} {state}"
        for n, state in enumerate(states)
    ]
    return SCENE.book("\n".join(rows)).trades(TRADE)


BIDS = "6000.00x30 5999.75x10 5999.50x10 5999.25x10 5999.00x10"
ASKS = "6000.25x10 6000.50x20 6000.75x20 6001.00x20 6001.25x20"
TOUCH = (30 - 10) / 40
HEAVY_BIDS = 30 + 10 * (0.8 + 0.64 + 0.512 + 0.4096)
HEAVY_ASKS = 10 + 20 * (0.8 + 0.64 + 0.512 + 0.4096)
SAID = 0.6 * TOUCH + 0.4 * (HEAVY_BIDS - HEAVY_ASKS) / (HEAVY_BIDS + HEAVY_ASKS)


def test_the_imbalance_of_a_book() -> None:
    scene = books([f"{BIDS} 5998.75x900 | {ASKS} 6001.50x1"])
    reading = said(OrderBookImbalance, scene, "09:30:00", updates=1)
    assert reading.value == pytest.approx(SAID)
    found = kept(BookLevels, scene, "09:30:00", lambda it: (it.volume_ratio, it.spread_bps))
    assert found == (pytest.approx(70 / 90), pytest.approx(0.25 / 6000.125 * 10_000))


def test_only_updates_that_change_a_level_count() -> None:
    """A repeated book and a change of the sixth level are no updates; a price that moves is one."""
    deeper = [f"{BIDS} 5998.75x{n} | {ASKS}" for n in range(1, 20)]
    other = f"{BIDS.replace('6000.00x30', '6000.00x10')} | {ASKS}"
    moved = f"{BIDS.replace('5999.00x10', '5998.75x10')} | {ASKS}"
    scene = books([f"{BIDS} | {ASKS}", *deeper, other, moved])
    count = lambda it: it.count  # noqa: E731 what is looked at
    assert [kept(BookLevels, scene, f"09:30:{second}", count) for second in (19, 20, 21)] == [1, 2, 3]
    reading = said(OrderBookImbalance, scene, "09:30:19")
    assert (reading.value, reading.reason) == (None, "1 of 10 updates of the book")


def test_the_mean_is_of_the_last_ten_updates() -> None:
    states = [f"6000.00x{30 if n < 5 else 10} | 6000.25x{10 + n % 2 * 10}" for n in range(15)]
    imbalances = [(b - a) / (b + a) for n in range(15) for b, a in [(30 if n < 5 else 10, 10 + n % 2 * 10)]]
    assert said(OrderBookImbalance, books(states), "09:30:09").value == pytest.approx(
        sum(imbalances[:10]) / 10
    )
    assert said(OrderBookImbalance, books(states), "09:30:14").value == pytest.approx(
        sum(imbalances[5:]) / 10
    )


@pytest.mark.parametrize(
    "broken", ["6000.25x5 | 6000.00x5", "6000.00x5 | 6000.00x5", "6000.00x5 |", "| 6000.00x5"]
)
def test_a_book_of_no_use_is_not_known_and_enters_no_mean(broken: str) -> None:
    sound = [f"6000.00x{n} | 6000.25x10" for n in range(1, 12)]
    scene = books([*sound[:10], broken, sound[10]])
    found = said(OrderBookImbalance, scene, "09:30:10")
    assert (found.value, found.reason) == (None, "the book is crossed or has one side only")
    wanted = sum((n - 10) / (n + 10) for n in range(2, 12)) / 10
    assert said(OrderBookImbalance, scene, "09:30:11").value == pytest.approx(wanted)


def test_an_old_book_is_not_known() -> None:
    scene = books([f"6000.00x{n} | 6000.25x10" for n in range(1, 12)])
    assert said(OrderBookImbalance, scene, "09:31:10").value is not None
    found = said(OrderBookImbalance, scene, "09:31:10.000000001")
    assert (found.value, found.reason) == (None, "the book is 60 s old")
    assert said(OrderBookImbalance, scene, "09:31:11", oldest=90.0).value is not None


def pressing(mids: Iterable[int], bids: int) -> Scene:
    """Return a book whose bid moves in ticks, with so many contracts bid and ten asked."""
    prices = [(6000 + tick / 4, 6000.25 + tick / 4) for tick in mids]
    return books(f"{bid}x{bids} | {ask}x{10 + n % 2}" for n, (bid, ask) in enumerate(prices))


@pytest.mark.parametrize(
    ("mids", "bids", "signals"),
    [
        ([0] * 41, 40, (1, 0, 0, 0)),
        ([0] * 40 + [1], 40, (1, 1, 0, 1)),  # up, out of all it was at
        ([0] * 36 + [1] * 5, 40, (1, 1, 0, 1)),  # the same, four updates ago
        ([1, 2] + [0] * 38 + [2], 40, (1, 1, 0, 0)),  # up to where it has been
        ([1] + [0] * 40, 40, (1, 0, 1, 0)),  # down, against those who press
        ([0] * 40 + [1], 2, (-1, 0, -1, 0)),
        ([0] * 40 + [-1], 2, (-1, -1, 0, -1)),
        ([0] * 40 + [1], 11, (0, 0, 0, 0)),  # nobody presses
    ],
)
def test_signals_of_the_book(mids: list[int], bids: int, signals: tuple[int, ...]) -> None:
    look = lambda it: (it.pressure, it.continuation, it.reversal, it.breakout)  # noqa: E731 what is looked at
    assert kept(BookLevels, pressing(mids, bids), "09:30:40", look, usual=40) == signals
    assert kept(BookLevels, pressing(mids, bids), "09:30:39", look, usual=40)[1:] == (None, None, None)


def test_pressure_begins_at_its_threshold() -> None:
    scene = pressing([0] * 20, 40)
    value = kept(BookLevels, scene, "09:30:19", lambda it: it.value)
    assert kept(BookLevels, scene, "09:30:19", lambda it: it.pressure, pressure=value) == 1
    assert kept(BookLevels, scene, "09:30:19", lambda it: it.pressure, pressure=value + 1e-9) == 0


@pytest.mark.parametrize(
    ("before", "after", "flow"),
    [
        ("6000.00x10 | 6000.25x10", "6000.00x14 | 6000.25x10", 4),
        ("6000.00x10 | 6000.25x10", "6000.00x10 | 6000.25x13", -3),
        ("6000.00x10 | 6000.50x10", "6000.25x7 | 6000.50x10", 7),
        ("6000.00x10 | 6000.50x10", "5999.75x7 | 6000.50x10", -10),
        ("6000.00x10 | 6000.50x10", "6000.00x10 | 6000.25x5", -5),
        ("6000.00x10 | 6000.50x10", "6000.00x10 | 6000.75x5", 10),
    ],
)
def test_order_flow_imbalance_of_a_change(before: str, after: str, flow: int) -> None:
    assert kept(OrderFlowImbalance, books([before, after]), "09:30:01", lambda it: it.running) == flow


def test_flow_is_summed_over_bars_and_crossed_quotes_are_passed_over() -> None:
    scene = SCENE.book(
        """
        09:30:00   6000.00x10 | 6000.25x10
        09:30:20   6000.50x99 | 6000.25x10
        09:30:30   6000.00x16 | 6000.25x10
        09:31:00   6000.00x16 | 6000.25x50
        """
    ).trades("09:30:10  6000.00  1  buy\n09:31:10  6000.00  1  buy")
    look = lambda it: (it.value, it.running)  # noqa: E731 what is looked at
    assert kept(OrderFlowImbalance, scene, "09:31:00", look) == (6, -40)
    assert kept(OrderFlowImbalance, scene, "09:32:00", look) == (-40, 0)


def test_the_weighted_mid_is_nearer_to_the_thinner_side() -> None:
    value = lambda it: it.value  # noqa: E731 what is looked at
    assert kept(WeightedMid, books(["6000.00x30 | 6000.25x10"]), "09:30:00", value) == 24000.75
    assert kept(WeightedMid, books(["6000.00x30 | 6000.25x10"]), "09:29:00", value) is None
    assert kept(WeightedMid, books(["6000.50x30 | 6000.25x10"]), "09:30:00", value) is None


def wide(spread: float, start: str, end: str, bar: str) -> Scene:
    """Return a book whose spread is other than a tick between two times, and a trade in the bar."""
    return SCENE.book(
        f"""
        09:00:00   6000.00x9 | 6000.25x9
        {start}    6000.00x9 | {6000 + spread}x9
        {end}      6000.00x9 | 6000.25x9
        """
    ).trades(f"{bar} 6000.00 1 buy")


@pytest.mark.parametrize(
    ("spread", "start", "end", "flag"),
    [
        (0.75, "10:00:10", "10:00:11.000000001", 1),
        (0.75, "10:00:10", "10:00:11", 0),  # a second is not more than a second
        (0.50, "10:00:10", "10:00:20", 0),  # two ticks are not more than two
        (0.75, "10:00:58", "10:01:10", 1),  # it is wide as the bar ends
        (0.75, "09:59:50", "10:00:00.100", 1),  # and was before it began
        (0.75, "09:59:50", "10:00:00", 1),  # a row at a bar's very end belongs to the next
        (0.75, "09:59:50", "09:59:59", 0),  # another bar's
    ],
)
def test_a_wide_spread(spread: float, start: str, end: str, flag: int) -> None:
    scene = wide(spread, start, end, "10:00:30")
    scene = scene.trades("09:59:30 6000.00 1 buy")
    assert kept(MicrostructureHealth, scene, "10:01:00", lambda it: it.spread_anomaly) == flag


def test_a_spread_may_be_wide_outside_regular_hours() -> None:
    look = lambda it: it.wide  # noqa: E731 what is looked at
    scene = wide(2, "09:29:00", "09:29:30", "09:29:40")
    assert kept(MicrostructureHealth, scene, "09:30:00", look) == 0
    over = wide(2, "09:29:58", "09:30:00.500", "09:30:40")
    assert kept(MicrostructureHealth, over, "09:31:00", look) == 0.5


def steady(last: tuple[int, str], *, quotes: int = 60) -> Scene:
    """Return 50 bars of ten contracts and a delta of 1 or -1, then one of other trades; a quote a second."""
    rows = []
    for n in range(51):
        clock = f"{10 + n // 60:02}:{n % 60:02}"
        lots, side = last if n == 50 else (1, "buy" if n % 2 else "sell")
        rows += [f"{clock}:10 6000 {10 if n < 50 else 0} unknown", f"{clock}:20 6000 {lots} {side}"]
    states = [
        f"{10 + n // 3600:02}:{n // 60 % 60:02}:{n % 60:02} 6000.00x{1 + n % 7} | 6000.25x9"
        for n in range(0, 51 * 60 + 1, 60 // quotes)
    ]
    return SCENE.trades("\n".join(rows)).book("\n".join(states))


@pytest.mark.parametrize(
    ("last", "volume", "flow", "value", "reason"),
    [
        ((33, "unknown"), 0, 0, 1.0, "data 100.0% sound, nothing unusual"),
        ((34, "unknown"), 1, 0, 0.75, "data 100.0% sound, volume 3.1x usual"),
        ((4, "buy"), 0, 0, 1.0, "data 100.0% sound, nothing unusual"),
        ((5, "sell"), 0, 1, 0.75, "data 100.0% sound, delta 5.0 sd from usual"),
        ((40, "buy"), 1, 1, 0.5, "data 100.0% sound, volume 3.6x usual, delta 40.0 sd from usual"),
    ],
)
def test_what_is_unusual(last: tuple[int, str], volume: int, flow: int, value: float, reason: str) -> None:
    """The median is 11 contracts, so that 33 are three times it and no spike; delta's deviation is 1."""
    scene = steady(last)
    look = lambda it: (it.volume_spike, it.flow_anomaly, it.latency)  # noqa: E731 what is looked at
    assert kept(MicrostructureHealth, scene, "10:51:00", look) == (volume, flow, None)
    found = said(Health, scene, "10:51:00")
    assert (found.value, found.reason) == (value, reason)
    assert said(Health, scene, "10:50:00").reason == "no 50 bars yet to tell what is usual"
    assert said(Health, scene, "10:51:00", cost=0.0).value == 1


def test_a_hole_in_the_data() -> None:
    """Thirty seconds between quotes are a gap in regular hours; so all of the time is."""
    assert said(Health, steady((1, "buy"), quotes=2), "10:51:00").value == 0
    assert said(Health, steady((1, "buy"), quotes=6), "10:51:00").value == 1
    assert said(Health, steady((1, "buy")), "10:51:10").value == 1
    found = said(Health, steady((1, "buy")), "10:51:11")
    assert (found.value, found.reason) == (None, "no quote for 11 s")
