"""The profile, its value area and who leads, held to a plain reading of their definitions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.profile.area import point_of_control, value_area
from indicators.profile.rows import REACH, Rows
from indicators.structure.lead import overlapping

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


@pytest.mark.parametrize("lag", [-3, 0, 2])
def test_sums_are_those_of_hayashi_and_yoshida(lag: int) -> None:
    drawn = np.random.default_rng(5)

    def changes() -> tuple[np.ndarray, np.ndarray]:
        at = np.cumsum(drawn.integers(1, 5, 80))
        return np.array([at[:-1], at[1:]]), drawn.integers(-3, 4, 79)

    (spans, own), (others, other) = changes(), changes()
    wanted = sum(
        int(own[i] * other[j])
        for i in range(79)
        for j in range(79)
        if max(spans[0, i], others[0, j] + lag) < min(spans[1, i], others[1, j] + lag)
    )
    assert overlapping(spans, own, others, other, lag) == wanted
