"""Somebody else at a session's gateway: orders that are none of the session's."""

import asyncio
from typing import Any

from gateway.wire import ib_pb2 as ib
from tests.gateway import Client, order
from tests.live_session import Broker

HAND = 55
"""Its client id."""


def by_hand(broker: Broker, number: int, action: str = "BUY", **said: Any) -> None:
    """Send an order of one contract in ESZ6, at the market unless said otherwise."""
    asyncio.run(_ask(broker.port, order(number, action, **said)))


def called_off(broker: Broker, number: int) -> None:
    """Cancel such an order."""
    asyncio.run(_ask(broker.port, ib.CancelOrderRequest(order_id=number)))


async def _ask(port: int, request: ib.PlaceOrderRequest | ib.CancelOrderRequest) -> None:
    client = Client(*await asyncio.open_connection("127.0.0.1", port))
    await client.greet(b"v213..225")
    await client.ask(ib.StartApiRequest(client_id=HAND), request)
    client.close()
