"""An order: what was asked for, and what became of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from gateway.market.listing import Listing


class OrderKind(StrEnum):
    """How an order is filled, in the protocol's words."""

    MARKET = "MKT"
    LIMIT = "LMT"
    STOP = "STP"
    STOP_LIMIT = "STP LMT"
    TRAIL = "TRAIL"
    TRAIL_LIMIT = "TRAIL LIMIT"
    IF_TOUCHED = "MIT"
    LIMIT_IF_TOUCHED = "LIT"


LIMITED = {OrderKind.LIMIT, OrderKind.STOP_LIMIT, OrderKind.LIMIT_IF_TOUCHED}
"""Those that name a limit."""
STOPPED = {OrderKind.STOP, OrderKind.STOP_LIMIT, OrderKind.IF_TOUCHED, OrderKind.LIMIT_IF_TOUCHED}
"""Those that name the price at which they wake."""
TRAILING = {OrderKind.TRAIL, OrderKind.TRAIL_LIMIT}
"""Those whose price follows the market."""
WAITING = STOPPED | TRAILING
"""Those that do nothing until the market comes to their price."""
TOUCHED = {OrderKind.IF_TOUCHED, OrderKind.LIMIT_IF_TOUCHED}
"""Those that wake on a better price than the market's; the others wake on a worse one."""


class Tif(StrEnum):
    """How long an order works, in the protocol's words."""

    DAY = "DAY"
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTD = "GTD"


class Status(StrEnum):
    """Where an order stands, in the protocol's words."""

    PENDING = "PendingSubmit"
    """Not transmitted yet."""
    PRE_SUBMITTED = "PreSubmitted"
    """It waits: for its parent, or for its price."""
    SUBMITTED = "Submitted"
    FILLED = "Filled"
    CANCELLED = "Cancelled"


class OcaType(StrEnum):
    """What a fill does to the others of a group."""

    CANCEL = "1"
    REDUCE = "2"
    REDUCE_WITHOUT_BLOCK = "3"


class Key(NamedTuple):
    """An order's name: numbers are each client's own."""

    client: int
    number: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a client asks for."""

    is_buy: bool
    kind: OrderKind
    lots: int
    tif: Tif = Tif.DAY
    limit: int | None = None
    """Ticks."""
    stop: int | None = None
    """Ticks: where it wakes; where a trailing one begins."""
    trail: int | None = None
    """Ticks by which a trailing stop stays behind."""
    trail_percent: float | None = None
    offset: int = 0
    """Ticks between a trailing stop and the limit it becomes."""
    parent: int = 0
    """The number of the order that must fill first."""
    group: str = ""
    """Orders of one group cancel or reduce each other."""
    oca: OcaType = OcaType.REDUCE
    transmit: bool = True
    good_till: int | None = None
    ref: str = ""
    outside_rth: bool = False
    """Whether one that waits for its price wakes outside regular hours too."""


@dataclass(slots=True)
class Order:
    """An order as it stands."""

    key: Key
    perm_id: int
    """The broker's own number, of all clients."""
    listing: Listing
    terms: Terms
    lots: int
    """Contracts it is for now: a group may have reduced it."""
    stop: int | None
    """Ticks, as a trailing stop has moved it."""
    limit: int | None
    filled: int = 0
    cost: int = 0
    """Ticks times contracts of its fills."""
    last_ticks: int | None = None
    """The price of its last fill."""
    status: Status = Status.PENDING
    is_transmitted: bool = False
    is_held: bool = False
    """Whether its parent has yet to fill."""
    is_awake: bool = False
    """Whether the market has come to its price, where it waits for one."""
    rests: bool = False
    """Whether it was in the book before what comes now."""
    ends: int | None = None
    """When it expires."""
    alias: int = 0
    """The number it is told under, where that is another's too."""

    @property
    def number(self) -> int:
        """The number its client knows it by."""
        return self.alias or self.key.number

    @property
    def open_lots(self) -> int:
        """Contracts that are still to be filled."""
        return max(self.lots - self.filled, 0)

    @property
    def is_working(self) -> bool:
        """Whether it can still be filled."""
        return self.status in {Status.PENDING, Status.PRE_SUBMITTED, Status.SUBMITTED}

    @property
    def is_live(self) -> bool:
        """Whether the market may fill it, or wake it, now."""
        return self.is_working and self.is_transmitted and not self.is_held

    @property
    def is_live_once_released(self) -> bool:
        """Whether it waits for its parent and for nothing else."""
        return self.is_working and self.is_transmitted and self.is_held

    @property
    def average(self) -> float:
        """The mean price of its fills, in ticks; 0 without any."""
        return self.cost / self.filled if self.filled else 0.0

    @property
    def signed(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self.terms.is_buy else -1
