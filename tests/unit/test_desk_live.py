"""The desk at a broker: who may be silent, tell more of what was thought to be over, and has orders of others."""

from collections.abc import Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.model import Money, Price, Quantity

from mia_plugins.data.sessions import NS
from mia_plugins.errors import MiaError
from mia_plugins.runtime.account import Fill, Role
from mia_plugins.runtime.bracketing import DeskError
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.broker import Costs
from mia_plugins.runtime.desk import Desk
from mia_plugins.runtime.incidents import Incidents
from mia_plugins.runtime.keeping import Unkept
from mia_plugins.runtime.killing import Kill
from mia_plugins.runtime.terms import AS_RECORDED
from tests.unit.test_desk import (
    NOW,
    OrderAccepted,
    OrderCanceled,
    OrderCancelRejected,
    OrderRejected,
    Wired,
    desk,
    enter,
    tell,
    told,
    wire,
)

__all__ = ["desk", "told", "wire"]


class OrderFilled(SimpleNamespace):
    """Nautilus' event."""


@pytest.fixture
def live(desk: Desk) -> Desk:
    """Return a desk whose orders go to a broker."""
    context = vars(desk._context)
    context["terms"] = AS_RECORDED
    context["records"] = SimpleNamespace(order=lambda *_: None, fill=lambda *_: None)
    context["kill"] = bytes(1)
    context["blocks_foreign"] = True
    context["following"] = SimpleNamespace(closed=lambda: None)
    context["account"].costs = Costs(commission=context["account"].tick_value)
    return desk


def fill(desk: Desk, order: OrderState, lots: int = 2, ticks: int = 24_000, fee: Any = None) -> None:
    """Tell a desk of an execution."""
    trade_id = f"{order.order_id}-{order.filled}"
    desk.on_order_event(
        OrderFilled(
            client_order_id=order.order_id,
            trade_id=trade_id,
            ts_event=NOW,
            instrument_id="ESM6.XCME",
            last_qty=Quantity.from_int(lots),
            last_px=Price(ticks / 4, 2),
            commission=fee,
        )
    )


def test_a_fill_of_which_no_commission_was_told_has_that_of_the_settings(live: Desk, told: list[str]) -> None:
    bracket = enter(live)
    fill(live, bracket.entry)
    trip = live._context.account.trip
    assert trip
    assert trip.fees == 2 * live._context.account.costs.commission
    assert told[-1] == "no commission was told of ema-ES-7-E-0: 25.0 $ is taken, as the settings have it"
    fill(live, bracket.target, fee=Money.from_str("4.50 USD"))
    assert float(live._context.account.realized_today) == -25 - 4.5


def test_an_order_that_is_none_of_ours_is_left_alone_and_stops_entries(
    live: Desk, wire: Wired, told: list[str]
) -> None:
    tell(live, OrderAccepted, "somebody-1")
    assert told == ["the strategy 'ema-ES' is told of the order somebody-1, which is not its own"]
    assert (wire.sent, wire.canceled) == ([], [])
    assert live.refusal(NOW) == "foreign"
    assert live._context.halt.level is Kill.STOP


def test_where_the_settings_ignore_others_their_orders_are_told_and_entries_go_on(
    live: Desk, told: list[str]
) -> None:
    vars(live._context)["blocks_foreign"] = False
    tell(live, OrderAccepted, "somebody-1")
    assert told == ["the strategy 'ema-ES' is told of the order somebody-1, which is not its own"]
    assert live.refusal(NOW) == ""
    assert live._context.halt.level is Kill.OFF


def test_in_a_backtest_there_is_nobody_else(desk: Desk) -> None:
    with pytest.raises(DeskError, match="which is not its own"):
        tell(desk, OrderAccepted, "somebody-1")


def test_what_an_order_takes_after_it_was_thought_to_be_over_is_left(
    live: Desk, wire: Wired, told: list[str]
) -> None:
    bracket = enter(live)
    for order in (bracket.entry, bracket.stop, bracket.target):
        tell(live, OrderCanceled, order.order_id)
    assert live.bracket is None
    fill(live, bracket.entry)
    assert "ema-ES-7-E was filled after it was thought to be over" in told
    assert live.bracket is bracket
    assert wire.sent[3:] == ["ema-ES-7-X1"]
    fill(live, bracket.exits[0])
    assert live.bracket is None
    assert live._context.account.position == 0


def test_a_cancel_of_which_nothing_is_heard_is_asked_for_again(live: Desk, wire: Wired) -> None:
    bracket = enter(live)
    tell(live, OrderAccepted, bracket.entry.order_id)
    wire.alerts.clear()
    live.obey(Kill.STOP, NOW)
    assert [at for at, _ in wire.alerts] == [NOW + NS]
    wire.alerts[-1][1](NOW + NS)
    assert wire.canceled == [bracket.entry.order_id] * 2
    assert wire.alerts[-1][0] == NOW + 2 * NS
    tell(live, OrderCanceled, bracket.entry.order_id)
    wire.alerts[-1][1](NOW + 3 * NS)
    assert wire.canceled.count(bracket.entry.order_id) == 2


def test_a_cancel_that_cannot_be_told_once_more_stops_entries_until_the_order_is_over(
    live: Desk, wire: Wired, told: list[str]
) -> None:
    rows: list[Any] = []
    bracket = enter(live)
    fill(live, bracket.entry)
    vars(live._context)["incidents"] = Incidents(cast("Any", rows))
    live.leave("told", NOW)
    wire.others = "other-ES-3-S"
    for _ in range(2):
        assert live._context.halt.level is Kill.OFF
        wire.alerts[-1][1](NOW)
    assert (live._context.halt.level, live.refusal(NOW)) == (Kill.STOP, "cancel_unanswered ema-ES-7-T")
    for _ in range(3):
        wire.alerts[-1][1](NOW)
    assert [row[2:4] for row in rows] == [("cancel_unanswered", "stop_entries")]
    assert (
        rows[0][-1]
        == told[-1]
        == (
            "the cancel of ema-ES-7-T is not answered, and cannot be told once more while other-ES-3-S works in "
            "its contract"
        )
    )
    tell(live, OrderCanceled, bracket.target.order_id)
    assert [row[2:4] for row in rows[1:]] == [("cancel_unanswered", "clear")]
    assert live._context.halt.level is Kill.OFF


def test_a_cancel_that_is_told_in_the_end_is_none(live: Desk, wire: Wired) -> None:
    enter(live)
    live.obey(Kill.STOP, NOW)
    for wire.others in ("other-ES-3-S", "", ""):
        wire.alerts[-1][1](NOW)
    assert live._context.halt.level is Kill.OFF


def test_a_cancel_that_the_close_ended_is_asked_for_anew_in_the_next_session(live: Desk, wire: Wired) -> None:
    bracket = enter(live)
    times = vars(live._timetable)
    times["close_at"] = NOW + NS
    live.obey(Kill.STOP, NOW)
    assert wire.alerts == []
    times["close_at"] = NOW + 9 * NS
    live.cancel([bracket.entry])
    assert [at for at, _ in wire.alerts] == [NOW + NS]


class OrderDenied(SimpleNamespace):
    """Nautilus' event."""


def test_nothing_is_offered_again_before_it_is_known_that_the_stop_did_not_leave_it(
    live: Desk, wire: Wired
) -> None:
    bracket = enter(live)
    fill(live, bracket.entry)
    live.leave("told", NOW)
    tell(live, OrderCanceled, bracket.target.order_id)
    wire.alerts.clear()
    tell(live, OrderRejected, bracket.exits[0].order_id, "NOT_FOUND_AT_VENUE")
    assert wire.alerts == []
    tell(live, OrderCanceled, bracket.stop.order_id)
    ((due, offers),) = wire.alerts
    offers(due)
    assert wire.sent[3:] == ["ema-ES-7-X1", "ema-ES-7-X2"]


def _waits(live: Desk, wire: Wired, tries: int, reason: str = "") -> list[float]:
    """Return for how many s the tries of a cancel waited, each refused for a reason, or never answered."""
    bracket, now, waits = enter(live), NOW, []
    tell(live, OrderAccepted, bracket.entry.order_id)
    vars(live._timetable)["now"] = lambda: now
    wire.alerts.clear()
    live.obey(Kill.STOP, NOW)
    for _ in range(tries):
        if reason:
            tell(live, OrderCancelRejected, bracket.entry.order_id, reason)
        due, again = wire.alerts[-1]
        waits.append((due - now) / NS)
        now = due
        again(due)
    return waits


def test_a_cancel_that_does_not_leave_the_node_is_tried_more_often(live: Desk, wire: Wired) -> None:
    reason = "Interactive Brokers client is not ready; refusing to cancel order"
    assert _waits(live, wire, 8, reason) == [1, 2, 4, 8, 8, 8, 8, 8]


def test_one_that_nobody_answers_is_too(live: Desk, wire: Wired) -> None:
    assert _waits(live, wire, 8) == [1, 2, 4, 8, 8, 8, 8, 8]


def test_one_that_the_broker_refuses_is_not(live: Desk, wire: Wired) -> None:
    assert _waits(live, wire, 8, "it changes") == [1, 2, 4, 8, 16, 32, 32, 32]


def test_exits_that_no_taker_was_asked_for_are_offered_more_often(live: Desk, wire: Wired) -> None:
    bracket, waits = enter(live), []
    fill(live, bracket.entry)
    live.leave("told", NOW)
    for order in (bracket.stop, bracket.target):
        tell(live, OrderCanceled, order.order_id)
    for _ in range(8):
        wire.alerts.clear()
        tell(live, OrderDenied, bracket.exits[-1].order_id, "IB_CLIENT_NOT_READY")
        ((due, offers),) = wire.alerts
        waits.append((due - NOW) / NS)
        offers(due)
    assert waits == [1, 2, 4, 8, 16, 16, 16, 16]


def test_a_size_that_nobody_answers_is_asked_for_again(
    live: Desk, wire: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(wire, "resize", lambda order, lots: asked.append((str(order), str(lots))))
    bracket = enter(live)
    fill(live, bracket.entry, lots=1)
    tell(live, OrderCanceled, bracket.entry.order_id)
    both = [(bracket.stop.order_id, "1"), (bracket.target.order_id, "1")]
    assert asked == both
    due = [is_due for at, is_due in wire.alerts if at == NOW + 8 * NS]
    assert len(due) == 2
    bracket.target.asked = 0  # it was answered
    bracket.target.lots = 1
    for is_due in due:
        is_due(NOW + 8 * NS)
    assert asked == [*both, both[0]]


def test_in_a_backtest_what_nobody_took_in_one_session_is_an_error_when_the_next_one_opens(
    desk: Desk,
) -> None:
    enter(desk)
    with pytest.raises(DeskError, match="nobody took them in the one before"):
        desk.begin_session(desk._traded)


SIDES = st.sampled_from([-1, 1])


@given(SIDES, st.integers(1, 9), st.lists(st.tuples(SIDES, st.integers(0, 9)), max_size=6))
def test_held_is_the_position_whichever_way_exits_went(
    side: int, entered: int, exits: list[tuple[int, int]]
) -> None:
    def order(role: Role, sign: int, filled: int) -> OrderState:
        return OrderState("x", role, sign, 9, None, NOW, "market", filled=filled)

    bracket = Bracket(
        7, "x", side, order(Role.ENTRY, side, entered), order(Role.STOP, -side, 0), order(Role.TARGET, -side, 0),
        exits=[order(Role.EXIT, sign, filled) for sign, filled in exits],
    )  # fmt: skip
    position = side * entered + sum(sign * filled for sign, filled in exits)
    assert bracket.held == side * position


class Unnoting(Unkept):
    """A keeper whose disk is full."""

    def claim(self, orders: Sequence[str], strategy: str, bracket: Bracket) -> str:
        raise MiaError("no order can be kept")

    def keep(self, strategy: str, bracket: Bracket) -> None:
        raise MiaError("no bracket can be kept")

    def note(self, execution_id: str, strategy: str, fill: Fill, reason: str) -> bool:
        raise MiaError("no execution can be kept")

    def rose(self) -> None:
        raise MiaError("no peak can be kept")


def test_an_execution_that_cannot_be_noted_is_counted_and_what_is_held_can_be_left(
    live: Desk, wire: Wired
) -> None:
    bracket = enter(live)
    vars(live._context)["keeper"] = Unnoting()
    with pytest.raises(MiaError, match="no execution can be kept"):
        fill(live, bracket.entry)
    assert (bracket.held, live._context.account.position) == (2, 2)
    assert len(wire.alerts) == 1  # somebody looks whether its stop works
    with pytest.raises(MiaError, match="can be kept"):
        live._context.halt.set("fault", Kill.FLATTEN, NOW)
    assert wire.canceled == [bracket.stop.order_id, bracket.target.order_id]
    assert wire.sent[3:] == ["ema-ES-7-X1"]
    assert live._context.halt.level is Kill.FLATTEN


def test_an_execution_that_could_not_be_noted_and_is_told_once_more_counts_once(live: Desk) -> None:
    bracket = enter(live)
    vars(live._context)["keeper"] = Unnoting()
    with pytest.raises(MiaError):
        fill(live, bracket.entry, lots=1)
    vars(live._context)["keeper"] = Unkept()
    bracket.entry.filled = 0  # so that it is told under the same id
    fill(live, bracket.entry, lots=1)
    assert (bracket.entry.filled, live._context.account.position) == (0, 1)


def test_an_exit_whose_execution_cannot_be_noted_ends_the_bracket(live: Desk, wire: Wired) -> None:
    bracket = enter(live)
    fill(live, bracket.entry)
    vars(live._context)["keeper"] = Unnoting()
    with pytest.raises(MiaError, match="no execution can be kept"):
        fill(live, bracket.stop)
    tell_all_gone(live, bracket)
    assert (bracket.held, live._context.account.position, live.bracket) == (0, 0, None)
    assert wire.sent[3:] == []


def tell_all_gone(desk: Desk, bracket: Bracket) -> None:
    """Tell a desk that what is open is cancelled."""
    for order in bracket.orders:
        if order.is_open:
            with suppress(MiaError):
                tell(desk, OrderCanceled, order.order_id)


def test_what_cannot_be_cancelled_keeps_nothing_from_being_left(
    live: Desk, wire: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    bracket = enter(live)
    fill(live, bracket.entry)
    asked = []

    def fails(order_id: Any) -> None:
        asked.append(str(order_id))
        raise MiaError(f"{order_id} cannot be cancelled")

    monkeypatch.setattr(live._cancelling, "_cancel", fails)
    wire.alerts.clear()
    with pytest.raises(MiaError, match="ema-ES-7-S cannot be cancelled"):
        live.leave("told", NOW)
    assert asked == ["ema-ES-7-S", "ema-ES-7-T"]
    assert len(wire.alerts) == 2  # both are asked for again
    assert wire.sent[3:] == ["ema-ES-7-X1"]


def test_an_entry_that_is_held_back_leaves_nothing_to_wait_for(
    live: Desk, wire: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(orders: list[Any]) -> None:
        raise MiaError(f"what led to {len(orders)} orders cannot be written")

    with monkeypatch.context() as patched:
        patched.setattr(wire, "send", fails)
        with pytest.raises(MiaError, match="what led to 3 orders cannot be written"):
            enter(live)
    assert live.bracket is None
    live.obey(Kill.FLATTEN, NOW)
    assert (wire.sent, wire.canceled) == ([], [])
