"""How desks speak to Nautilus."""

from typing import Any, Protocol

from nautilus_trader.model import ClientId, ClientOrderId, OrderStatus, Price
from nautilus_trader.trading import Strategy


class Wire(Protocol):
    """How the desk speaks to Nautilus."""

    def send(self, orders: list[Any]) -> None:
        """Submit a bracket as a list, or one order that is linked to none and makes the risk smaller."""

    def resize(self, order_id: ClientOrderId, lots: Any) -> None:
        """Change an order's quantity."""

    def move(self, order_id: ClientOrderId, trigger: Price) -> None:
        """Change where a stop lies."""

    def cancel(self, order_id: ClientOrderId) -> str:
        """Cancel an order; return what keeps the broker from being told of it, "" where nothing does."""


class NautilusWire:
    """The desk's way to Nautilus."""

    def __init__(self, strategy: Strategy, client_id: str | None) -> None:
        """`client_id` is the execution client orders go to."""
        self._strategy = strategy
        self._client = ClientId(client_id) if client_id else None

    def send(self, orders: list[Any]) -> None:
        """Submit one order, or several as a list."""
        if len(orders) == 1:
            Strategy.submit_order(self._strategy, orders[0], client_id=self._client)
        else:
            Strategy.submit_order_list(self._strategy, orders, client_id=self._client)

    def resize(self, order_id: ClientOrderId, lots: Any) -> None:
        """Change an order's quantity."""
        self._strategy.modify_order(order_id, quantity=lots, client_id=self._client)

    def move(self, order_id: ClientOrderId, trigger: Price) -> None:
        """Change where a stop lies."""
        self._strategy.modify_order(order_id, trigger_price=trigger, client_id=self._client)

    def cancel(self, order_id: ClientOrderId) -> str:
        """Cancel an order; one whose cancel nobody answered is told to the broker once more.

        Nautilus asks but once, and a cancel that was lost with the line would be waited for without end. What
        it can be made to repeat is the cancel of all that is open in a contract: where all of that is to be
        cancelled anyway, or guards an entry that is and that filled nothing. Other orders
        stand in its way: their ids are returned.
        """
        cache = self._strategy.cache
        order = cache.order(order_id) if self._client else None
        if order is None or order.status != OrderStatus.PENDING_CANCEL:
            self._strategy.cancel_order(order_id, client_id=self._client)
            return ""
        there = order.instrument_id
        living = (*cache.orders_open(instrument_id=there), *cache.orders_inflight(instrument_id=there))
        others = {str(one.client_order_id) for one in living if not self._goes(one)}
        if not others:
            self._strategy.cancel_all_orders(order.instrument_id, client_id=self._client, strategy_only=False)
        return ", ".join(sorted(others))

    def _goes(self, order: Any) -> bool:
        """Say whether an order is being cancelled, or guards only what is: a broker takes it along."""
        if order.status == OrderStatus.PENDING_CANCEL:
            return True
        entry = self._strategy.cache.order(order.parent_order_id) if order.parent_order_id else None
        return entry is not None and entry.status == OrderStatus.PENDING_CANCEL and not int(entry.filled_qty)
