"""Brackets outlive their processes: killed anywhere, the next one goes on with what is at the broker."""

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from mia_plugins.data.sessions import NS, session_on
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
    book, account, bracket = process.book, process.account, process.bracket
    assert account.position == book.lots == (bracket.held * bracket.side if bracket else 0)
    open_trip = account.trip.got - account.trip.paid if account.trip else 0
    assert account.broker.realized + open_trip * Decimal("12.5") == book.cash
    theirs = {one.order_id: (one.lots, one.filled, one.ticks) for one in book.orders.values() if one.is_open}
    ours = (
        {one.order_id: (one.lots, one.filled, one.ticks) for one in bracket.orders if one.is_open}
        if bracket
        else {}
    )
    assert ours == theirs
    executed = [one.trade_id for one in book.executions]
    assert all(process.keeping.knows(one) for one in executed)
    if book.lots and (bracket is None or not bracket.leaving):
        guards = [one for one in book.orders.values() if one.is_open and one.kind == "stop"]
        assert sum(one.rest for one in guards) >= abs(book.lots), "a position without a stop"


def settle(process: Process) -> None:
    """Let everything that is on its way arrive, and what follows of it; it takes a second for a lost stop."""
    process.hear()
    process.wait(1.5)
    process.hear()


def live(process: Process, drawn: random.Random) -> None:
    """Live until the end, which comes soon, or later."""
    process.left = drawn.choice([drawn.randint(0, 12), drawn.randint(0, 120)])
    try:
        process.begin()
        while True:
            play(process, drawn)
    except KilledError:
        process.end()


def one_life(folder: Path, book: Book, day: dt.date, drawn: random.Random) -> None:
    """Live and be killed; the market goes on while nobody looks; the next process agrees with the broker."""
    live(Process(folder, book, day), drawn)
    for _ in range(drawn.randint(0, 3)):
        trade_on(book, drawn)
    book.untold.clear()
    book.now += NS
    whole = Process(folder, book, day)
    found = whole.begin()
    assert found.foreign == []
    settle(whole)
    agree(whole)
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
    assert (book.lots, last.bracket) == (0, None)
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


@pytest.mark.parametrize("seed", range(4))
def test_killed_anywhere_node_and_broker_agree_on_position_orders_and_cash(tmp_path: Path, seed: int) -> None:
    assert lived(tmp_path, seed, 25) > 10


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_killed_anywhere_very_often_node_and_broker_agree(tmp_path: Path, seed: int) -> None:
    assert lived(tmp_path, seed, 50) > 20
