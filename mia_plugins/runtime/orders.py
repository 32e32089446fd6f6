"""A bracket as three linked orders of Nautilus', in the form that its engine and IB both accept.

`order_factory.bracket()` sets reduce-only and post-only flags, which IB refuses; and ids of our own
tell for ever which decision an order came from. So the orders are made here: the entry OTO, the stop
and the target OUO.
"""

from typing import Any

from nautilus_trader.core import UUID4
from nautilus_trader.model import (
    ClientOrderId,
    ContingencyType,
    InstrumentId,
    LimitOrder,
    MarketOrder,
    OrderListId,
    OrderSide,
    Price,
    Quantity,
    StopMarketOrder,
    StrategyId,
    TimeInForce,
    TraderId,
    TriggerType,
)

from mia_plugins.data.instruments import PRICE_PRECISION, TICK_POINTS
from mia_plugins.runtime.account import Role
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.terms import AS_THEY_ARE, Terms

Order = MarketOrder | LimitOrder | StopMarketOrder
AT_ANY_HOUR = 'IBOrderTags:{"outsideRth": true}'
"""The tag by which Nautilus' client has IB trigger a stop, and fill a limit, outside regular hours too: by
default a stop in a future sleeps from 16:00 to 9:30."""


def price_of(ticks: int) -> Price:
    """Return ticks as Nautilus' price."""
    return Price(ticks * TICK_POINTS, PRICE_PRECISION)


def ticks_of(price: Price) -> int:
    """Return Nautilus' price in ticks."""
    return round(price.as_double() / TICK_POINTS)


def lots_of(lots: int) -> Quantity:
    """Return contracts as Nautilus' quantity."""
    return Quantity.from_int(lots)


class OrderMaker:
    """Makes one strategy's orders."""

    def __init__(
        self, trader_id: TraderId, strategy_id: StrategyId, terms: Terms = AS_THEY_ARE, *, reduce_only: bool
    ) -> None:
        """`reduce_only` is for exits: IB refuses the flag, and the engine wants margin without it."""
        self._reduce_only, self._terms = reduce_only, terms
        self._who = {"trader_id": trader_id, "strategy_id": strategy_id}

    def bracket(self, bracket: Bracket, instrument_id: InstrumentId) -> list[Order]:
        """Return the entry, the stop and the target, linked."""
        entry, stop, target = bracket.entry, bracket.stop, bracket.target
        one_list = {"order_list_id": OrderListId(bracket.base_id)}
        child = one_list | {
            "contingency_type": ContingencyType.OUO,
            "parent_order_id": ClientOrderId(entry.order_id),
        }
        return [
            self._make(
                entry,
                instrument_id,
                contingency_type=ContingencyType.OTO,
                linked_order_ids=[ClientOrderId(o.order_id) for o in (stop, target)],
                **one_list,
            ),
            self._make(stop, instrument_id, linked_order_ids=[ClientOrderId(target.order_id)], **child),
            self._make(target, instrument_id, linked_order_ids=[ClientOrderId(stop.order_id)], **child),
        ]

    def alone(self, order: OrderState, instrument_id: InstrumentId) -> Order:
        """Return an order that is linked to none."""
        return self._make(order, instrument_id)

    def _make(self, order: OrderState, instrument_id: InstrumentId, **linked: Any) -> Order:
        common: dict[str, Any] = self._who | {
            "instrument_id": self._terms.listed(instrument_id),
            "client_order_id": ClientOrderId(order.order_id),
            "order_side": OrderSide.BUY if order.side > 0 else OrderSide.SELL,
            "quantity": lots_of(order.lots),
            "reduce_only": self._reduce_only and order.role is not Role.ENTRY,
            "quote_quantity": False,
            "init_id": UUID4(),
            "ts_init": self._terms.machine_at(order.ts),
            **linked,
        }
        if order.ticks is None:
            # What is not filled at once ends, so that nothing trails behind in a thin book.
            return MarketOrder(time_in_force=TimeInForce.IOC, **common)
        if self._terms.is_live:
            common["tags"] = [AT_ANY_HOUR]
        if order.type == "limit":
            price = price_of(order.ticks)
            return LimitOrder(price=price, post_only=False, time_in_force=TimeInForce.GTC, **common)
        return StopMarketOrder(
            trigger_price=price_of(order.ticks),
            trigger_type=TriggerType.DEFAULT,
            time_in_force=TimeInForce.GTC,
            **common,
        )
