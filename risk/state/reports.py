"""What a broker reports as a node starts, read from Nautilus' cache once its own reconciliation is over.

Nautilus gives orders of IB the client order ids that we sent (IB keeps them as `orderRef`), those that are
over among them, and each execution its id. What it makes up where a position has no executions carries ids of
its own, which are UUIDs: those are no orders and no executions.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mia_plugins.runtime.brackets import SENT
from mia_plugins.runtime.orders import ticks_of
from mia_plugins.runtime.terms import AS_THEY_ARE, Terms

MADE_UP = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|S-.*")
STATES = {
    "INITIALIZED": SENT,
    "SUBMITTED": SENT,
    "RELEASED": SENT,
    "EMULATED": SENT,
    "ACCEPTED": "accepted",
    "PENDING_UPDATE": "accepted",
    "PENDING_CANCEL": "accepted",
    "TRIGGERED": "triggered",
    "PARTIALLY_FILLED": "partially filled",
    "FILLED": "filled",
    "CANCELED": "canceled",
    "REJECTED": "rejected",
    "DENIED": "denied",
    "EXPIRED": "expired",
}
"""What an order is by Nautilus' status."""


@dataclass(frozen=True, slots=True)
class Reported:
    """An order as the broker has it."""

    order_id: str
    """Ours, or the broker's where it is none of ours."""
    contract: str
    """Its symbol, such as ESZ6."""
    side: int
    lots: int
    """Contracts asked for."""
    ticks: int | None
    """Limit or trigger price; None at the market."""
    state: str
    filled: int
    """Contracts."""


@dataclass(frozen=True)
class Reports:
    """What Nautilus reports of the broker."""

    fills: Iterable[Any] = ()
    """Its `FillReport`s or `OrderFilled`s since the process ended, of trading days before too."""
    positions: Mapping[str, int] | None = None
    """Contracts held by the contract's symbol, above 0 long; None: nobody could tell."""
    orders: Mapping[str, Reported] = field(default_factory=dict)
    """By their ids: all that work, and as many of those that are over as it tells of."""


def contract_of(instrument_id: object) -> str:
    """Return a contract's symbol, whatever its venue is called."""
    return str(instrument_id).partition(".")[0]


def reports_of(cache: Any, terms: Terms = AS_THEY_ARE) -> Reports:
    """Return what Nautilus' cache holds of the broker, in the run's `terms`."""
    orders = [order for order in cache.orders() if not MADE_UP.fullmatch(str(order.venue_order_id))]
    fills = [event for order in orders for event in order.events() if type(event).__name__ == "OrderFilled"]
    held: dict[str, int] = {}
    for position in cache.positions_open():
        contract = contract_of(terms.ours(position.instrument_id))
        held[contract] = held.get(contract, 0) + round(position.signed_qty)
    reported = [_reported(order, terms) for order in orders]
    executed = [Execution(fill, terms) for fill in fills]
    return Reports(executed, held, {one.order_id: one for one in reported})


class Execution:
    """An `OrderFilled` as of when and in what the broker executed it."""

    def __init__(self, event: Any, terms: Terms) -> None:
        self._event = event
        self.ts_event = terms.market_at(event.ts_event)
        self.instrument_id = terms.ours(event.instrument_id)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._event, name)


def _reported(order: Any, terms: Terms) -> Reported:
    price = getattr(order, "trigger_price", None) or getattr(order, "price", None)
    return Reported(
        order_id=str(order.client_order_id),
        contract=contract_of(terms.ours(order.instrument_id)),
        side=1 if order.is_buy else -1,
        lots=int(order.quantity),
        ticks=None if price is None else ticks_of(price),
        state=STATES[order.status.name],
        filled=int(order.filled_qty),
    )
