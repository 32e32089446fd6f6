"""What a process does with the bracket that the one before it left, case by case."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mia_plugins.data.sessions import NS, session_on
from mia_plugins.journal.decision import Decision, Outcome
from tests.candidates import DAY, PRICE
from tests.lives import CONTRACT, Book, KilledError, Process

STOP, TARGET = PRICE - 10, PRICE + 10


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def started(here: Path, book: Book) -> Iterator[Callable[..., Process]]:
    """Yield what starts a process, on a day, after the one before it was killed."""
    alive: list[Process] = []

    def start(day: dt.date = DAY) -> Process:
        for one in alive:
            one.end()
        alive[:] = [Process(here, book, day)]
        return alive[0]

    yield start
    for one in alive:
        one.end()


def hold(process: Process, lots: int = 2, until: int | None = None) -> None:
    """Have a process hold contracts with stop and target at work."""
    process.begin()
    decision = Decision(
        side=1, outcome=Outcome.TAKEN, size=lots, stop=STOP, target=TARGET, until=until, entry=None
    )
    process.desk.enter(process.book.now, decision, 1, "one-ES-1", PRICE)
    process.book.fill(process.book.orders["one-ES-1-E"], lots, PRICE)
    process.hear()


def open_orders(book: Book) -> list[str]:
    return [one.order_id.removeprefix("one-ES-1-") for one in book.orders.values() if one.is_open]


def test_what_is_held_keeps_its_orders_and_their_events_come_to_the_desk(
    started: Callable[..., Process], book: Book
) -> None:
    hold(started())
    after = started()
    after.begin()
    assert open_orders(book) == ["S", "T"]
    assert after.desk.refusal(book.now) == "position_open"
    after.desk.move_stop(STOP + 4)
    book.fill(book.orders["one-ES-1-S"], 2, STOP + 4)
    after.hear()
    assert (after.account.position, after.bracket, open_orders(book)) == (0, None, [])
    assert after.account.last_exit == "stop"
    after.desk.enter(book.now, Decision(side=1, outcome=Outcome.TAKEN, size=1, stop=STOP, target=TARGET), 1, f"one-ES-{after.keeping.mark}1", PRICE)  # fmt: skip
    assert len({*book.orders}) == 6


def test_a_stop_that_is_gone_is_sent_again_where_it_lay_last(
    started: Callable[..., Process], book: Book
) -> None:
    first = started()
    hold(first)
    first.desk.move_stop(STOP + 4)
    first.hear()
    book.cancel("one-ES-1-S")
    book.orders.pop("one-ES-1-S")  # nobody tells of it any more
    after = started()
    found = after.begin()
    assert "one-ES-1-S is canceled: the broker knows nothing of it" in found.ended
    assert (book.orders["one-ES-1-S2"].ticks, book.orders["one-ES-1-S2"].lots) == (STOP + 4, 2)


@pytest.mark.parametrize("seconds", [5, 60])
def test_its_time_goes_on(started: Callable[..., Process], book: Book, seconds: int) -> None:
    hold(started(), until=book.now + 30 * NS)
    book.now += seconds * NS
    after = started()
    after.begin()
    assert bool(after.bracket and after.bracket.leaving == "time") == (seconds > 30)
    after.wait(30)
    assert after.bracket
    assert after.bracket.leaving == "time"
    assert open_orders(book) == ["X1"]


def test_what_is_of_an_earlier_session_is_left_in_its_own_contract(
    started: Callable[..., Process], book: Book
) -> None:
    hold(started())
    tomorrow = DAY + dt.timedelta(days=1)
    book.now = session_on(tomorrow).open + NS
    after = started(tomorrow)
    after.begin(contract="ESU6")
    assert open_orders(book) == ["X1"]
    assert book.orders["one-ES-1-X1"].contract == CONTRACT
    book.fill(book.orders["one-ES-1-X1"], 2, PRICE)
    after.hear()
    assert (after.account.position, after.account.last_exit) == (0, "held_over")


@pytest.mark.parametrize("heard", [True, False])
def test_what_is_held_over_the_close_since_the_line_was_down_is_left_when_the_next_session_opens(
    started: Callable[..., Process], book: Book, heard: bool
) -> None:
    """The line is down once the cancels were heard, or before."""
    one = started()
    hold(one)
    times = vars(one.desk._timetable)
    times["close_at"] = session_on(DAY).close
    book.now = times["close_at"] - 20 * NS
    whole = dict(vars(book))
    vars(book)["place"] = lambda order: book.tell("OrderRejected", order, reason="not connected")
    if not heard:
        vars(book)["cancel"] = lambda *_: None
    one.desk.leave("session_end", book.now)
    for _ in range(8):
        one.wait(5)
        one.hear()
    assert (one.alerts, open_orders(book)) == ([], [] if heard else ["S", "T"])
    for name in {*vars(book)} - {*whole}:
        delattr(book, name)
    session = session_on(DAY + dt.timedelta(days=1))
    book.now, times["close_at"] = session.open, session.close
    one.desk.begin_session(one.desk._traded)
    one.desk.inheriting.go_on(book.now, session.open)
    assert len(open_orders(book)) == 1
    one.hear()
    book.fill(next(order for order in book.orders.values() if order.is_open), 2, PRICE)
    one.hear()
    assert (one.account.position, one.account.last_exit, one.bracket) == (0, "session_end", None)


def test_who_was_killed_while_it_left_goes_on_leaving(started: Callable[..., Process], book: Book) -> None:
    first = started()
    hold(first)
    first.left = 3  # both cancels are told, and the exit noted, but not sent
    with pytest.raises(KilledError):
        first.desk.leave("told", book.now)
    assert open_orders(book) == []
    after = started()
    after.begin()
    assert after.bracket
    assert (after.bracket.leaving, open_orders(book)) == ("told", ["X2"])


def test_cancels_that_never_came_to_the_broker_are_told_again(
    started: Callable[..., Process], book: Book
) -> None:
    first = started()
    hold(first)
    bracket = first.bracket
    assert bracket
    bracket.leaving = "told"
    first.desk._sent.keep(bracket)
    after = started()
    after.begin()
    assert open_orders(book) == ["X1"]


def test_what_somebody_else_left_has_its_orders_cancelled(
    started: Callable[..., Process], book: Book
) -> None:
    hold(started())
    by_hand = Book()
    by_hand.orders["x"] = order = type(book.orders["one-ES-1-S"])("", -1, 2, None, "market")
    by_hand.lots = 2
    by_hand.now = book.now
    by_hand.fill(order, 2, PRICE + 3)
    execution = by_hand.executions[0]
    execution.trade_id, execution.venue_order_id = "by-hand", "PERM-9"
    book.lots = 0
    book.executions.append(execution)
    after = started()
    reports = book.reports()
    vars(book)["reports"] = lambda **_: type(reports)(book.executions, {}, reports.orders)
    found = after.begin()
    after.hear()
    assert found.foreign == []
    assert (after.account.position, after.account.last_exit, open_orders(book)) == (0, "by_hand", [])
    assert after.bracket is None


def test_a_position_that_is_gone_has_its_orders_cancelled_and_is_counted_once_none_works(
    started: Callable[..., Process], book: Book
) -> None:
    hold(started())
    book.lots = 0
    second = started()
    assert second.begin().foreign == [
        "the broker holds +0 ESM6, and its executions add up to +2",
        "one-ES-1 of one-ES has nothing to guard any more: one-ES-1-S, one-ES-1-T is cancelled",
    ]
    second.hear()
    assert (list(book.orders), open_orders(book)) == (["one-ES-1-E", "one-ES-1-S", "one-ES-1-T"], [])
    assert (second.bracket, second.desk.refusal(book.now)) == (None, "foreign")
    third = started()
    found = third.begin()
    assert found.foreign == []
    assert found.counted == [f"ESM6-one-ES-1-H1: -2 at {STOP} ticks of one-ES (exit)"]
    assert (third.account.position, third.account.last_exit, third.bracket) == (0, "by_hand", None)
    assert third.desk.refusal(book.now) == ""
    assert started().begin().counted == []


def test_a_stop_that_was_just_filled_leaves_nothing_to_count(
    started: Callable[..., Process], book: Book
) -> None:
    hold(started())
    book.lots, cancel = 0, book.cancel
    vars(book)["cancel"] = lambda *_: None  # it comes too late
    after = started()
    after.begin()
    vars(book)["cancel"] = cancel
    book.lots = 2
    book.fill(book.orders["one-ES-1-S"], 2, STOP)
    after.hear()
    assert (book.lots, after.account.position, after.account.last_exit, after.bracket) == (0, 0, "stop", None)
    assert len(book.orders) == 3


def test_a_position_that_was_missed_is_guarded_again_when_the_broker_tells_of_it(
    started: Callable[..., Process], book: Book
) -> None:
    hold(started())
    book.lots = 0
    second = started()
    second.begin()
    second.hear()
    book.lots = 2
    third = started()
    third.begin()
    third.hear()
    assert [order_id[:1] for order_id in open_orders(book)] == ["S", "T"]
    assert third.bracket
    assert (third.bracket.held, third.bracket.leaving) == (2, "")


def test_where_a_part_is_gone_the_orders_that_guard_the_rest_are_left_alone_and_named(
    started: Callable[..., Process], book: Book
) -> None:
    hold(started())
    book.lots = 1
    found = started().begin()
    left = "one-ES-1 of one-ES is left alone with its orders, which are for more than is held"
    assert found.foreign[1:] == [
        f"{left}: look after one-ES-1-S, one-ES-1-T at the broker",
        "one-ES holds +2 ES, and no order of it is known",
    ]
    assert (found.brackets, open_orders(book)) == ({}, ["S", "T"])


def test_a_turned_position_is_made_good_once(started: Callable[..., Process], book: Book) -> None:
    first = started()
    hold(first)
    book.cancel("one-ES-1-S")
    first.hear()
    stop, second = book.orders["one-ES-1-S2"], book.orders["one-ES-1-T"]
    for one in (stop, second):  # the second was not linked with it
        one.parent = ""
        book.fill(one, 2, PRICE)
    first.hear()
    assert open_orders(book) == ["X1"]
    book.fill(book.orders["one-ES-1-X1"], 2, PRICE)
    first.hear()
    assert (book.lots, first.account.position, first.bracket, open_orders(book)) == (0, 0, None, [])


def test_a_size_that_was_refused_is_not_taken_for_changed(
    started: Callable[..., Process], book: Book
) -> None:
    first = started()
    first.begin()
    decision = Decision(side=1, outcome=Outcome.TAKEN, size=4, stop=STOP, target=TARGET)
    first.desk.enter(book.now, decision, 1, "one-ES-1", PRICE)
    book.fill(book.orders["one-ES-1-E"], 2, PRICE)
    book.cancel("one-ES-1-E")
    stop = book.orders["one-ES-1-S"]
    change, vars(book)["change"] = book.change, lambda *_, **__: None
    first.hear()
    assert first.bracket
    assert (first.bracket.stop.lots, first.bracket.stop.asked, stop.lots) == (4, 2, 4)
    book.tell("OrderModifyRejected", stop)
    first.hear()
    vars(book)["change"] = change
    first.wait(1)
    first.hear()
    assert (first.bracket.stop.lots, first.bracket.stop.asked, stop.lots) == (2, 0, 2)
