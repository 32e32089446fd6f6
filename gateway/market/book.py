"""What is on offer: price levels, best first. Prices are whole ticks, sizes contracts."""

from dataclasses import dataclass
from typing import NamedTuple


class Level(NamedTuple):
    """A price and what is there."""

    ticks: int
    lots: int


@dataclass(frozen=True, slots=True)
class Book:
    """The levels of both sides, best first; a side may be empty."""

    bids: tuple[Level, ...] = ()
    asks: tuple[Level, ...] = ()

    @property
    def bid(self) -> Level | None:
        """The best bid."""
        return self.bids[0] if self.bids else None

    @property
    def ask(self) -> Level | None:
        """The best ask."""
        return self.asks[0] if self.asks else None

    def moved(self, ticks: int) -> "Book":
        """Return the same book at prices so many ticks higher."""
        if ticks == 0:
            return self
        bids = tuple(Level(level.ticks + ticks, level.lots) for level in self.bids)
        return Book(bids, tuple(Level(level.ticks + ticks, level.lots) for level in self.asks))


EMPTY = Book()


class Deal(NamedTuple):
    """A trade that printed."""

    ts: int
    """UTC ns."""
    ticks: int
    lots: int
