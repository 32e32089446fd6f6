"""Recorded fills beside simulated ones, each difference with its reason."""

from decimal import Decimal
from typing import Any

import pytest

from mia_plugins.data.sessions import NS
from mia_plugins.reconcile.fills import FillDifference, explained
from mia_plugins.reconcile.trades import Filled, Key, Ordered, Trade, Trades

FEE = Decimal("2.25")
TYPES = {"entry": "market", "stop": "stop", "target": "limit", "exit": "market"}


def filled(seconds: float, ticks: float, lots: int = 1, fee: Decimal = FEE) -> Filled:
    return Filled(int(seconds * NS), lots, ticks, fee)


def trade(
    entry: str = "market", exit_: str = "", plan: int = 1, state: str = "canceled", **roles: Filled
) -> Trade:
    """Return a long trade; what is not filled was canceled, or ended in a state."""
    made = Trade(1, 1, (plan, None, 90, 120), exit=exit_)
    for role, type_ in (TYPES | {"entry": entry}).items():
        if role != "exit" or role in roles:
            ended = "filled" if role in roles else state if role == "entry" else "canceled"
            made.orders[role] = Ordered(type_, ended, "too much" if ended == "rejected" else "")
    made.filled.update(roles)
    return made


def trades(*made: Trade | None, halts: tuple[str, ...] = (), **judged: tuple[str, str]) -> Trades:
    """Return the trades of decisions at 0 s, 100 s, …; `judged` are candidates by `s100` and so on."""
    taken: dict[Key, Trade] = {("a", at * 100 * NS): one for at, one in enumerate(made) if one is not None}
    told = {("a", int(name[1:]) * NS): verdict for name, verdict in judged.items()}
    return Trades(taken, told, sum(len(one.filled) for one in taken.values()), frozenset(halts))


def told(one: Trades, other: Trades) -> list[tuple[str, str, str]]:
    found, _ = explained(one, other)
    return [(str(row.role), str(row.why), row.told) for row in found]


@pytest.mark.parametrize(
    ("recorded", "simulated", "expected"),
    [
        (filled(1, 100), filled(1, 100), []),
        (filled(1.25, 102), filled(1, 100), [("latency", "0.25 s later, 2 ticks worse")]),
        (filled(1.25, 99), filled(1, 100), [("latency", "0.25 s later, 1 ticks better")]),
        (filled(1, 100.5), filled(1, 100), [("slippage", "0.5 ticks worse")]),
        (filled(1, 100, 1), filled(1, 100, 3), [("queue", "1 contracts, 3 simulated")]),
        (filled(1, 100, fee=Decimal(0)), filled(1, 100), [("fee", "fee 0 $, 2.25 $ simulated")]),
    ],
)
def test_a_fill_that_both_have(recorded: Filled, simulated: Filled, expected: list[Any]) -> None:
    one, other = trade(), trade()
    one.filled["entry"], other.filled["entry"] = recorded, simulated
    assert told(trades(one), trades(other)) == [("entry", *row) for row in expected]
    rows, alike = explained(trades(one), trades(other))
    assert alike == (not expected)
    assert all(isinstance(row, FillDifference) for row in rows)


def test_numbers_are_signed_for_whoever_sells() -> None:
    one = trade(target=filled(9, 119))
    other = trade(target=filled(9, 120))
    (row,) = explained(trades(one), trades(other))[0]
    assert (row.worse, row.latency, row.why) == (1.0, 0, "slippage")


def test_a_limit_that_others_were_before_in() -> None:
    one, other = trade(entry="limit"), trade(entry="limit")
    other.filled |= {"entry": filled(1, 100), "target": filled(5, 120)}
    assert told(trades(one), trades(other)) == [
        ("entry", "queue", "filled as simulated alone; recorded: it was canceled"),
        ("target", "consequence", "filled as simulated alone; recorded: it was canceled"),
    ]


def test_a_target_that_was_missed_and_the_stop_that_followed() -> None:
    entry = filled(1, 100)
    one, other = trade(stop=filled(30, 90)), trade(target=filled(5, 120))
    one.filled["entry"] = other.filled["entry"] = entry
    assert [row[:2] for row in told(trades(one), trades(other))] == [
        ("target", "queue"),
        ("stop", "consequence"),
    ]


def test_an_order_that_was_refused() -> None:
    one, other = trade(state="rejected"), trade()
    other.filled["entry"] = filled(1, 100)
    (row,) = told(trades(one), trades(other))
    assert row == ("entry", "refused", "filled as simulated alone; recorded: rejected, too much")


def test_a_halt_is_no_fault_of_the_simulation() -> None:
    one, other = trade(exit=filled(20, 101), exit_="time"), trade(exit=filled(70, 105), exit_="session_end")
    one.filled["entry"] = other.filled["entry"] = filled(1, 100)
    lonely = trade()
    found = told(trades(one, None, halts=("time",), s100=("blocked", "time")), trades(other, lonely))
    assert found == [
        ("exit", "halted", "left for time; simulated: session_end"),
        ("entry", "halted", "taken as simulated alone; the other: blocked time"),
    ]


def test_what_differs_after_the_first_fill_follows_from_it() -> None:
    late, prompt = trade(), trade()
    late.filled["entry"], prompt.filled["entry"] = filled(2, 101), filled(1, 100)
    after = trade()
    blocked = {"s100": ("blocked", "daily_loss")}
    found = told(trades(late, None, **blocked), trades(prompt, after))
    assert found[1] == ("entry", "consequence", "taken as simulated alone; the other: blocked daily_loss")
    assert told(trades(trade(), None, **blocked), trades(trade(), after)) == [
        ("entry", "unexplained", "taken as simulated alone; the other: blocked daily_loss")
    ]


def test_what_was_decided_otherwise_before_any_fill_is_unexplained() -> None:
    assert told(trades(trade(plan=2)), trades(trade(plan=3))) == [
        ("decision", "unexplained", "decided otherwise: size 2 and 3")
    ]


def test_a_difference_is_no_consequence_of_a_later_one() -> None:
    one, other = trade(plan=2), trade(plan=3)
    one.filled["entry"], other.filled["entry"] = filled(2, 101), filled(1, 100)
    assert told(trades(one), trades(other))[0][1] == "unexplained"
