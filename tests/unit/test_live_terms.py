"""The machine's time and the market's, and timers that are late."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.common import Clock
from nautilus_trader.model import InstrumentId

from mia_plugins.live.terms import LiveTerms, MarketClock, Pace

DAY = 86_400_000_000_000
instants = st.integers(1_700_000_000 * 10**9, 1_900_000_000 * 10**9)
paces = st.builds(Pace, instants, instants, st.integers(1, 60))


@given(paces, st.integers(-DAY, DAY))
def test_the_machine_is_never_early(pace: Pace, away: int) -> None:
    market = pace.market + away
    machine = pace.machine_at(market)
    assert pace.market_at(machine) >= market
    assert pace.market_at(machine - 1) < market


def test_without_a_simulation_both_are_the_same() -> None:
    assert Pace().market_at(123) == 123
    assert Pace().machine_at(123) == 123


class Late:
    """A clock whose alerts are called when the test says so, as late as it says."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.waiting: list[tuple[int, str, Any]] = []

    def timestamp_ns(self) -> int:
        return self.now

    def set_time_alert_ns(self, name: str, at: int, callback: Any, *, allow_past: bool) -> None:
        assert allow_past  # Nautilus would raise for what passed meanwhile
        self.waiting.append((at, name, callback))

    def pass_until(self, now: int) -> None:
        self.now = now
        while due := sorted((one for one in self.waiting if one[0] <= now), key=lambda one: one[0]):
            self.waiting.remove(due[0])
            due[0][2](SimpleNamespace(ts_event=now, name=due[0][1]))


@given(paces, st.integers(1, 10_000_000_000), st.lists(st.integers(1, 10**10), max_size=20))
def test_a_timer_calls_at_each_of_its_instants_however_late(
    pace: Pace, interval: int, steps: list[int]
) -> None:
    clock = Late(pace.machine)
    market = MarketClock(clock, pace)
    called: list[int] = []
    start = pace.market - interval // 3  # it began before the session did
    interval = max(interval, 10**8)
    market.set_timer_ns("bars", interval, start, None, lambda event: called.append(event.ts_event))
    for step in steps:
        clock.pass_until(clock.now + min(step, 10**9))
    now = pace.market_at(clock.now)
    first = start + ((pace.market - start) // interval + 1) * interval
    assert called == list(range(first, now + 1, interval))


def test_a_timer_ends_when_it_should() -> None:
    clock = Late(0)
    called: list[int] = []
    MarketClock(clock, Pace()).set_timer_ns("bars", 10, 0, 30, lambda event: called.append(event.ts_event))
    clock.pass_until(100)
    assert called == [10, 20, 30]


def test_an_alert_tells_when_it_was_due_not_when_it_came() -> None:
    clock = Late(1_000)
    called: list[int] = []
    MarketClock(clock, Pace()).set_time_alert_ns("flat", 900, lambda event: called.append(event.ts_event))
    clock.pass_until(2_000)
    assert called == [900]


def test_it_is_what_nautilus_offers() -> None:
    assert {"timestamp_ns", "set_time_alert_ns", "set_timer_ns"} <= set(dir(Clock))


def test_contracts_are_told_both_ways() -> None:
    terms = LiveTerms(Pace(), {"ESM6": "ESZ6"})
    ours, there = InstrumentId.from_str("ESM6.XCME"), InstrumentId.from_str("ESZ6.XCME")
    assert terms.listed(ours) == there
    assert terms.ours(there) == ours
    other = InstrumentId.from_str("NQM6.XCME")
    assert (terms.listed(other), terms.ours(other)) == (other, other)


def test_an_order_event_is_as_of_its_arrival_and_keeps_all_else() -> None:
    terms = LiveTerms(Pace(1_000, 5_000, 2), {"ESM6": "ESZ6"})
    event = SimpleNamespace(
        ts_event=1, ts_init=1_010, instrument_id=InstrumentId.from_str("ESZ6.XCME"), reason="no"
    )
    heard = terms.heard(event)
    assert (heard.ts_event, heard.ts_init) == (5_020, 5_020)
    assert str(heard.instrument_id) == "ESM6.XCME"
    assert (heard.kind, heard.reason) == ("SimpleNamespace", "no")


def test_expiries_are_as_far_off_as_the_broker_has_them() -> None:
    there, monday = dt.date(2026, 11, 23), dt.date(2026, 6, 1)
    terms = LiveTerms(Pace(), {}, (there, monday))
    assert terms.expiry(there) == monday
    assert terms.expiry(dt.date(2026, 11, 30)) == dt.date(2026, 6, 5)  # four on, over Thanksgiving
    assert LiveTerms(Pace(), {}).expiry(there) == there
