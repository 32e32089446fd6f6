"""The profile, its value area and who leads, held to a plain reading of their definitions."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.profile.area import point_of_control, value_area
from indicators.profile.rows import REACH, Rows
from indicators.structure.lead import LAGS, LeadLag, add_products
from indicators.structure.steps import Changes
from mia_plugins.data.sessions import NS
from mia_plugins.features.walking import walk
from mia_plugins.testing import Scene, random_scene
from mia_plugins.testing.invariants import market_of
from tests.minutes import trades_of

some_lots = st.lists(st.integers(0, 6), min_size=1, max_size=40).filter(any)
"""Few values: many ties."""


def poc_by_definition(lots: list[int]) -> Fraction:
    mean = Fraction(sum(row * size for row, size in enumerate(lots)), sum(lots))
    tied = [row for row, size in enumerate(lots) if size == max(lots)]
    nearest = [row for row in tied if abs(row - mean) == min(abs(one - mean) for one in tied)]
    return Fraction(sum(nearest), len(nearest))


def area_by_definition(lots: list[int], step: int) -> tuple[int, int]:
    poc = poc_by_definition(lots)
    inside = {row for row in range(len(lots)) if abs(row - poc) < 1}
    while 10 * sum(lots[row] for row in inside) < 7 * sum(lots):
        below = [row for row in range(min(inside) - step, min(inside)) if row >= 0]
        above = [row for row in range(max(inside) + 1, max(inside) + 1 + step) if row < len(lots)]
        one, other = (sum(lots[row] for row in rows) if rows else -1 for rows in (below, above))
        inside |= set(below if one >= other else []) | set(above if other >= one else [])
    return min(inside), max(inside)


@settings(deadline=None)
@given(lots=some_lots, step=st.sampled_from([1, 2]))
def test_the_value_area_is_that_of_the_definition_and_is_mirrored(lots: list[int], step: int) -> None:
    rows = np.array(lots, np.int64)
    poc = point_of_control(rows)
    assert poc == poc_by_definition(lots)
    assert value_area(rows, poc, 70, step=step) == area_by_definition(lots, step)
    back, last = rows[::-1].copy(), len(lots) - 1
    first, end = value_area(back, point_of_control(back), 70, step=step)
    assert (last - end, last - first) == area_by_definition(lots, step)


def test_equal_volume_goes_both_ways_or_up() -> None:
    rows = np.array([1, 3, 8, 3, 1], np.int64)
    assert value_area(rows, 2.0, 70, step=1) == (1, 3)
    assert value_area(rows, 2.0, 60, step=1, up=True) == (2, 3)
    assert point_of_control(np.array([5, 1, 5], np.int64)) == 1.0
    assert point_of_control(np.array([5, 1, 5], np.int64), up=True) == 2.0


@settings(deadline=None)
@given(
    trades=st.lists(st.tuples(st.integers(-3000, 3000), st.integers(0, 9)), min_size=1, max_size=60),
    cut=st.integers(0, 60),
)
def test_rows_are_what_was_traded_however_it_came(trades: list[tuple[int, int]], cut: int) -> None:
    rows = Rows()
    for some in (trades[:cut], trades[cut:]):
        rows.add(np.array([24000 + t for t, _ in some]), np.array([size for _, size in some]))
    wanted: dict[int, int] = {}
    for tick, size in trades:
        wanted[24000 + tick] = wanted.get(24000 + tick, 0) + size
    found = {rows.low + row: int(size) for row, size in enumerate(rows.lots) if size}
    assert found == {tick: size for tick, size in wanted.items() if size}


def test_a_price_of_another_world_takes_no_memory() -> None:
    rows = Rows()
    rows.add(np.array([24000, 24000 + REACH, 24001 + REACH, 10**12]), np.array([1, 2, 3, 4]))
    assert (rows.total, rows.left_out, rows.high) == (3, 7, 24000 + REACH)


def drawn_changes(drawn: np.random.Generator, count: int) -> np.ndarray:
    ends = np.cumsum(drawn.integers(1, 5, count + 1)) * NS // 2
    return np.array([ends[:-1], ends[1:], drawn.integers(-3, 4, count)]).T


def sums_by_definition(own: np.ndarray, other: np.ndarray) -> list[int]:
    return [
        sum(
            int(change * another)
            for start, end, change in own.tolist()
            for begin, close, another in other.tolist()
            if max(start, begin + lag * NS) < min(end, close + lag * NS)
        )
        for lag in (*LAGS, *(-lag for lag in LAGS))
    ]


def test_sums_are_those_of_hayashi_and_yoshida_as_the_window_moves_on() -> None:
    drawn = np.random.default_rng(5)
    own, other = drawn_changes(drawn, 90), drawn_changes(drawn, 70)
    sums, before = np.zeros(10, np.int64), None
    # Windows that grow, move, stand still, shrink from behind, and are empty in the end.
    for a, b, c, d in [(0, 40, 0, 30), (10, 55, 4, 30), (10, 55, 4, 30), (30, 90, 25, 70), (90, 90, 60, 70)]:
        now = Changes(own, a, b, 0), Changes(other, c, d, 0)
        add_products(sums, now, before)
        assert sums.tolist() == sums_by_definition(own[a:b], other[c:d])
        before = now
    assert not sums.any()


def test_sums_go_round_in_a_ring() -> None:
    drawn = np.random.default_rng(6)
    own, other = drawn_changes(drawn, 90), drawn_changes(drawn, 70)
    rings = np.roll(own[-64:], 90 % 64, axis=0), np.roll(other[-64:], 70 % 64, axis=0)
    sums = np.zeros(10, np.int64)
    add_products(sums, (Changes(rings[0], 50, 90, 26), Changes(rings[1], 20, 70, 6)))
    assert sums.tolist() == sums_by_definition(own[50:], other[20:])


def leaders_of(scene: Scene, *, always: bool) -> dict[int, int | None]:
    market, found = market_of(scene), {}
    lead = market.measure(LeadLag)
    for now, at_bar in walk(market, scene.days()):
        # Asked now and then only, it has to count anew.
        if at_bar and (always or now // (60 * NS) % 7 < 2):
            found[now] = lead.leader
    return found


def leader_by_definition(scene: Scene, minute: int) -> int:
    """Look at all of the half hour before, with every pair of changes."""
    both = []
    for code in ("ES", "NQ"):
        session = next(one for one in trades_of(scene, code) if one.open < minute <= one.close)
        last = {trade.ts: trade.ticks for trade in trades_of(scene, code)[session] if trade.ts <= minute}
        steps = [(ts, end, price - old) for (ts, old), (end, price) in pairwise(last.items())]
        both.append(np.array([step for step in steps if step[1] > minute - 1800 * NS]))
    sums = sums_by_definition(*both)
    return int(max(sums[:5]) > max(sums[5:])) - int(max(sums[:5]) < max(sums[5:]))


def test_who_leads_is_the_same_however_often_it_is_asked() -> None:
    scene = random_scene(3, products=("ES", "NQ"))
    always, seldom = leaders_of(scene, always=True), leaders_of(scene, always=False)
    assert set(always.values()) >= {-1, 1}
    assert seldom == {now: always[now] for now in seldom}
    for now in [one for one in always if always[one] is not None][40::97]:
        assert always[now] == leader_by_definition(scene, now), now
