"""A run that is looked at: what is seen is what is held, what is told is what happened, and nothing changes."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from mia_plugins.live.look import Look
from risk.catastrophe.monitor import TRIGGERS
from tests import looked_at
from tests.market import DAY
from tests.runtime import (
    BASE,
    CAPITAL,
    TABLES,
    Played,
    a_trade_a_minute,
    buy,
    leave,
    market_of,
    sell,
    stage,
    told,
)

MARKET = """
time      bid  ask
09:30:30    0    1
09:32:10    4    5
09:33:10   12   13
09:36:10   20   21
09:40       0    1
"""
STEPS = [
    buy("09:31", stop=-8, target=12, size=2),
    sell("09:35", stop=40, target=-40, size=1, outcome="blocked"),
    sell("09:36", stop=25, target=-40),
    leave("09:38"),
]


def played(plugin: str) -> Played:
    market: Any = market_of(MARKET)
    days = {DAY: [market, a_trade_a_minute(market)]}
    return stage(days, {"one": {"steps": STEPS}}, fills="quotes", plugin=plugin).run()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Played:
    looked_at.looks.clear()
    looked_at.lines.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("looked_at"))
        return played("tests.looked_at:LookedAt")


def at(time: str) -> Look:
    """Return the look at a bar's close."""
    return next(one for one in looked_at.looks if told(one.ts) == time)


def test_nothing_is_decided_otherwise_since_somebody_looks(run: Played, here: object) -> None:
    del here
    other = played("tests.scripted:Scripted")
    for name in TABLES:
        one, two = ((each.folder / f"{name}.arrows").read_bytes() for each in (run, other))
        assert one == two, name


def test_what_is_held_is_seen_with_its_orders_and_its_money(run: Played) -> None:
    assert run.fills[0] == "09:31:00 entry +2 @ 2"
    before, held = at("09:31:00"), at("09:33:00")
    assert not before.strategies[0].position
    assert not before.orders
    assert before.money.day == 0
    (one,) = held.strategies
    assert (one.symbol, one.position, one.average) == ("ESM6", 2, BASE + 2)
    assert (one.stop, one.target) == (BASE - 8, BASE + 12)
    assert [(o.role, o.side, o.lots, o.ticks) for o in held.orders] == [
        ("stop", -1, 2, BASE - 8), ("target", -1, 2, BASE + 12),
    ]  # fmt: skip
    assert one.price is not None
    fees = -one.made_today
    assert fees > 0
    tick, costs = Decimal("12.5"), fees / 2  # a contract and side
    assert one.open is not None
    slipped = (one.price - (BASE + 2)) * tick * 2 - one.open - 2 * costs
    assert slipped % (2 * tick) == 0  # ticks that leaving at the market is taken to cost
    assert held.money.open == one.open
    assert held.money.at_stops == -10 * 2 * tick - slipped - 2 * costs
    assert held.money.balance == CAPITAL - fees


def test_the_day_is_what_the_trips_came_to(run: Played) -> None:
    rows = run.table("positions")
    last = looked_at.looks[-1]
    assert last.money.day == last.money.made_today == sum(row["net"] for row in rows)
    assert last.strategies[0].trades_today == last.money.trades_today == len(rows) == 2


def test_the_last_candidates_are_seen_with_what_became_of_them(run: Played) -> None:
    del run
    seen = [(told(one.ts), one.outcome, one.why, one.side, one.size) for one in looked_at.looks[-1].decisions]
    assert seen == [
        ("09:36:00", "taken", "", -1, 1),
        ("09:35:00", "blocked", "told", -1, 1),
        ("09:31:00", "taken", "", 1, 2),
    ]
    assert at("09:32:00").strategies[0].said == "taken"
    assert at("09:34:00").strategies[0].said == "no candidate"


def test_sources_and_gauges_are_seen(run: Played) -> None:
    del run
    look = looked_at.looks[-1]
    assert look.is_connected
    assert [(age.name, age.seconds, age.limit) for age in look.ages] == [("ES", 0.5, 60.0)]
    assert [(one.name, one.share) for one in look.limits] == [("disk_free", 0.75), ("daily_loss", 0.2)]


def test_each_order_is_told_from_being_sent_to_its_end(run: Played) -> None:
    ended = {row["order_id"]: row for row in run.table("orders")}
    for order_id, row in ended.items():
        told_ = [what for what, more in looked_at.lines if more.get("order") == order_id]
        assert told_[0] == "order_sent", order_id
        end = {"filled": "order_filled", "canceled": "order_cancelled"}[row["state"]]
        assert told_[-1] == end, order_id
        assert told_.count("order_filled") == (row["state"] == "filled")


def test_fills_are_told_with_their_numbers(run: Played) -> None:
    found = [
        (more["order"], more["role"], more["side"] * more["lots"], more["price"], more["decision"])
        for what, more in looked_at.lines
        if what == "order_filled"
    ]
    assert found == [
        (row["order_id"], row["role"], row["side"] * row["lots"], row["ticks"] / 4, row["decision"])
        for row in run.table("fills")
    ]


def test_decisions_and_trades_are_told(run: Played) -> None:
    what = [what for what, _ in looked_at.lines if what.startswith(("decision", "trade"))]
    assert what.count("decision_taken") == 2
    assert what.count("decision_blocked") == 1
    nets = [more["net"] for what, more in looked_at.lines if what == "trade_closed"]
    assert nets == [float(row["net"]) for row in run.table("positions")]


def test_how_it_stands_is_told_each_minute_and_that_it_is_connected_once(run: Played) -> None:
    del run
    what = [what for what, _ in looked_at.lines]
    assert what.count("connected") == 1
    times = [more["ts"] for what, more in looked_at.lines if what == "standing"]
    assert len(times) > 5
    assert all(later - one >= 60_000_000_000 for one, later in pairwise(times))


def test_what_the_monitor_measures_is_seen_with_the_limit_that_comes_next(
    here: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All its own numbers, at any time: no candidate has to come by."""
    del here
    looks: list[Look] = []
    monkeypatch.setattr(looked_at, "looks", looks)
    triggers: dict[str, dict[str, int]] = {name: {} for name in TRIGGERS} | {
        "daily_loss": {"warn": 100, "flatten_and_stop": 500},
        "stale_data": {"stop_entries": 60},
        "disk_free": {"warn": 15},
    }
    market: Any = market_of(MARKET)
    days = {DAY: [market, a_trade_a_minute(market)]}
    strategies = {"one": {"steps": [buy("09:31", stop=-50, target=90, size=2)]}}
    stage(
        days, strategies, fills="quotes", plugin="tests.looked_at:LookedAt", actors={"catastrophe": triggers}
    ).run()
    look = next(one for one in looks if told(one.ts) == "09:35:00")
    found = {one.name: one for one in look.limits if one.does != "own"}
    assert set(found) == {"daily_loss", "stale_data"}  # a backtest has no disk to lose
    loss, stale = found["daily_loss"], found["stale_data"]
    assert loss.number == pytest.approx(-float(look.money.day), abs=30)  # five seconds before, at the bid
    assert (loss.limit, loss.does, loss.unit) == (100.0, "warn", "$")
    assert (stale.limit, stale.does) == (60.0, "stop_entries")
    assert stale.number == pytest.approx(105, abs=5)  # quotes come seldom in this little market
    assert stale.is_reached
    assert look.limits[0] == stale
    assert look.ages[0].name == "ES"
    assert look.strategies[0].price == BASE + 12  # the last bid
