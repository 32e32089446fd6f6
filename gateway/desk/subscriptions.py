"""What a client is told as it happens, and what it was told last."""

from dataclasses import dataclass, field

from gateway.market.book import Level
from gateway.market.listing import Listing


@dataclass(slots=True)
class Ticks:
    """Top of the book and last trade."""

    listing: Listing
    generic: frozenset[str] = frozenset()
    """The further kinds of ticks that were asked for, by their numbers."""
    told: dict[int, object] = field(default_factory=dict)
    """What was told last, by the kind of tick."""
    next: int = 0
    """Before this time (UTC ns) nothing more is told."""


@dataclass(slots=True)
class TickByTick:
    """Each trade, or each best bid and ask."""

    listing: Listing
    kind: str
    """Last, AllLast, BidAsk, MidPoint."""
    told: tuple[Level | None, Level | None] | None = None


@dataclass(slots=True)
class DepthRows:
    """The levels of a book."""

    listing: Listing
    rows: int
    is_smart: bool
    bids: tuple[Level, ...] = ()
    asks: tuple[Level, ...] = ()


@dataclass(slots=True)
class Bars:
    """Bars as they form."""

    listing: Listing
    seconds: int
    what: str
    """TRADES, MIDPOINT, BID, ASK."""
    is_history: bool = False
    """Whether it follows a request for history, which is told of unfinished bars too."""
    as_epoch: bool = True
    start: int = 0
    """When the bar in the making began: epoch seconds."""
    prices: list[float] = field(default_factory=list)
    """Points: open, high, low and close; none while nothing was priced."""
    volume: int = 0
    turnover: float = 0.0
    count: int = 0
    next: int = 0
    """Before this time (UTC ns) nothing more is told of a bar in the making."""


@dataclass(slots=True)
class Subscriptions:
    """All that a client asked for, by the number of its request."""

    ticks: dict[int, Ticks] = field(default_factory=dict)
    tick_by_tick: dict[int, TickByTick] = field(default_factory=dict)
    depth: dict[int, DepthRows] = field(default_factory=dict)
    bars: dict[int, Bars] = field(default_factory=dict)
    summaries: dict[int, frozenset[str]] = field(default_factory=dict)
    """The tags of account summaries."""
    pnl: dict[int, tuple[float, ...]] = field(default_factory=dict)
    """What was told last."""
    pnl_next: int = 0
    """Before this time (UTC ns) nothing more is told of it."""
    updates: bool = False
    """Values of the account and portfolio."""
    positions: bool = False

    def lose_data(self) -> int:
        """Forget what was asked of the market, as after error 1101; return how much it was."""
        lost = 0
        for asked in (self.ticks, self.tick_by_tick, self.depth, self.bars):
            lost += len(asked)
            asked.clear()
        return lost
