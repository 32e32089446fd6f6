"""The desk: an order id is sent once, whoever asks for it again."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from nautilus_trader.model import InstrumentId, StrategyId, TraderId

from mia_plugins.data.sessions import NS
from mia_plugins.errors import MiaError
from mia_plugins.journal.decision import Decision, Outcome
from mia_plugins.runtime.account import Account
from mia_plugins.runtime.bracketing import DeskError
from mia_plugins.runtime.brackets import Bracket
from mia_plugins.runtime.context import Context
from mia_plugins.runtime.desk import Desk
from mia_plugins.runtime.incidents import Incidents
from mia_plugins.runtime.keeping import Unkept
from mia_plugins.runtime.killing import Halt, Kill
from mia_plugins.runtime.orders import OrderMaker
from mia_plugins.runtime.steps import UNRECORDED
from mia_plugins.runtime.terms import Terms
from mia_plugins.runtime.timetable import Timetable
from mia_plugins.runtime.vitals import Vitals

ES = InstrumentId.from_str("ESM6.XCME")
NOW = 1_000


class Wired:
    """A wire that notes what goes through it."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.canceled: list[str] = []
        self.others = ""
        """What keeps the broker from being told of a cancel."""
        self.moved: list[tuple[str, str]] = []
        self.alerts: list[tuple[int, Callable[[int], None]]] = []

    def send(self, orders: list[Any]) -> None:
        self.sent += [str(order.client_order_id) for order in orders]

    def resize(self, order_id: Any, lots: Any) -> None:
        raise AssertionError(f"{order_id} was resized to {lots}")

    def move(self, order_id: Any, trigger: Any) -> None:
        self.moved.append((str(order_id), str(trigger)))

    def cancel(self, order_id: Any) -> str:
        self.canceled.append(str(order_id))
        return self.others


@pytest.fixture
def wire() -> Wired:
    return Wired()


@pytest.fixture
def told() -> list[str]:
    """Return the warnings."""
    return []


@pytest.fixture
def desk(wire: Wired, told: list[str]) -> Desk:
    warnings = SimpleNamespace(add=lambda kind, text: told.append(text))
    account = Account(Decimal("12.5"))
    context = cast(
        "Context",
        SimpleNamespace(
            who="the strategy 'ema-ES'",
            strategy_id="ema-ES",
            warnings=warnings,
            account=account,
            records=SimpleNamespace(order=lambda *_: None),
            incidents=Incidents(),
            keeper=Unkept(),
            vitals=Vitals(),
            halt=Halt(),
            terms=Terms(),
            steps=UNRECORDED,
        ),
    )
    maker = OrderMaker(TraderId("MIA-001"), StrategyId("ema-ES"), reduce_only=True)
    alerts = SimpleNamespace(
        close_at=10**18,
        flat_at=10**18,
        now=lambda: NOW,
        alert=lambda name, at, call: wire.alerts.append((at, call)),
    )
    timetable = cast("Timetable", alerts)
    made = Desk(context, maker, wire, timetable, wakes=False)
    made.begin_session(ES)
    return made


def enter(desk: Desk, number: int = 7) -> Bracket:
    decision = Decision(side=1, outcome=Outcome.TAKEN, size=2, stop=23_990, target=24_010)
    desk.enter(NOW, decision, number, f"ema-ES-{number}", 24_000)
    assert desk.bracket is not None
    return desk.bracket


def test_a_bracket_is_sent_once_under_three_ids(desk: Desk, wire: Wired) -> None:
    enter(desk)
    assert wire.sent == ["ema-ES-7-E", "ema-ES-7-S", "ema-ES-7-T"]


def test_a_decision_that_is_entered_again_is_refused_and_nothing_sent(desk: Desk, wire: Wired) -> None:
    enter(desk)
    with pytest.raises(DeskError) as caught:
        enter(desk)
    assert "decision 7 of the strategy 'ema-ES' was acted on before" in caught.value.what
    assert len(wire.sent) == 3


def test_a_decision_is_remembered_when_its_bracket_is_done(desk: Desk, wire: Wired) -> None:
    enter(desk)
    desk._context.account.bracket = None
    desk._sent._orders.clear()
    with pytest.raises(DeskError, match=r"decision 7 .* was acted on before"):
        enter(desk)
    assert len(wire.sent) == 3
    enter(desk, 8)
    assert len(wire.sent) == 6


def test_prices_in_points_are_refused_and_nothing_sent(desk: Desk, wire: Wired) -> None:
    points = Decision(side=1, outcome=Outcome.TAKEN, size=2, stop=5_998, target=6_003)
    with pytest.raises(DeskError, match="both lie on one side of the market, which is at 24000"):
        desk.enter(NOW, points, 7, "ema-ES-7", 24_000)
    assert wire.sent == []
    assert desk.bracket is None


@pytest.mark.parametrize(
    ("price", "warned"), [(23_989, 1), (23_990, 1), (23_991, 0), (24_009, 0), (24_011, 1)]
)
def test_a_bracket_the_market_has_passed_is_told_of(
    desk: Desk, wire: Wired, told: list[str], price: int, warned: int
) -> None:
    decision = Decision(side=1, outcome=Outcome.TAKEN, size=2, stop=23_990, target=24_010)
    desk.enter(NOW, decision, 7, "ema-ES-7", price)
    assert (len(told), len(wire.sent)) == (warned, 3)


def test_an_entry_at_a_limit_may_lie_far_away(desk: Desk, wire: Wired, told: list[str]) -> None:
    decision = Decision(side=1, outcome=Outcome.TAKEN, size=2, entry=23_000, stop=22_990, target=23_010)
    desk.enter(NOW, decision, 7, "ema-ES-7", 24_000)
    assert (told, len(wire.sent)) == ([], 3)


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


class OrderAccepted(SimpleNamespace):
    """Nautilus' event."""


class OrderCancelRejected(SimpleNamespace):
    """Nautilus' event."""


class OrderCanceled(SimpleNamespace):
    """Nautilus' event."""


class OrderRejected(SimpleNamespace):
    """Nautilus' event."""


def held(desk: Desk) -> Bracket:
    """Return a bracket whose entry is filled and of whose stop nothing was heard yet."""
    bracket = enter(desk)
    bracket.entry.filled, bracket.entry.state = 2, "filled"
    tell(desk, OrderAccepted, bracket.target.order_id)
    return bracket


def tell(desk: Desk, kind: type[SimpleNamespace], order_id: str, reason: str = "") -> None:
    desk.on_order_event(kind(client_order_id=order_id, ts_event=NOW, reason=reason))


def test_a_stop_of_which_nothing_is_heard_for_a_second_is_replaced_and_then_the_position_left(
    desk: Desk, wire: Wired
) -> None:
    bracket = held(desk)
    ((due, late),) = wire.alerts
    assert due == NOW + 10**9
    late(due)
    assert wire.canceled == ["ema-ES-7-S"]
    assert wire.sent[3:] == ["ema-ES-7-S2"]
    assert (bracket.stop.ticks, bracket.stop.lots) == (23_990, 2)
    (_, (due, late)) = wire.alerts
    late(due)
    assert wire.sent[4:] == ["ema-ES-7-X1"]
    assert bracket.leaving == "no_stop"


def test_a_stop_that_works_within_the_second_stays(desk: Desk, wire: Wired) -> None:
    bracket = held(desk)
    tell(desk, OrderAccepted, bracket.stop.order_id)
    ((due, late),) = wire.alerts
    late(due)
    assert (wire.canceled, len(wire.sent)) == ([], 3)


def test_a_stop_that_is_refused_twice_means_leaving_at_once(desk: Desk, wire: Wired) -> None:
    bracket = held(desk)
    tell(desk, OrderRejected, bracket.stop.order_id, "margin")
    assert wire.sent[3:] == ["ema-ES-7-S2"]
    tell(desk, OrderRejected, bracket.stop.order_id, "margin")
    assert wire.sent[4:] == ["ema-ES-7-X1"]


def test_a_lost_stop_that_was_filled_after_all_is_made_good(desk: Desk, wire: Wired) -> None:
    bracket = held(desk)
    wire.alerts[0][1](NOW)
    first, second = bracket.former[0], bracket.stop
    first.filled, first.state = 2, "filled"
    second.filled, second.state = 2, "filled"
    tell(desk, OrderCanceled, bracket.target.order_id)
    assert bracket.held == -2
    exit_ = bracket.exits[0]
    assert (exit_.side, exit_.lots, bracket.leaving) == (1, 2, "turned")


class Full(Unkept):
    """A keeper whose disk is full."""

    def claim(self, orders: Sequence[str], strategy: str, bracket: Bracket) -> str:
        raise MiaError(f"{orders[0]} cannot be kept", "make room")


def test_an_entry_that_cannot_be_noted_is_not_sent(desk: Desk, wire: Wired) -> None:
    vars(desk._context)["keeper"] = Full()
    with pytest.raises(MiaError, match="cannot be kept"):
        enter(desk)
    assert (wire.sent, desk.bracket) == ([], None)


def test_an_exit_that_cannot_be_noted_is_sent_and_the_failure_raised_after_it(
    desk: Desk, wire: Wired
) -> None:
    enter(desk).entry.filled = 2
    vars(desk._context)["keeper"] = Full()
    with pytest.raises(MiaError, match="ema-ES-7-X1 cannot be kept"):
        desk.leave("told", NOW)
    assert wire.sent[3:] == ["ema-ES-7-X1"]


def test_a_stop_is_replaced_and_watched_though_it_cannot_be_noted(desk: Desk, wire: Wired) -> None:
    held(desk)
    vars(desk._context)["keeper"] = Full()
    with pytest.raises(MiaError, match="ema-ES-7-S2 cannot be kept"):
        wire.alerts[0][1](NOW)
    assert wire.sent[3:] == ["ema-ES-7-S2"]
    assert len(wire.alerts) == 2


def test_every_desk_is_told_to_leave_though_one_of_them_fails() -> None:
    halt, told = Halt(), []

    def fails(*_: object) -> None:
        raise MiaError("the first", "see to it")

    for obey in (fails, lambda *one: told.append(one)):
        halt.obeyed_by(obey)
    with pytest.raises(MiaError, match="the first"):
        halt.set("daily_loss", Kill.FLATTEN, NOW)
    assert told == [(Kill.FLATTEN, NOW, "daily_loss")]


def test_an_order_whose_cancel_is_refused_is_told_of_and_cancelled_again_until_it_is_gone(
    desk: Desk, wire: Wired, told: list[str]
) -> None:
    entry = enter(desk).entry
    tell(desk, OrderAccepted, entry.order_id)
    desk.obey(Kill.STOP, NOW)
    for count in (1, 2):
        assert wire.canceled == [entry.order_id] * count
        tell(desk, OrderCancelRejected, entry.order_id, "in transition")
        assert told[-1] == "ema-ES-7-E stays as it is: in transition"
        due, again = wire.alerts[-1]
        assert due == NOW + count * NS  # in less of a hurry each time
        again(due)
    tell(desk, OrderCanceled, entry.order_id)
    wire.alerts[-1][1](NOW)
    assert wire.canceled.count(entry.order_id) == 3


def test_nothing_is_entered_on_top_of_a_position_of_which_no_order_is_known(desk: Desk) -> None:
    vars(desk._context)["kill"] = bytes(1)
    assert desk.refusal(NOW) == ""
    desk._context.account.position = -1
    assert desk.refusal(NOW) == "position_open"
