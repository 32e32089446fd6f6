"""Closed hours that are left out of a played market."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.timeline import Timeline
from mia_plugins.data.sessions import NEW_YORK, NS, breaks, utc_ns
from mia_plugins.data.skipping import Skipping
from mia_plugins.live.terms import MarketClock, Pace
from tests.unit.test_live_terms import Late

FRIDAY = utc_ns(dt.date(2026, 6, 5), dt.time(16))
HOUR = 3_600 * NS
WEEK = 7 * 24 * HOUR
WHOLE = Skipping.closed_hours(FRIDAY)
instants = st.integers(FRIDAY - HOUR, FRIDAY + 4 * WEEK)
spans = st.lists(st.integers(1, 10**6), max_size=8).map(
    lambda steps: Skipping(
        tuple(zip(np.cumsum(steps)[0::2].tolist(), np.cumsum(steps)[1::2].tolist(), strict=False))
    )
)


def new_york(ts: int) -> str:
    return f"{dt.datetime.fromtimestamp(ts // NS, NEW_YORK):%a %d %H:%M}"


def test_weekends_and_holidays_are_left_out_and_nights_are_not() -> None:
    june = [(new_york(lo), new_york(hi)) for lo, hi in WHOLE.spans][:4]
    assert june == [
        ("Fri 05 17:10", "Sun 07 17:50"),
        ("Fri 12 17:10", "Sun 14 17:50"),
        ("Fri 19 13:10", "Sun 21 17:50"),  # Juneteenth
        ("Fri 26 17:10", "Sun 28 17:50"),
    ]


def test_what_lies_before_the_start_is_left_as_it_is() -> None:
    inside = utc_ns(dt.date(2026, 6, 6), dt.time(12))
    assert new_york(Skipping.closed_hours(inside).spans[0][0]) == "Fri 12 17:10"


def test_no_instant_of_a_session_is_left_out() -> None:
    for close, reopen in breaks(dt.date(2026, 6, 5), dt.date(2026, 7, 10)):
        assert WHOLE.end_of(close) is None
        assert WHOLE.end_of(reopen) is None


@given(spans, st.integers(-10, 5 * 10**6))
def test_both_times_are_each_others(skipping: Skipping, ts: int) -> None:
    assert skipping.played(skipping.market(ts)) == ts
    assert skipping.market(ts) < skipping.market(ts + 1)
    there = skipping.market(skipping.played(ts))
    assert there == next((hi for lo, hi in skipping.spans if lo <= ts <= hi), ts)
    assert skipping.end_of(there) is None
    assert skipping.played_all(np.array([ts]))[0] == skipping.played(ts)


@given(instants, st.integers(1, 60))
def test_the_gateway_and_the_session_have_the_same_time(ts: int, pace: int) -> None:
    there, here = Timeline(FRIDAY, 0, pace, WHOLE), Pace(0, FRIDAY, pace, WHOLE)
    machine = here.machine_at(ts)
    assert there.market(machine) == here.market_at(machine) >= ts
    assert here.market_at(machine - 1) < ts
    assert abs(there.wall(ts) - machine) <= max(1, (FRIDAY - ts) * 2)


@pytest.mark.parametrize("interval", [NS // 5, 60 * NS, 7 * HOUR])
def test_a_timer_does_not_ring_in_what_is_left_out_and_keeps_its_grid(interval: int) -> None:
    clock = Late(0)
    called: list[int] = []
    market = MarketClock(clock, Pace(0, FRIDAY, 60, WHOLE))
    start = FRIDAY // interval * interval
    market.set_timer_ns(
        "one", interval, start, FRIDAY + 2 * WEEK, lambda event: called.append(event.ts_event)
    )
    lo, hi = WHOLE.spans[0]
    for at in (lo - 2 * NS, lo + NS, hi + NS, hi + 8 * HOUR):
        clock.pass_until(Pace(0, FRIDAY, 60, WHOLE).machine_at(at))
    assert not [at for at in called if lo <= at < hi]
    assert all((at - start) % interval == 0 for at in called)
    after = [at for at in called if at >= hi]
    assert after[0] - hi < interval
    assert (np.diff(after) == interval).all()
