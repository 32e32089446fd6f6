"""What is wrong with an order, by the protocol's own numbers."""

from decimal import Decimal

from gateway.exchange.events import Refused
from gateway.exchange.order import (
    LIMITED,
    STOPPED,
    TRAILING,
    Key,
    Order,
    Status,
    Terms,
    Tif,
)
from gateway.market.listing import Listing

NOT_FOUND = 10147
NOT_CANCELLABLE = 161
NOT_MODIFIABLE = 104
REJECTED = 201
LATE = "Order rejected - reason:The OCA group has fills already"
MOST_LOTS = 10_000


def unsound(key: Key, listing: Listing, terms: Terms) -> Refused | None:
    """Return why what is asked for cannot be an order."""
    if not listing.is_traded:
        return Refused(key, REJECTED, f"Order rejected - reason:{listing.symbol} is an index: not traded")
    if not 0 < terms.lots <= MOST_LOTS:
        return Refused(key, 434, f"The order size is {terms.lots}: 1 to {MOST_LOTS} contracts are possible.")
    if missing := _missing(terms):
        return Refused(key, 321, f"Error validating request: a {terms.kind} order needs {missing}")
    return None


def _missing(terms: Terms) -> str:
    """Return what an order of its kind lacks; "" for nothing."""
    if terms.kind in LIMITED and terms.limit is None:
        return "a limit price"
    if terms.kind in STOPPED and terms.stop is None:
        return "a trigger price (auxPrice)"
    if terms.kind in TRAILING and not (terms.trail or terms.trail_percent):
        return "a trailing amount (auxPrice) or percentage"
    if terms.tif is Tif.GTD and terms.good_till is None:
        return "a date till which it is good"
    return ""


def unmodifiable(order: Order, listing: Listing, terms: Terms) -> Refused | None:
    """Return why an order cannot become another."""
    if not order.is_working:
        return Refused(order.key, NOT_MODIFIABLE, f"Cannot modify a {order.status.lower()} order.")
    if (listing, terms.is_buy) != (order.listing, order.terms.is_buy):
        return Refused(order.key, 105, "Order being modified does not match original order")
    if terms.lots < order.filled or (terms.lots == order.filled and order.filled):
        return Refused(
            order.key, NOT_MODIFIABLE, f"{order.filled} contracts are filled: {terms.lots} is too few"
        )
    return None


def not_cancellable(key: Key, order: Order | None) -> Refused | None:
    """Return why an order cannot be cancelled."""
    if order is None:
        return Refused(key, NOT_FOUND, f"OrderId {key.number} that needs to be cancelled is not found.")
    if order.status in {Status.FILLED, Status.CANCELLED}:
        text = f"Cancel attempted when order is not in a cancellable state. Order permId = {order.perm_id}"
        return Refused(key, NOT_CANCELLABLE, text)
    return None


def too_dear(key: Key, equity: Decimal, margin: Decimal) -> Refused:
    """Return that an order asks for more margin than there is."""
    text = (
        "Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR "
        f"EQUITY WITH LOAN VALUE [{equity:.2f} USD] MUST EXCEED THE INITIAL MARGIN [{margin:.2f} USD]"
    )
    return Refused(key, REJECTED, text)
