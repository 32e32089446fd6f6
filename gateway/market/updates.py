"""What happens in a market, one thing after the other. Times are the catalog's, UTC ns."""

from typing import NamedTuple

from gateway.market.book import Book


class BookUpdate(NamedTuple):
    """The book of a product changed."""

    ts: int
    code: str
    """ES, NQ, MES, MNQ."""
    book: Book
    lead: int = 0
    """How many months have handed on the lead since the market began to play."""


class TradeUpdate(NamedTuple):
    """A product traded."""

    ts: int
    code: str
    ticks: int
    lots: int


class ValueUpdate(NamedTuple):
    """An index has a new value."""

    ts: int
    code: str
    value: float
    """Points."""


Update = BookUpdate | TradeUpdate | ValueUpdate
