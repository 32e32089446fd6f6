"""What the exchange has to tell: each is of the moment it happened."""

from dataclasses import dataclass
from decimal import Decimal

from gateway.exchange.order import Key, Order
from gateway.market.listing import Listing


@dataclass(frozen=True, slots=True)
class Changed:
    """An order stands otherwise than before."""

    order: Order
    """A copy, as it stood then."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """An order is no more, and why."""

    order: Order
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """What was asked for an order is not done."""

    key: Key
    code: int
    """As the protocol numbers its errors."""
    text: str


@dataclass(frozen=True, slots=True)
class Executed:
    """An order traded."""

    exec_id: str
    key: Key
    number: int
    """The number its client knows the order by."""
    perm_id: int
    listing: Listing
    is_buy: bool
    lots: int
    ticks: int
    ts: int
    filled: int
    """Contracts of the order filled so far, these among them."""
    average: float
    """Ticks: the mean price so far."""
    commission: Decimal
    """$."""
    realised: Decimal
    """$: what closing it made, before commission."""
    ref: str
    made: bool
    """Whether the order had rested in the book."""


Event = Changed | Cancelled | Refused | Executed
