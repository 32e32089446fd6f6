"""Orders that belong together: a parent and its children, and those of which one replaces the others."""

from collections.abc import Iterable, Iterator

from gateway.exchange.order import Key, OcaType, Order, OrderKind, Status, Terms

Group = tuple[int, str]
"""The client (or 0, for a group by name) and what makes the group."""


def group_of(key: Key, terms: Terms) -> Group | None:
    """Return an order's group: the one it names, or that of its parent's children."""
    if terms.group:
        return 0, terms.group
    return (key.client, f"children of {terms.parent}") if terms.parent else None


def others(order: Order, orders: Iterable[Order]) -> Iterator[Order]:
    """Yield the working orders of an order's group, itself not among them."""
    group = group_of(order.key, order.terms)
    if group is not None:
        for one in orders:
            if one is not order and one.is_working and group_of(one.key, one.terms) == group:
                yield one


def children(order: Order, orders: Iterable[Order]) -> Iterator[Order]:
    """Yield the working children of an order."""
    for one in orders:
        if one.is_working and parent_of(one) == order.key:
            yield one


def parent_of(order: Order) -> Key | None:
    """Return the order that must fill first."""
    return Key(order.key.client, order.terms.parent) if order.terms.parent else None


def family(order: Order, orders: Iterable[Order]) -> list[Order]:
    """Return an order with its parent and the parent's other children, in the order of their numbers."""
    head = parent_of(order) or order.key
    found = [one for one in orders if one.is_working and (one.key == head or parent_of(one) == head)]
    return sorted(found, key=lambda one: one.key)


def replaced(order: Order, lots: int, other: Order) -> bool:
    """Let a fill of an order bear on another of its group; say whether the other is to be cancelled."""
    is_whole = order.terms.group and order.terms.oca is OcaType.CANCEL
    if is_whole or not order.open_lots:
        return True
    other.lots = max(other.lots - lots, other.filled)
    return not other.open_lots


def status_of(order: Order) -> Status:
    """Return where a transmitted order stands before it is filled or cancelled."""
    waits = order.is_held or (not order.is_awake and order.terms.kind not in _AT_ONCE)
    return Status.PRE_SUBMITTED if waits else Status.SUBMITTED


_AT_ONCE = {OrderKind.MARKET, OrderKind.LIMIT}
