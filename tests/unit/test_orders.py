"""The three orders of a bracket: linked as the engine wants them, without what IB refuses."""

import pytest
from nautilus_trader.model import (
    ClientOrderId,
    ContingencyType,
    InstrumentId,
    LimitOrder,
    MarketOrder,
    OrderSide,
    StopMarketOrder,
    StrategyId,
    TimeInForce,
    TraderId,
)

from mia_plugins.runtime.account import Role
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.orders import OrderMaker, price_of, ticks_of
from mia_plugins.runtime.terms import AS_RECORDED

ES = InstrumentId.from_str("ESM6.XCME")


def bracket(side: int = 1, limit: int | None = None) -> Bracket:
    def order(letter: str, role: Role, sign: int, ticks: int | None, type_: str) -> OrderState:
        return OrderState(f"ema-ES-7-{letter}", role, sign, 3, ticks, 1_000, type_)

    return Bracket(
        decision=7,
        base_id="ema-ES-7",
        side=side,
        entry=order("E", Role.ENTRY, side, limit, "market" if limit is None else "limit"),
        stop=order("S", Role.STOP, -side, 24_000 - 8 * side, "stop"),
        target=order("T", Role.TARGET, -side, 24_000 + 16 * side, "limit"),
    )


def made(one: Bracket, *, reduce_only: bool) -> list[MarketOrder | LimitOrder | StopMarketOrder]:
    return OrderMaker(TraderId("MIA-001"), StrategyId("ema-ES"), reduce_only=reduce_only).bracket(one, ES)


@pytest.mark.parametrize("side", [1, -1])
def test_the_entry_releases_the_stop_and_the_target_which_update_each_other(side: int) -> None:
    entry, stop, target = made(bracket(side), reduce_only=False)
    ids = [ClientOrderId(f"ema-ES-7-{letter}") for letter in "EST"]
    assert [order.client_order_id for order in (entry, stop, target)] == ids
    assert (entry.contingency_type, entry.linked_order_ids) == (ContingencyType.OTO, ids[1:])
    assert (stop.contingency_type, stop.linked_order_ids) == (ContingencyType.OUO, [ids[2]])
    assert (target.contingency_type, target.linked_order_ids) == (ContingencyType.OUO, [ids[1]])
    assert stop.parent_order_id == target.parent_order_id == ids[0]
    assert len({str(order.order_list_id) for order in (entry, stop, target)}) == 1
    into, out = (OrderSide.BUY, OrderSide.SELL) if side > 0 else (OrderSide.SELL, OrderSide.BUY)
    assert [order.side for order in (entry, stop, target)] == [into, out, out]


def test_ib_is_sent_neither_reduce_only_nor_post_only() -> None:
    orders = made(bracket(limit=23_999), reduce_only=False)
    assert not any(order.is_reduce_only for order in orders)
    assert not any(getattr(order, "is_post_only", False) for order in orders)


def test_live_stops_and_limits_work_at_any_hour() -> None:
    maker = OrderMaker(TraderId("MIA-001"), StrategyId("ema-ES"), AS_RECORDED, reduce_only=False)
    any_hour = ['IBOrderTags:{"outsideRth": true}']
    assert [one.tags for one in maker.bracket(bracket(), ES)] == [None, any_hour, any_hour]
    assert [one.tags for one in maker.bracket(bracket(limit=23_999), ES)] == [any_hour] * 3
    assert [one.tags for one in made(bracket(), reduce_only=True)] == [None] * 3


def test_the_engine_is_told_that_exits_only_reduce() -> None:
    assert [order.is_reduce_only for order in made(bracket(), reduce_only=True)] == [False, True, True]


def test_a_market_entry_leaves_nothing_behind_and_exits_stay_until_they_are_done() -> None:
    entry, stop, target = made(bracket(), reduce_only=True)
    assert entry.time_in_force == TimeInForce.IOC
    assert stop.time_in_force == target.time_in_force == TimeInForce.GTC


def test_prices_and_sizes_are_those_of_the_bracket() -> None:
    entry, stop, target = made(bracket(limit=23_999), reduce_only=True)
    assert isinstance(entry, LimitOrder)
    assert str(entry.price) == "5999.75"
    assert isinstance(stop, StopMarketOrder)
    assert str(stop.trigger_price) == "5998.00"
    assert isinstance(target, LimitOrder)
    assert str(target.price) == "6004.00"
    assert {str(order.quantity) for order in (entry, stop, target)} == {"3"}


@pytest.mark.parametrize("ticks", [0, 1, 3, 24_001, 99_999])
def test_ticks_and_prices_are_each_others_inverse(ticks: int) -> None:
    assert ticks_of(price_of(ticks)) == ticks
