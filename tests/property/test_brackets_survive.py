"""Brackets outlive their processes: killed anywhere, the next one goes on with what is at the broker."""

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from mia_plugins.data.sessions import NS, session_on
from mia_plugins.runtime.account import Role
from tests.candidates import DAY, PRICE
from tests.lives import Book, KilledError, Process


def trade_on(book: Book, drawn: random.Random) -> None:
    """Let the market execute something of what works."""
    fillable = [one for one in book.orders.values() if book.can_fill(one)]
    if not fillable:
        return
    order = drawn.choice(fillable)
    book.fill(order, drawn.randint(1, book.can_fill(order)), order.ticks or PRICE + drawn.randint(-3, 3))
    if order.kind == "market" and order.is_open and drawn.random() < 0.5:
        book.cancel(order.order_id)


def lose(book: Book, drawn: random.Random) -> None:
    """Let the broker cancel an order of its own accord."""
    working = [one.order_id for one in book.orders.values() if one.is_open]
    if working:
        book.cancel(drawn.choice(working), by="the broker's own")


def decide(process: Process, drawn: random.Random) -> None:
    """Let the desk do something."""
    bracket = process.bracket
    if bracket is None or bracket.stop.ticks is None:
        process.enter(drawn)
    elif drawn.random() < 0.7:
        process.desk.move_stop(bracket.stop.ticks + bracket.side)
    else:
        process.desk.leave("told", process.book.now)


def play(process: Process, drawn: random.Random) -> None:
    """Let one thing happen: at the broker, on the way, or at the desk."""
    what = drawn.random()
    if what < 0.35:
        trade_on(process.book, drawn)
    elif what < 0.4:
        lose(process.book, drawn)
    elif what < 0.7:
        process.hear(drawn.randint(1, 3))
    elif what < 0.8:
        process.wait(drawn.choice([0.1, 0.5, 1.5, 30.0]))
    else:
        decide(process, drawn)


def agree(process: Process) -> None:
    """Compare node and broker when nothing is on its way."""
    agree_on_what_is_there(process)
    book, account = process.book, process.account
    open_trip = account.trip.got - account.trip.paid if account.trip else 0
    assert account.broker.realized + open_trip * Decimal("12.5") == book.cash
    assert all(process.keeping.knows(one.trade_id) for one in book.executions)


def agree_on_what_is_there(process: Process) -> None:
    """Compare positions and orders, and see to it that what is held has its stop."""
    book, account, bracket = process.book, process.account, process.bracket
    assert account.position == book.lots == (bracket.held * bracket.side if bracket else 0)
    theirs = {one.order_id: (one.lots, one.filled, one.ticks) for one in book.orders.values() if one.is_open}
    open_ones = [one for one in bracket.orders if one.is_open] if bracket else []
    assert {one.order_id: (one.lots, one.filled, one.ticks) for one in open_ones} == theirs
    if book.lots and (bracket is None or not bracket.leaving):
        stops = [one for one in book.orders.values() if one.is_open and one.kind == "stop"]
        covered = sum(one.rest for one in stops)
        is_growing = bracket is not None and bracket.entry.is_open
        assert covered == abs(book.lots) or (is_growing and covered > abs(book.lots)), "not covered by a stop"
    if bracket and bracket.leaving:
        assert {one.role for one in open_ones} <= {Role.EXIT}
    elif bracket and bracket.entry.is_open:
        assert all(one.is_open for one in (bracket.stop, bracket.target)), (
            "an entry that would be filled bare"
        )


def settle(process: Process) -> None:
    """Let everything that is on its way arrive, and what follows of it; it takes a second for a lost stop."""
    process.hear()
    process.wait(1.5)
    process.hear()


def live(process: Process, drawn: random.Random, *, forgets: bool) -> None:
    """Live until the end, which comes soon, or later."""
    process.left = drawn.choice([drawn.randint(0, 12), drawn.randint(0, 120)])
    try:
        process.begin(forgets=forgets)
        while True:
            play(process, drawn)
    except KilledError:
        process.end()


def one_life(folder: Path, book: Book, day: dt.date, drawn: random.Random, *, forgets: bool = False) -> None:
    """Live and be killed; the market goes on while nobody looks; the next process agrees with the broker."""
    live(Process(folder, book, day), drawn, forgets=forgets)
    for _ in range(drawn.randint(0, 3)):
        trade_on(book, drawn)
    book.untold.clear()
    book.now += NS
    whole = Process(folder, book, day)
    found = whole.begin(forgets=forgets)
    assert found.foreign == []
    settle(whole)
    (agree_on_what_is_there if forgets else agree)(whole)
    whole.end()


def leave_all(folder: Path, book: Book, day: dt.date) -> None:
    """Start once more, leave, and agree that nothing is left."""
    last = Process(folder, book, day)
    last.begin()
    last.desk.leave("told", book.now)
    for _ in range(40):
        settle(last)
        for order in [one for one in book.orders.values() if one.kind == "market" and book.can_fill(one)]:
            book.fill(order, book.can_fill(order), PRICE)
    settle(last)
    agree(last)
    assert (book.lots, last.bracket, last.state.brackets()) == (0, None, [])
    last.end()


def lived(folder: Path, seed: int, kills: int) -> int:
    """Live so many lives, each killed at a moment of its own; return what was executed."""
    drawn, book, days = random.Random(seed), Book(), iter(stock_market_days())
    day = next(days)
    for _ in range(kills):
        if drawn.random() < 0.1:
            day = next(days)
            book.now = session_on(day).open + 60 * NS
        one_life(folder, book, day, drawn)
    leave_all(folder, book, day)
    return len(book.executions)


def stock_market_days() -> Iterator[dt.date]:
    day = DAY
    while True:
        yield day
        day += dt.timedelta(days=3 if day.weekday() == 4 else 1)


@pytest.mark.parametrize("seed", range(3))
def test_killed_anywhere_node_and_broker_agree_on_position_orders_and_cash(tmp_path: Path, seed: int) -> None:
    assert lived(tmp_path, seed, 40) > 50


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_killed_anywhere_very_often_node_and_broker_agree(tmp_path: Path, seed: int) -> None:
    assert lived(tmp_path, seed, 50) > 20


def test_a_broker_that_tells_of_nothing_that_is_over_is_believed_its_position(tmp_path: Path) -> None:
    drawn, book = random.Random(1), Book()
    for _ in range(15):
        one_life(tmp_path, book, DAY, drawn, forgets=True)
    assert len(book.executions) > 10
