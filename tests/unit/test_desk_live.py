"""The desk at a broker: who may be silent, tell more of what was thought to be over, and has orders of others."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.model import Money, Price, Quantity

from mia_plugins.data.sessions import NS
from mia_plugins.runtime.account import Role
from mia_plugins.runtime.bracketing import DeskError
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.broker import Costs
from mia_plugins.runtime.desk import Desk
from mia_plugins.runtime.killing import Kill
from mia_plugins.runtime.terms import AS_RECORDED
from tests.unit.test_desk import NOW, OrderAccepted, OrderCanceled, Wired, desk, enter, tell, told, wire

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
    assert live.refusal(NOW) == "foreign_order"
    assert live._context.halt.level is Kill.STOP


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


def test_a_cancel_that_the_close_ended_is_asked_for_anew_in_the_next_session(live: Desk, wire: Wired) -> None:
    bracket = enter(live)
    times = vars(live._timetable)
    times["close_at"] = NOW + NS
    live.obey(Kill.STOP, NOW)
    assert wire.alerts == []
    times["close_at"] = NOW + 9 * NS
    live.cancel([bracket.entry])
    assert [at for at, _ in wire.alerts] == [NOW + NS]


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
