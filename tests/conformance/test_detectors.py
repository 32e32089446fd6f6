"""Detectors against what the synthetic market knows of itself: its orders, one by one, and its agents."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from benchmarks.detectors import (
    DAY,
    DEFAULT,
    RESERVED,
    SEEDS,
    Score,
    agents_of,
    es_day,
    made_day,
    rates,
    score,
)
from catalog.market.instrument import InstrumentDay
from indicators.events.large import BlockCrosses, LargeOrders
from indicators.events.sweeps import Sweep, Sweeps
from mia_plugins.data.arrow import Kind
from mia_plugins.data.columns import quotes_of
from mia_plugins.data.instruments import lead_contract
from mia_plugins.data.sessions import session_on
from mia_plugins.features import Market
from mia_plugins.features.walking import Day, walk
from mia_plugins.tape.tape import Tape

DENSITY = 0.2
MS = 1_000_000


@cache
def thin_day() -> InstrumentDay:
    return es_day(1, DENSITY)


@cache
def followed() -> tuple[LargeOrders, BlockCrosses, tuple[Sweep, ...]]:
    data = thin_day()
    kinds = (Kind.TRADES, Kind.QUOTES)
    tape = Tape("ES", kinds, (1,), quotes_from=Kind.QUOTES)
    market = Market("ES", {"ES": tape}, {})
    large, crosses = market.measure(LargeOrders), market.measure(BlockCrosses)
    sweeps = market.measure(Sweeps)
    found: dict[Sweep, None] = {}
    session = session_on(DAY)
    rows = [("ES", [data.trades]), ("ES", [quotes_of(data.depth)])]
    day = Day(session, {"ES": lead_contract("ES", session.day)}, rows)  # type: ignore[arg-type]
    for _ in walk(market, [day]):
        found |= dict.fromkeys(sweeps.events)
    return large, crosses, tuple(found)


def the_orders(data: InstrumentDay) -> list[tuple[int, int, int, int]]:
    """Return the orders the market was sent, each of one print: time, side, price, contracts."""
    trades = data.trades
    assert (np.diff(trades.ts) > 0).all(), "the market stamps each order with a time of its own"
    return list(
        zip(
            trades.ts.tolist(), trades.side.tolist(), trades.ticks.tolist(), trades.lots.tolist(), strict=True
        )
    )


def test_large_and_block_orders_are_exactly_those_that_were_sent() -> None:
    sent = [(ts, side, lots) for ts, side, _, lots in the_orders(thin_day()) if lots >= 100]
    large, crosses, _ = followed()
    assert [(order.ts, order.side, order.lots) for order in large.events] == sent
    assert [order.ts for order in large.events if order.block] == [ts for ts, _, lots in sent if lots >= 500]
    assert len(sent) > 20
    assert not crosses.events, "every order of this market meets the best price"


def test_sweeps_are_exactly_the_runs_of_orders_that_go_through_prices() -> None:
    """Ordinary orders too, which no label knows."""
    expected: list[tuple[int, ...]] = []
    run: list[tuple[int, int, int, int]] = []
    orders = the_orders(thin_day())
    for order in [*orders, (1 << 62, 0, 0, 0)]:
        fits = (
            run
            and order[1] == run[0][1]
            and order[0] - run[-1][0] <= 20 * MS
            and order[0] - run[0][0] <= 100 * MS
        )
        if run and not fits:
            side, best, levels = run[0][1], run[0][2], 1
            for _, _, ticks, _ in run:
                if side * (ticks - best) > 0:
                    best, levels = ticks, levels + 1
            lots = sum(one[3] for one in run)
            if levels >= 3 or (levels >= 2 and lots >= 100):
                expected.append((run[0][0], run[-1][0], side, run[0][2], lots, levels))
            run = []
        run.append(order)
    found = [(s.ts, s.end, s.side, s.ticks, s.lots, s.levels) for s in followed()[2]]
    assert found == expected
    assert len(found) > 20


def test_the_sweeps_of_agents_are_among_them() -> None:
    """All that the feed shows: no order of the other side between, none of the same side just before."""
    data, found = thin_day(), followed()[2]
    labels, fills, orders = data.labels, data.fills, the_orders(data)
    side_at = {order[0]: order[1] for order in orders}
    times = np.array([order[0] for order in orders])
    asked = 0
    for row in np.flatnonzero((labels.kind == "sweep") & labels.observable):
        own = fills.ts[fills.agent == labels.agent[row]]
        assert max((b - a for a, b in pairwise(own.tolist())), default=0) <= 20 * MS
        first, last = np.searchsorted(times, (own[0], own[-1]))
        within = {side_at[ts] for ts in times[first : last + 1].tolist()}
        free = (
            first == 0
            or own[0] - times[first - 1] > 20 * MS
            or side_at[int(times[first - 1])] != labels.side[row]
        )
        if within == {int(labels.side[row])} and free:
            asked += 1
            assert any(s.ts <= own[0] and own[-1] <= s.end and s.side == labels.side[row] for s in found)
    assert asked >= 0.8 * np.sum((labels.kind == "sweep") & labels.observable) > 5


def scored(seeds: int) -> tuple[list[Score], list[Score], list[Score]]:
    """Return icebergs by what agents did, the same by volume alone, and absorption; of the reserved seeds."""
    icebergs, naive, absorption = [], [], []
    for seed in range(RESERVED, RESERVED + seeds):
        data = es_day(seed)
        agents, found = agents_of(data), made_day(data)
        icebergs.append(score(found.icebergs[DEFAULT], agents, "iceberg", by_deed=True))
        naive.append(score(found.volume[150.0], agents, "iceberg", by_deed=True))
        absorption.append(score(found.absorption[0.95], agents, "absorption"))
    return icebergs, naive, absorption


def test_icebergs_are_found_on_a_tenth_of_the_reserved_seeds() -> None:
    icebergs, naive, absorption = map(rates, scored(SEEDS // 10))
    assert min(icebergs.precision, icebergs.recall) >= 0.75
    assert icebergs.precision > 5 * naive.precision
    assert icebergs.recall > naive.recall
    assert absorption.recall > 0.4, "docs/detectors.md tells what is missing"


@pytest.mark.long
def test_icebergs_are_found_on_the_reserved_seeds() -> None:
    icebergs, naive, absorption = map(rates, scored(SEEDS))
    assert min(icebergs.precision_bound, icebergs.recall_bound) >= 0.8
    assert icebergs.precision > 5 * naive.precision
    assert icebergs.recall > naive.recall
    assert absorption.recall_bound > 0.5, "docs/detectors.md tells what is missing"
