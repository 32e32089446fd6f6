"""A bracket as it stands at the broker now, from how it was noted last."""

from collections.abc import Callable, Iterator

from mia_plugins.runtime.account import Role
from mia_plugins.runtime.brackets import Bracket, OrderState
from risk.state.reports import Reports

LOST = "the broker knows nothing of it"
"""The reason of an order that never got there, or that was over for so long that nobody tells of it."""


def rebuild(bracket: Bracket, filled: Callable[[str], int], reports: Reports) -> None:
    """Bring a bracket to where its orders are; `filled` tells how many contracts of an order were counted."""
    for order in bracket.orders:
        order.filled, order.asked = filled(order.order_id), 0
        told = reports.orders.get(order.order_id)
        if told is not None:
            order.lots, order.state = told.lots, told.state
            order.ticks = order.ticks if told.ticks is None else told.ticks
        elif order.is_open:
            order.state, order.reason = "canceled", LOST
        if order.filled >= order.lots:
            order.state, order.reason = "filled", ""


def unexplained(bracket: Bracket, missing: int) -> Iterator[tuple[OrderState, int, int]]:
    """Yield what must have been executed of a bracket if its position differs: order, contracts, ticks.

    `missing` contracts more than were counted (below 0: less) are at the broker, whose executions are told
    for a day or so. They are of orders that the broker knows no more, at the prices those were to have;
    of several that may have ended it, the stop: it is the worst.
    """
    if missing * bracket.side > 0:
        orders = [bracket.entry]
    else:
        orders = [*reversed(bracket.exits), bracket.stop, bracket.target, *bracket.former]
    left = abs(missing)
    for order in orders:
        lots = min(left, order.lots - order.filled)
        price = order.ticks or (bracket.decided_at if order.role is Role.ENTRY else bracket.stop.ticks)
        if order.reason == LOST and lots > 0 and price is not None:
            left -= lots
            yield order, lots, price
