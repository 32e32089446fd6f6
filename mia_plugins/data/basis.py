"""What a future stands above its index, and what an index's prices are on the future by it."""

import math
from dataclasses import dataclass
from enum import StrEnum

from mia_plugins.data.sessions import NS
from mia_plugins.units import Nanoseconds, Points, Seconds


class BasisMethod(StrEnum):
    """How an index level becomes one of the future."""

    SPREAD = "spread"
    """Add what the future stands above the index."""
    RATIO = "ratio"
    """Multiply by future over index."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What future and index stood at, at one time."""

    future: Points
    index: Points
    as_of: Nanoseconds
    """UTC."""
    product: str
    """Such as ES."""
    method: BasisMethod = BasisMethod.SPREAD

    @property
    def is_known(self) -> bool:
        """Say whether both prices are above 0 and finite."""
        return all(math.isfinite(price) and price > 0 for price in (self.future, self.index))

    def on_future(self, price: Points) -> Points:
        """Return where a price of the index lies on the future; both in points."""
        if self.method is BasisMethod.RATIO:
            return Points(price * self.future / self.index)
        return Points(price + (self.future - self.index))

    def on_index(self, price: Points) -> Points:
        """Return where a price of the future lies on the index; both in points."""
        if self.method is BasisMethod.RATIO:
            return Points(price * self.index / self.future)
        return Points(price - (self.future - self.index))

    def age(self, now: int) -> Seconds:
        """Return how old it is at a time (UTC ns)."""
        return Seconds((now - self.as_of) / NS)
