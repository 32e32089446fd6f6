"""The synthetic market keeps its promises: same bytes, a sound book, labels that the tape confirms."""

import datetime as dt
import weakref
from dataclasses import fields

import numpy as np
import pytest

from catalog.market.contracts import INSTRUMENTS, Instrument
from catalog.market.day import MarketDay, generate_day
from catalog.market.instrument import InstrumentDay
from catalog.market.labels import Labels
from catalog.market.settings import MarketSettings
from mia_plugins.data.columns import Depth, Quotes
from mia_plugins.data.sessions import session_on
from mia_plugins.units import Multiple

TENTH = MarketSettings(density=Multiple(0.1))
TUESDAY = session_on(dt.date(2026, 1, 6))
MARKETS = [
    pytest.param(TENTH, id="a tenth"),
    pytest.param(MarketSettings(), id="whole", marks=pytest.mark.long),
]


@pytest.fixture(scope="module", params=MARKETS)
def day(request: pytest.FixtureRequest) -> MarketDay:
    return generate_day(request.param, TUESDAY)


def same(one: MarketDay, other: MarketDay) -> bool:
    pairs = [
        (getattr(a, field.name), getattr(b, field.name))
        for name in one.instruments
        for a, b in (
            (one.instruments[name].trades, other.instruments[name].trades),
            (one.instruments[name].depth, other.instruments[name].depth),
            (one.instruments[name].labels, other.instruments[name].labels),
        )
        for field in fields(a)
    ]
    return all(np.array_equal(a, b) for a, b in pairs)


def test_one_seed_gives_the_same_day_in_any_order_of_days() -> None:
    wednesday = session_on(dt.date(2026, 1, 7))
    first, second = generate_day(TENTH, TUESDAY), generate_day(TENTH, wednesday)
    again, before = generate_day(TENTH, wednesday), generate_day(TENTH, TUESDAY)
    assert same(first, before)
    assert same(second, again)
    assert not same(first, second)


def test_a_feed_that_is_handed_over_is_let_go_before_the_next_is_made() -> None:
    kept = generate_day(TENTH, TUESDAY)
    before: list[weakref.ref[np.ndarray]] = []

    def take(data: InstrumentDay, micro: str, quotes: Quotes) -> None:
        assert all(depth() is None for depth in before)
        before.append(weakref.ref(data.depth.bid_lots))
        assert np.array_equal(data.depth.bid_lots, kept.instruments[data.instrument].depth.bid_lots)
        assert np.array_equal(quotes.ts, kept.micros[micro].ts)

    day = generate_day(TENTH, TUESDAY, take)
    assert len(before) == 2
    assert all(len(data.trades) == len(data.depth) == 0 for data in day.instruments.values())
    assert len(day.instruments["ES"].labels.kind) == len(kept.instruments["ES"].labels.kind)


def test_an_update_of_the_book_takes_no_more_memory_than_it_has_to_say(day: MarketDay) -> None:
    depth = day.instruments["ES"].depth
    assert sum(getattr(depth, field.name).nbytes for field in fields(depth)) / len(depth) <= 208


def test_another_seed_gives_another_day() -> None:
    assert not same(generate_day(TENTH, TUESDAY), generate_day(TENTH.model_copy(update={"seed": 2}), TUESDAY))


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_the_book_never_crosses_and_every_level_holds_orders(day: MarketDay, name: Instrument) -> None:
    depth = day.instruments[name].depth
    assert np.all(depth.ask_ticks[:, 0] > depth.bid_ticks[:, 0])
    assert np.all(np.diff(depth.bid_ticks, axis=1) == -1)
    assert np.all(np.diff(depth.ask_ticks, axis=1) == 1)
    for lots, counts in ((depth.bid_lots, depth.bid_counts), (depth.ask_lots, depth.ask_counts)):
        assert np.all(counts >= 1)
        assert np.all(lots >= counts)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_time_runs_forward_inside_the_session(day: MarketDay, name: Instrument) -> None:
    data = day.instruments[name]
    for ts in (data.trades.ts, data.depth.ts):
        assert np.all(np.diff(ts) > 0)
        assert ts[0] >= TUESDAY.open
        assert ts[-1] < TUESDAY.close


def hit_level(depth: Depth, rows: np.ndarray, side: np.ndarray, ticks: np.ndarray) -> np.ndarray:
    """Return the contracts at a price of the side that an aggressor hits; 0 where it is not the best."""
    bid = np.where(depth.bid_ticks[rows, 0] == ticks, depth.bid_lots[rows, 0], 0)
    ask = np.where(depth.ask_ticks[rows, 0] == ticks, depth.ask_lots[rows, 0], 0)
    return np.where(side > 0, ask, bid)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_each_trade_reduces_the_queue_it_hit(day: MarketDay, name: Instrument) -> None:
    data = day.instruments[name]
    trades, depth = data.trades, data.depth
    after = np.searchsorted(depth.ts, trades.ts)
    known = after > 0
    assert np.array_equal(depth.ts[after], trades.ts)
    before_lots = hit_level(depth, after - 1, trades.side, trades.ticks)
    after_lots = hit_level(depth, after, trades.side, trades.ticks)
    assert np.array_equal((before_lots - after_lots)[known], trades.lots[known])


def of_kind(labels: Labels, kind: str) -> np.ndarray:
    return np.flatnonzero(labels.kind == kind)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_what_was_executed_of_resting_agents_is_on_the_tape_at_their_price(
    day: MarketDay, name: Instrument
) -> None:
    data = day.instruments[name]
    for row in [*of_kind(data.labels, "iceberg"), *of_kind(data.labels, "absorption")]:
        mine = data.fills.agent == data.labels.agent[row]
        at = np.searchsorted(data.trades.ts, data.fills.ts[mine])
        assert np.array_equal(data.trades.ts[at], data.fills.ts[mine])
        assert np.all(data.trades.ticks[at] == data.labels.ticks[row])
        assert np.all(data.trades.side[at] == -data.labels.side[row])
        assert np.all(data.trades.lots[at] >= data.fills.lots[mine])
        assert data.fills.lots[mine].sum() == data.labels.lots[row]


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_the_levels_of_a_sweep_were_there(day: MarketDay, name: Instrument) -> None:
    data = day.instruments[name]
    sweeps = of_kind(data.labels, "sweep")
    assert len(sweeps) > 3
    for row in sweeps:
        mine = data.fills.agent == data.labels.agent[row]
        side = np.full(mine.sum(), data.labels.side[row])
        before = np.searchsorted(data.depth.ts, data.fills.ts[mine]) - 1
        there = hit_level(data.depth, before, side, data.fills.ticks[mine])
        assert np.array_equal(there, data.fills.lots[mine])
        assert np.all(np.diff(data.fills.ticks[mine]) == data.labels.side[row])


def test_agents_come_observable_and_not(day: MarketDay) -> None:
    labels = day.instruments["ES"].labels
    for kind in ("iceberg", "absorption", "sweep"):
        seen = labels.observable[of_kind(labels, kind)]
        assert 0 < seen.sum() < len(seen)


def test_the_day_ends_where_the_skeleton_says_and_the_next_begins_near() -> None:
    day = generate_day(TENTH, TUESDAY)
    bone = day.bone
    closes = {
        "ES": (bone.es_close, bone.es_sigma),
        "NQ": (bone.nq_close, bone.es_sigma * bone.nq_per_es),
    }
    for name in INSTRUMENTS:
        close, sigma = closes[name]
        last = day.instruments[name].depth.bid_ticks[-1, 0]
        assert abs(last - close) < 0.1 * sigma
