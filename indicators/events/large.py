"""Large and block orders, and blocks that were crossed at neither side's price."""

from collections import deque
from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indicators.events import orders
from indicators.events.orders import AggressorOrders
from indicators.norms import SESSIONS, LotsMode, lots_are_fixed
from mia_plugins.data.arrow import Kind
from mia_plugins.data.columns import Quotes
from mia_plugins.data.sessions import Session
from mia_plugins.features import Market, Measure
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.tape import Tape, no_quotes
from mia_plugins.units import Contracts

KEPT = 4096
"""Orders that can be looked back upon."""
BIGGEST = 8192
"""Larger orders count as ones of this size, in the counts by size."""
LARGE_RANK, BLOCK_RANK = 0.995, 0.9995
"""Shares of the orders that are smaller, where lots are relative."""
LEAST_ORDERS = 2000
"""Orders of sessions before that tell what is large: with fewer none is beyond the second rank."""


class Order(NamedTuple):
    """A large order of an aggressor; prices in ticks."""

    ts: int
    """When it came: UTC ns."""
    known: int
    """When it was closed: UTC ns."""
    side: int
    """1 bought, -1 sold, 0 nobody knows."""
    ticks: int
    """Its first price."""
    last: int
    """Its farthest price."""
    lots: int
    levels: int
    """Prices it went through."""
    block: bool


class LargeOrders(Measure):
    """Orders from so many contracts on, prints grouped first.

    Relative lots are quantiles of the sizes of all orders in the 20 sessions before; without 2000 such
    orders they are not known, and no order is large.
    """

    class Settings(BaseSettings):
        """What can be set."""

        lots: LotsMode = "auto"
        """Contracts as they stand, or by the sizes of the last 20 sessions."""
        large: Annotated[Contracts, Field(ge=1)] = Contracts(100)
        """Contracts of a large order, where lots are fixed."""
        block: Annotated[Contracts, Field(ge=1)] = Contracts(500)
        """Contracts of a block, where lots are fixed."""

    reads = frozenset({Kind.TRADES})
    outputs = ("large", "block")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.orders = market.measure(AggressorOrders)

    def reset(self) -> None:
        """Forget every order, and what sizes are usual."""
        fixed = lots_are_fixed(self.settings.lots, self.market)
        self._sizes: deque[NDArray[np.int64]] | None = None if fixed else deque(maxlen=SESSIONS + 1)
        self.large: int | None = self.settings.large if fixed else None
        """Contracts from which on an order is large; `None` while it is not known."""
        self.block: int | None = self.settings.block if fixed else None
        """Contracts from which on an order is a block; `None` while it is not known."""
        self.events: deque[Order] = deque(maxlen=KEPT)
        """The youngest last."""
        self.fresh: tuple[Order, ...] = ()
        """Those that were closed since the last look."""

    def begin_contract(self) -> None:
        """Forget the orders, whose prices are another contract's; sizes stay as usual as they were."""
        self.events.clear()

    def begin_session(self, session: Session) -> None:
        """Find out what is large, by the sessions before."""
        del session
        if self._sizes is None:
            return
        total = np.sum(self._sizes, axis=0) if self._sizes else np.zeros(1, np.int64)
        if total.sum() >= LEAST_ORDERS:
            self.large, self.block = _at_rank(total, LARGE_RANK), _at_rank(total, BLOCK_RANK)
        self._sizes.append(np.zeros(BIGGEST + 1, np.int64))
        if len(self._sizes) > SESSIONS:
            self._sizes.popleft()

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take the orders that were closed."""
        del tape, lo, hi
        made = self.orders.fresh
        self.fresh = ()
        if self._sizes is not None and len(made):
            np.add.at(self._sizes[-1], np.minimum(made[:, orders.LOTS], BIGGEST), 1)
        if self.large is None or self.block is None or not len(made):
            return
        found = made[made[:, orders.LOTS] >= self.large].tolist()
        self.fresh = tuple(
            Order(ts, known, side, ticks, last, lots, levels, lots >= self.block)
            for ts, known, side, ticks, last, lots, levels in found
        )
        self.events.extend(self.fresh)

    def since(self, ts: int) -> Iterator[Order]:
        """Yield orders that were closed after a time (UTC ns), the youngest first."""
        for order in reversed(self.events):
            if order.known <= ts:
                return
            yield order


def _at_rank(counts: NDArray[np.int64], rank: float) -> int:
    """Return the size below which a share of the orders lies, of counts by size."""
    below = np.cumsum(counts)
    return int(np.searchsorted(below, rank * below[-1], side="left"))


class BlockCrosses(Measure):
    """Blocks whose first price is neither the best bid nor the best offer of just before."""

    Settings = LargeOrders.Settings
    reads = frozenset({Kind.TRADES, Kind.QUOTES})
    outputs = ("count",)

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.orders = market.measure(LargeOrders, **settings.model_dump())

    def reset(self) -> None:
        """Forget every block."""
        self._quotes = no_quotes()
        self.events: deque[Order] = deque(maxlen=KEPT)
        """The youngest last."""

    def begin_session(self, session: Session) -> None:
        """Forget the quotes of the session before."""
        del session
        self._quotes = no_quotes()

    @property
    def count(self) -> int | None:
        """How many of them can be looked back upon; `None` while blocks are not known."""
        return None if self.orders.block is None else len(self.events)

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Compare blocks with the quotes before them."""
        fresh = tape.quotes(lo, hi)
        names = Quotes.__slots__
        quotes = Quotes(*(np.concatenate((getattr(self._quotes, n), getattr(fresh, n))) for n in names))
        for order in self.orders.fresh:
            before = int(np.searchsorted(quotes.ts, order.ts, side="left")) - 1
            if order.block and before >= 0:
                touch = (int(quotes.bid_ticks[before]), int(quotes.ask_ticks[before]))
                if order.ticks not in touch:
                    self.events.append(order)
        # An order that is still open is of now: what stood before it is all that is needed on.
        first = max(0, int(np.searchsorted(quotes.ts, hi, side="left")) - 1)
        self._quotes = Quotes(*(getattr(quotes, n)[first:].copy() for n in names))
