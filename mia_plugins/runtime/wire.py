"""The way from a desk to Nautilus."""

from typing import Any, Protocol

from nautilus_trader.model import ClientOrderId, Price


class Wire(Protocol):
    """How the desk speaks to Nautilus."""

    def send(self, orders: list[Any]) -> None:
        """Submit one order, or several as a list."""

    def resize(self, order_id: ClientOrderId, lots: Any) -> None:
        """Change an order's quantity."""

    def move(self, order_id: ClientOrderId, trigger: Price) -> None:
        """Change where a stop lies."""

    def cancel(self, order_id: ClientOrderId) -> None:
        """Cancel an order."""
