"""The desk: an order id is sent once, whoever asks for it again."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from nautilus_trader.model import InstrumentId, StrategyId, TraderId

from mia_plugins.journal.decision import Decision, Outcome
from mia_plugins.runtime.brackets import Bracket
from mia_plugins.runtime.context import Context
from mia_plugins.runtime.desk import Desk, DeskError
from mia_plugins.runtime.orders import OrderMaker
from mia_plugins.runtime.timetable import Timetable

ES = InstrumentId.from_str("ESM6.XCME")
NOW = 1_000


class Wired:
    """A wire that notes what goes through it."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.canceled: list[str] = []

    def send(self, orders: list[Any]) -> None:
        self.sent += [str(order.client_order_id) for order in orders]

    def resize(self, order_id: Any, lots: Any) -> None:
        raise AssertionError(f"{order_id} was resized to {lots}")

    def cancel(self, order_id: Any) -> None:
        self.canceled.append(str(order_id))


@pytest.fixture
def wire() -> Wired:
    return Wired()


@pytest.fixture
def desk(wire: Wired) -> Desk:
    context = cast("Context", SimpleNamespace(who="the strategy 'ema-ES'"))
    maker = OrderMaker(TraderId("MIA-001"), StrategyId("ema-ES"), reduce_only=True)
    timetable = cast("Timetable", SimpleNamespace(close_at=10**18, flat_at=10**18))
    made = Desk(context, maker, wire, timetable, wakes=False)
    made.begin_session(ES)
    return made


def enter(desk: Desk, number: int = 7) -> Bracket:
    decision = Decision(side=1, outcome=Outcome.TAKEN, size=2, stop=23_990, target=24_010)
    desk.enter(NOW, decision, number, f"ema-ES-{number}")
    assert desk.bracket is not None
    return desk.bracket


def test_a_bracket_is_sent_once_under_three_ids(desk: Desk, wire: Wired) -> None:
    enter(desk)
    assert wire.sent == ["ema-ES-7-E", "ema-ES-7-S", "ema-ES-7-T"]


def test_a_decision_that_is_entered_again_is_refused_and_nothing_sent(desk: Desk, wire: Wired) -> None:
    enter(desk)
    with pytest.raises(DeskError) as caught:
        enter(desk)
    assert caught.value.what == "the order ema-ES-7-E of the strategy 'ema-ES' was sent before"
    assert len(wire.sent) == 3


def test_an_exit_under_an_id_that_was_sent_is_refused_and_nothing_sent(desk: Desk, wire: Wired) -> None:
    bracket = enter(desk)
    bracket.entry.filled = 2
    desk.leave("told", NOW)
    assert wire.sent[3:] == ["ema-ES-7-X1"]
    bracket.exits.clear()
    bracket.leaving = ""
    with pytest.raises(DeskError) as caught:
        desk.leave("told", NOW)
    assert "the order ema-ES-7-X1 of the strategy 'ema-ES' was sent before" in caught.value.what
    assert wire.sent[3:] == ["ema-ES-7-X1"]


def test_who_leaves_twice_sends_one_exit(desk: Desk, wire: Wired) -> None:
    enter(desk).entry.filled = 2
    desk.leave("told", NOW)
    desk.leave("session_end", NOW)
    assert wire.sent[3:] == ["ema-ES-7-X1"]


def test_each_further_exit_has_an_id_of_its_own(desk: Desk, wire: Wired) -> None:
    bracket = enter(desk)
    bracket.entry.filled = 2
    for _ in range(3):
        bracket.leaving = ""
        desk.leave("told", NOW)
    assert wire.sent[3:] == ["ema-ES-7-X1", "ema-ES-7-X2", "ema-ES-7-X3"]
