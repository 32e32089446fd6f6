"""What fills an order, given what is on offer. Pure functions on one order.

A buy pays the ask or more and a sell gets the bid or less: nothing fills inside the spread. An order that
rests fills at its own price once the other side comes to it; its place in the queue is not modelled, which
is on the careful side. What one order took is gone for the others until the book changes.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.exchange.order import (
    TOUCHED,
    TRAILING,
    WAITING,
    Order,
    OrderKind,
)
from gateway.market.book import Book, Level


@dataclass(slots=True)
class Offer:
    """What is left of a book."""

    version: int
    """Of the book it was made of."""
    bids: list[Level]
    asks: list[Level]

    @classmethod
    def of(cls, book: Book, version: int) -> "Offer":
        """Return all of a book."""
        return cls(version, list(book.bids), list(book.asks))


def fills(order: Order, offer: Offer, most: int = 0) -> Iterator[Level]:
    """Take what an order gets, level by level, each with the price it trades at.

    `most` is the number of contracts at which it ends; 0 for none.
    """
    levels = offer.asks if order.terms.is_buy else offer.bids
    wanted = min(order.open_lots, most) if most else order.open_lots
    while wanted and levels and within(order, levels[0].ticks):
        level = levels[0]
        lots = min(wanted, level.lots)
        levels[0] = Level(level.ticks, level.lots - lots)
        if not levels[0].lots:
            levels.pop(0)
        wanted -= lots
        own = order.limit if order.rests else None
        yield Level(level.ticks if own is None else own, lots)


def available(order: Order, offer: Offer) -> int:
    """Return how many contracts an order could have at once."""
    levels = offer.asks if order.terms.is_buy else offer.bids
    return sum(level.lots for level in levels if within(order, level.ticks))


def within(order: Order, ticks: int) -> bool:
    """Say whether an order may trade at a price."""
    return order.limit is None or (order.limit - ticks) * order.signed >= 0


def watched(order: Order, book: Book, last: int | None) -> int | None:
    """Return the price that wakes an order: the last trade's, or else that of the side it would take."""
    if last is not None:
        return last
    side = book.ask if order.terms.is_buy else book.bid
    return side.ticks if side else None


def trail(order: Order, price: int) -> None:
    """Let a trailing stop follow a price."""
    if order.terms.kind not in TRAILING:
        return
    target = price + order.signed * _distance(order, price)
    if order.stop is not None and (target - order.stop) * order.signed >= 0:
        return
    order.stop = target
    if order.terms.kind is OrderKind.TRAIL_LIMIT:
        order.limit = target + order.signed * order.terms.offset


def wakes(order: Order, price: int) -> bool:
    """Say whether a price is the one an order waits for."""
    if order.terms.kind not in WAITING or order.is_awake or order.stop is None:
        return False
    beyond = (price - order.stop) * order.signed
    return beyond <= 0 if order.terms.kind in TOUCHED else beyond >= 0


def may_fill(order: Order) -> bool:
    """Say whether an order is one for the book, not one that waits for its price."""
    return order.terms.kind not in WAITING or order.is_awake


def _distance(order: Order, price: int) -> int:
    """Return how far behind a trailing stop stays, in ticks."""
    if order.terms.trail is not None:
        return order.terms.trail
    return max(math.ceil(price * (order.terms.trail_percent or 0.0) / 100), 1)
