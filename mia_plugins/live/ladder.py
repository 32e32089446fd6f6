"""The book of one contract from the broker's changes, which name places, not prices."""

from itertools import pairwise
from typing import Any

from mia_plugins.data.columns import LEVELS
from mia_plugins.live.errors import LiveError

type Level = tuple[int, int]
"""A price in ticks, and contracts."""
type DepthRow = tuple[int, ...]
"""Bid prices, ask prices, bid sizes, ask sizes, and numbers of orders, ten each."""

_NO_COUNTS = (0,) * (2 * LEVELS)
PLACES = 1000
"""Orders' numbers from here on are those of smart depth, which futures do not have."""


class Ladder:
    """Ten places a side. A place is inserted, replaced or taken out, and those behind it move.

    Read by price, as Nautilus' own book does, a place whose price changed would leave its old price behind.
    """

    def __init__(self) -> None:
        self._bids: list[Level] = []
        self._asks: list[Level] = []

    def clear(self) -> None:
        """Forget all: a subscription begins anew."""
        self._bids.clear()
        self._asks.clear()

    def change(self, action: str, *, is_bid: bool, place: int, level: Level) -> None:
        """Take a change; `action` is ADD, UPDATE or DELETE."""
        side = self._bids if is_bid else self._asks
        if action == "DELETE":
            del side[place : place + 1]
        elif action == "UPDATE" and place < len(side):
            side[place] = level
        else:
            side.insert(place, level)
            del side[LEVELS:]

    def row(self) -> DepthRow | None:
        """Return the book; None between two changes that belong together: crossed, or out of order."""
        bids, asks = self._bids, self._asks
        if not bids or not asks or bids[0][0] >= asks[0][0]:
            return None
        if any(one[0] <= other[0] for one, other in pairwise(bids)):
            return None
        if any(one[0] >= other[0] for one, other in pairwise(asks)):
            return None
        prices = [*_padded(bids, 0), *_padded(asks, 0)]
        return (*prices, *_padded(bids, 1), *_padded(asks, 1), *_NO_COUNTS)


def place_of(delta: Any) -> int:
    """Return the place that a change of Nautilus' is of: it counts them from 1."""
    number = int(delta.order.order_id)
    if not 1 <= number < PLACES:
        raise LiveError(
            f"the book was told a change of place {number}, which is none from 1 to {PLACES - 1}",
            "write `venue: {fills: quotes}` and report it: this broker's depth is not understood",
        )
    return number - 1


def _padded(side: list[Level], part: int) -> list[int]:
    """Return prices or sizes, with zeros where there is no level."""
    return [level[part] for level in side] + [0] * (LEVELS - len(side))
