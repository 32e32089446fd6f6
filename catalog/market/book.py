"""The order book: queues by price level, executed first come, first served.

The ten best levels of either side always hold orders, at consecutive prices.
"""

import math

from catalog.market.draws import Words, normal, uniform
from catalog.market.world import COUNT, LEVELS, OWNER, RING, ROOM, TOTAL, Book, Rates, World
from mia_plugins.kernels import kernel

LARGEST_ORDER = 250
"""Contracts of a limit order of the background, at most."""
ORDER_TAIL = 1.35
"""Tail exponent of the limit orders' sizes."""
FRESH_SHARE = 0.6
"""Orders at a price that has just become the best, as a share of the usual."""
FRESH_SD = 0.7
"""Standard deviation of the log of the orders that wait at a new level."""


@kernel
def outward(side: int) -> int:
    """Return the direction of prices that lie deeper in the book: -1 for bids, +1 for offers."""
    return 2 * side - 1


@kernel
def depth_of(book: Book, side: int, price: int) -> int:
    """Return how many ticks a price lies behind the best; negative when it is better."""
    return (price - int(book.top[side])) * outward(side)


@kernel
def total_at(book: Book, side: int, price: int) -> int:
    """Return the contracts at a price."""
    return int(book.levels[side, price % RING, TOTAL])


@kernel
def add_order(book: Book, side: int, price: int, order: int) -> bool:
    """Join the end of a queue; False when the level has no room."""
    at = price % RING
    count = book.levels[side, at, COUNT]
    if count >= ROOM:
        return False
    book.orders[side, at, count] = order
    book.levels[side, at, COUNT] = count + 1
    book.levels[side, at, TOTAL] += order % OWNER
    return True


@kernel
def remove_order(book: Book, side: int, price: int, place: int) -> None:
    """Take an order out of its queue; those behind it move up."""
    at = price % RING
    last = book.levels[side, at, COUNT] - 1
    book.levels[side, at, TOTAL] -= book.orders[side, at, place] % OWNER
    for i in range(place, last):
        book.orders[side, at, i] = book.orders[side, at, i + 1]
    book.levels[side, at, COUNT] = last


@kernel
def execute(book: Book, side: int, price: int, lots: int) -> int:
    """Execute contracts against the front of a queue.

    Returns agent · OWNER + contracts of the last agent hit, or 0.
    """
    at = price % RING
    struck = 0
    left = min(lots, int(book.levels[side, at, TOTAL]))
    while left > 0:
        order = int(book.orders[side, at, 0])
        taken = min(left, order % OWNER)
        left -= taken
        if order // OWNER > 0:
            struck = order // OWNER * OWNER + taken
        if taken == order % OWNER:
            remove_order(book, side, price, 0)
        else:
            book.orders[side, at, 0] = order - taken
            book.levels[side, at, TOTAL] -= taken
    return struck


@kernel
def owned_at(book: Book, side: int, price: int, agent: int) -> int:
    """Return the contracts that an agent shows at a price."""
    at = price % RING
    lots = 0
    for i in range(book.levels[side, at, COUNT]):
        if book.orders[side, at, i] // OWNER == agent:
            lots += book.orders[side, at, i] % OWNER
    return lots


@kernel
def draw_order(rates: Rates, words: Words) -> int:
    """Draw the contracts of a limit order: half of them one, the rest with a heavy tail."""
    if uniform(words) < 0.5:
        return 1
    return min(
        LARGEST_ORDER,
        1 + int(rates.order_lots * uniform(words) ** (-1 / ORDER_TAIL) - rates.order_lots * 0.5),
    )


@kernel
def usual_count(rates: Rates, depth: int, scale: float) -> float:
    """Return the orders that a level holds on average: the book is thickest three ticks from its best."""
    hump = 1.0 + 0.9 * depth / (1.0 + 0.25 * depth * depth)
    return max(rates.queue * scale * hump, 1.2)


@kernel
def fill_level(world: World, side: int, price: int, scale: float) -> None:
    """Put a fresh queue at a price."""
    book = world.book
    book.levels[side, price % RING, COUNT] = 0
    book.levels[side, price % RING, TOTAL] = 0
    usual = usual_count(world.rates, max(depth_of(book, side, price), 0), scale)
    orders = 1 + int(usual * math.exp(FRESH_SD * normal(world.rng) - FRESH_SD**2 / 2))
    for _ in range(min(orders, ROOM // 2)):
        add_order(book, side, price, draw_order(world.rates, world.rng))


@kernel
def retreat(world: World, side: int, ticks: int, scale: float) -> None:
    """Take the best levels of a side away; as many appear at its far end."""
    out = outward(side)
    far = int(world.book.top[side]) + out * LEVELS
    world.book.top[side] += out * ticks
    for i in range(ticks):
        fill_level(world, side, far + out * i, scale)


@kernel
def advance(world: World, side: int, ticks: int, scale: float) -> None:
    """Put better levels before the best of a side; as many leave its far end."""
    out = outward(side)
    for _ in range(ticks):
        world.book.top[side] -= out
        fill_level(world, side, int(world.book.top[side]), scale * FRESH_SHARE)


@kernel
def open_book(world: World, price: int, scale: float) -> None:
    """Fill both sides from a best bid on, the usual spread apart."""
    for side in range(2):
        best = price + side * int(world.rates.spread)
        world.book.top[side] = best
        for depth in range(LEVELS):
            fill_level(world, side, best + outward(side) * depth, scale)
