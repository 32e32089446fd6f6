"""The book of the synthetic market, against queues kept as Python lists."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catalog.market.book import add_order, execute, owned_at, remove_order, total_at
from catalog.market.world import COUNT, OWNER, RING, ROOM, Book

PRICE = 24_000
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 300)),
        st.tuples(st.just("add mine"), st.integers(1, 40)),
        st.tuples(st.just("cancel"), st.integers(0, ROOM)),
        st.tuples(st.just("execute"), st.integers(1, 500)),
    ),
    max_size=200,
)


def empty_book() -> Book:
    return Book(np.zeros((2, RING, ROOM), np.int64), np.zeros((2, RING, 2), np.int64), np.zeros(2, np.int64))


def executed(queue: list[list[int]], lots: int) -> list[list[int]]:
    """Return what is left of a queue of [contracts, owner] when its front is executed."""
    left = []
    for size, owner in queue:
        taken = min(size, lots)
        lots -= taken
        if size > taken:
            left.append([size - taken, owner])
    return left


@given(ACTIONS, st.integers(0, 1))
def test_a_queue_is_served_first_come_first_served(actions: list[tuple[str, int]], side: int) -> None:
    book, queue = empty_book(), list[list[int]]()
    for action, number in actions:
        if action.startswith("add"):
            owner = int(action == "add mine")
            if add_order(book, side, PRICE, owner * OWNER + number):
                queue.append([number, owner])
        elif action == "execute":
            execute(book, side, PRICE, number)
            queue = executed(queue, number)
        elif number < len(queue):
            remove_order(book, side, PRICE, number)
            del queue[number]
        kept = [owner * OWNER + size for size, owner in queue]
        count = book.levels[side, PRICE % RING, COUNT]
        assert book.orders[side, PRICE % RING, :count].tolist() == kept
        assert total_at(book, side, PRICE) == sum(size for size, _ in queue)
        assert owned_at(book, side, PRICE, 1) == sum(size for size, owner in queue if owner)
