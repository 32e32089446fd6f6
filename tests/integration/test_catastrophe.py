"""The monitor of catastrophes in the real engine: what it sees, tells and stops."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mia_plugins.data.sessions import NS
from mia_plugins.errors import MiaError
from mia_plugins.runtime.broker import Closed
from mia_plugins.runtime.incidents import Level
from mia_plugins.runtime.vitals import Noted, Vitals
from mia_plugins.settings.resolve import load_run
from risk.catastrophe.host import ClockDrift, disk_free, feed_host, memory_taken
from risk.catastrophe.monitor import TRIGGERS
from risk.catastrophe.readings import PROBES, SOURCED, UNITS, Moment
from risk.catastrophe.settings import CatastropheSettings, LeastTrigger, Trigger
from tests.candidates import NOW, SESSION
from tests.market import DAY
from tests.runtime import Played, a_trade_a_minute, buy, market_of, sell, stage, told

CALM = """
time      bid  ask
09:30:30    0    1
"""
OFF: dict[str, Any] = {name: {} for name in TRIGGERS}


def watched(rows: list[str], *steps: dict[str, Any], second: tuple[Any, ...] = (), **triggers: Any) -> Played:
    """Return what came of a script, with some triggers and no others."""
    market: Any = market_of(CALM + "\n".join(rows) + "\n")
    strategies = {"one": {"steps": list(steps)}} | ({"two": {"steps": list(second)}} if second else {})
    return stage(
        {DAY: [market, a_trade_a_minute(market)]},
        strategies,
        fills="quotes",
        actors={"catastrophe": OFF | {"least": 2} | triggers},
        backstop=triggers.pop("backstop", {}),
    ).run()


def seen(played: Played) -> list[str]:
    return [f"{told(row['ts'])} {row['what']} {row['level']}" for row in played.table("incidents")]


def test_a_day_without_catastrophes_has_no_incidents_and_the_same_bytes_as_without_the_monitor() -> None:
    market: Any = market_of(CALM + "09:31:10 12 13\n09:40 0 1\n")
    days = {DAY: [market, a_trade_a_minute(market)]}
    one = stage(days, {"one": {"steps": [buy("09:31", -8, 12)]}}, fills="quotes")
    played, alone = one.run(actors={"catastrophe": OFF | {"drawdown": {"warn": 10}}}), one.run()
    assert played.table("incidents") == []
    assert played.bytes == alone.bytes


@pytest.mark.parametrize("side", [1, -1])
def test_a_daily_loss_with_what_is_held_flattens_every_strategy_until_the_session_is_over(side: int) -> None:
    to = -19 * side
    steps = [buy("09:31", -60, 90)] if side > 0 else [sell("09:31", 60, -90)]
    again = [buy("09:33", -60, 60)]
    played = watched(
        [f"09:31:10.5 {to} {to + 1}", "09:40 0 1"],
        *steps,
        *again,
        second=(*steps, *again),
        daily_loss={"flatten_and_stop": 300},
        every=1,
    )
    assert seen(played) == ["09:31:11 daily_loss flatten_and_stop"]
    assert {row["exit"] for row in played.table("positions")} == {"daily_loss"}
    assert {told(row["ts_close"]) for row in played.table("positions")} == {"09:31:11"}
    assert played.decisions[2:] == ["09:33:00 buy blocked daily_loss"] * 2
    (row,) = played.table("incidents")
    # Two contracts, 21 ticks each way with slippage, and two round turns.
    assert row["number"] == pytest.approx(2 * (22 if side > 0 else 21) * 12.5 + 9, abs=26)
    assert row["limit"] == 300
    assert "the limit is 300 $" in row["told"]


def test_entries_stop_while_data_are_stale_and_go_on_when_they_come_again() -> None:
    played = watched(
        ["09:32 0 1", "09:34:10 0 1", "09:40 0 1"],
        buy("09:31", -8, 40, entry=-2),
        buy("09:34", -8, 12),
        buy("09:35", -8, 12),
        stale_data={"warn": 30, "stop_entries": 60},
    )
    after = [line for line in seen(played) if "09:30:31" < line < "17"]
    assert after[:5] == [
        "09:31:00 stale_data warn",
        "09:31:30 stale_data stop_entries",
        "09:32:00 stale_data clear",
        "09:32:30 stale_data warn",
        "09:33:00 stale_data stop_entries",
    ]
    assert played.decisions == [
        "09:31:00 buy taken",
        "09:34:00 buy blocked stale_data",
        "09:35:00 buy taken",
    ]
    # The entry that worked when they had become stale was cancelled, with its stop and target.
    assert played.orders[:3] == ["entry canceled 0/1", "stop canceled 0/1", "target canceled 0/1"]


def test_refused_orders_stop_entries() -> None:
    steps = [buy(f"09:{minute}", -8, 12, size=17) for minute in range(31, 36)]
    played = watched(["09:40 0 1"], *steps, reject_rate={"stop_entries": 50})
    assert seen(played)[0] == "09:31:00 reject_rate stop_entries"
    assert [line.partition("buy ")[2] for line in played.decisions] == ["taken"] + ["blocked reject_rate"] * 4
    assert played.table("incidents")[0]["number"] == 100


def test_entries_go_on_when_the_refusals_lie_further_back_than_the_window() -> None:
    steps = [buy("09:31", -8, 12, size=17), buy("09:32", -8, 12), buy("09:33", -8, 12)]
    played = watched(["09:40 0 1"], *steps, reject_rate={"stop_entries": 50}, window=1)
    assert seen(played) == ["09:31:00 reject_rate stop_entries", "09:32:05 reject_rate clear"]
    assert [line.partition("buy ")[2] for line in played.decisions] == [
        "taken",
        "blocked reject_rate",
        "taken",
    ]


@pytest.mark.parametrize("name", ["error_rate", "reject_rate", "slippage"])
def test_a_rate_of_nothing_is_nothing_so_that_its_stop_ends(name: str) -> None:
    reading = PROBES[name](Vitals(), moment())
    assert reading is not None
    assert reading.number == 0


def test_losses_in_a_row_are_those_of_the_session_so_that_their_stop_ends_with_it() -> None:
    vitals = Vitals()
    for ts, net in ((SESSION.open - 1, -1), (SESSION.open, 1), (NOW - 2, -1), (NOW - 1, -1)):
        vitals.broker.closed.append(Closed(ts, Decimal(net), "stop", Decimal(0)))
    assert [PROBES["losses_in_row"](vitals, moment())] == [(2, "2 round trips were lost one after the other")]
    vitals.broker.closed.clear()
    vitals.broker.closed.append(Closed(SESSION.open - 1, Decimal(-1), "stop", Decimal(0)))
    assert PROBES["losses_in_row"](vitals, moment()) == (0, "0 round trips were lost one after the other")


def test_slippage_beyond_what_was_meant_is_told() -> None:
    played = watched(["09:31:10 -30 -29", "09:40 -30 -29"], buy("09:31", -8, 12), slippage={"warn": 5})
    row, over = played.table("incidents")
    # The entry is a spread and a tick dearer than the last price; the stop at -8 was filled at -31.
    assert (row["what"], row["level"], row["number"]) == ("slippage", "warn", (2 + 23) / 2)
    assert (over["level"], over["told"]) == ("clear", "nothing came within the window")


def moment(now: int = NOW, **settings: Any) -> Moment:
    return Moment(now, SESSION, CatastropheSettings(**settings))


@pytest.mark.parametrize("name", ["error_rate", "reject_rate"])
@pytest.mark.parametrize(
    ("bad", "good", "rate"), [(0, 6, 0.0), (1, 19, 5.0), (3, 3, 50.0), (6, 0, 100.0), (1, 4, None)]
)
def test_rates_are_of_what_came_within_the_window(name: str, bad: int, good: int, rate: float | None) -> None:
    vitals = Vitals()
    noted = vitals.answers if name == "error_rate" else vitals.ended
    noted.extend(Noted(NOW - 16 * 60 * NS, 1.0) for _ in range(50))  # too long ago
    noted.extend(Noted(NOW - number, float(number < bad)) for number in range(bad + good))
    reading = PROBES[name](vitals, moment())
    assert (reading and reading.number) == rate


def test_every_trigger_has_a_unit_and_something_that_measures_it() -> None:
    settings = {name for name, field in CatastropheSettings.model_fields.items() if name not in (
        "every", "window", "least"
    )}  # fmt: skip
    assert settings == set(TRIGGERS) == set(UNITS) == {*PROBES, *SOURCED}


@pytest.mark.parametrize(
    ("trigger", "number", "level"),
    [
        (Trigger[float](warn=5, stop_entries=10), 4.9, None),
        (Trigger[float](warn=5, stop_entries=10), 5, Level.WARN),
        (Trigger[float](warn=5, stop_entries=10), 10, Level.STOP_ENTRIES),
        (Trigger[float](flatten_and_stop=10), 11, Level.FLATTEN_AND_STOP),
        (Trigger[float](), 1e9, None),
        (LeastTrigger[float](warn=15, stop_entries=10), 15.1, None),
        (LeastTrigger[float](warn=15, stop_entries=10), 10, Level.STOP_ENTRIES),
    ],
)
def test_levels(trigger: Trigger[float], number: float, level: Level | None) -> None:
    reached = trigger.reached(number)
    assert (reached and reached[0]) == level


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{error_rate: {warn: 10, stop_entries: 5}}", "stop_entries (5) comes before warn (10)"),
        ("{disk_free: {warn: 5, stop_entries: 10}}", "stop_entries (10) comes before warn (5)"),
        ("{latency: {warn: -1}}", "should be greater than 0"),
        ("{latency: {stop: 100}}", "unknown name"),
        ("{latencies: {warn: 100}}", "did you mean 'latency'"),
    ],
)
def test_mistakes_are_told_with_their_place(here: Path, written: str, told: str) -> None:
    config = here / "run.yaml"
    config.write_text(f"extends: mia:backtests/demo_day.yaml\nactors:\n  catastrophe: {written}\n")
    with pytest.raises(MiaError) as caught:
        load_run(config)
    assert told in caught.value.what
    assert "run.yaml:3" in caught.value.what


def test_what_the_machine_tells(here: Path) -> None:
    vitals = Vitals()
    latency = feed_host(vitals, here)
    assert 0 < (vitals.sources["disk_free"](NOW) or 0) < 100
    assert 0 < (vitals.sources["memory"](NOW) or 0) < 100
    assert (vitals.sources["clock_drift"](NOW) or 0) < 1000
    assert vitals.sources["latency"](NOW) is None
    latency.note(NOW - 150_000_000, NOW)
    latency.note(NOW + NS - 20_000_000, NOW + NS)
    assert vitals.sources["latency"](NOW + NS) == 150.0
    assert vitals.sources["latency"](NOW + 62 * NS) is None
    assert disk_free(here / "nothing") is None
    assert memory_taken(here / "nothing") is None


def test_a_clock_that_was_set_has_drifted() -> None:
    now = [1_000, 5]
    drift = ClockDrift(lambda: now[0], lambda: now[1])
    now[:] = [1_000 + 3 * NS, 5 + 3 * NS]
    assert drift(0) == 0
    now[0] -= NS // 2
    assert drift(0) == 500
    for minutes, drifted in ((14, 500), (2, 0)):  # it goes right from then on
        now[:] = [one + minutes * 60 * NS for one in now]
        assert drift(0) == drifted
