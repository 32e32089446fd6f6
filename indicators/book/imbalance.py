"""`order_book_imbalance`: on which side of the book more is waiting."""

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indicators.book.levels import (
    ASKS,
    BIDS,
    COUNT,
    LAST_MID,
    LAST_SPREAD,
    LEVELS,
    RINGS,
    TRUE,
    mark,
    rings,
    weigh,
)
from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import NS, Session
from mia_plugins.features import ODD, Feature, Market, Measure, Reading, Score, known, unknown
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Seconds, Ticks


class BookLevels(Measure):
    """The five best levels of each side: imbalance, depth, spread, and signals of what they may lead to.

    An update counts when it changed a price or a size of the five levels. All begins anew with the session.
    """

    class Settings(BaseSettings):
        """What can be set."""

        updates: Annotated[int, Field(ge=1, le=1000)] = 10
        """How many updates the imbalance is the mean of."""
        usual: Annotated[int, Field(ge=10, le=10_000)] = 1000
        """How many updates tell what depth is usual, and how far back prices are compared."""
        pressure: Annotated[float, Field(gt=0, le=1)] = 0.3
        """The imbalance from which on there is pressure."""
        moved: Annotated[Ticks, Field(ge=1, le=400)] = Ticks(1)
        """How far the mid must have moved for a continuation or a reversal."""

    reads = frozenset({Kind.DEPTH})
    outputs = (
        "value",
        "volume_ratio",
        "spread_bps",
        "liquidity",
        "pressure",
        "continuation",
        "reversal",
        "breakout",
    )

    def reset(self) -> None:
        """Forget every update."""
        self._state = rings(self.settings.updates, self.settings.usual)
        self._bids, self._asks = np.zeros(2 * LEVELS, np.int64), np.zeros(2 * LEVELS, np.int64)
        self.ts = 0
        """When the book was updated last: UTC ns; 0 before."""

    def begin_session(self, session: Session) -> None:
        """Start anew."""
        del session
        self.reset()

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take in updates."""
        depth = tape.depth(lo, hi)
        if not len(depth):
            return
        marks = np.zeros((len(depth), 3), np.int64)
        mark(self._bids, depth.bid_ticks, depth.bid_lots, marks, -1)
        mark(self._asks, depth.ask_ticks, depth.ask_lots, marks, 1)
        weigh(self._state, depth.bid_lots, depth.ask_lots, marks)
        self.ts = int(depth.ts[-1])

    @property
    def is_true(self) -> bool:
        """Say whether the book as it stands has two sides that are not crossed."""
        return bool(self._state[TRUE])

    @property
    def count(self) -> int:
        """Updates of this session that counted."""
        return int(self._state[COUNT])

    @property
    def value(self) -> float | None:
        """The mean imbalance, -1 to 1; `None` before there are enough updates, and in a book of no use."""
        if not self.is_true or self.count < self.settings.updates:
            return None
        last: list[float] = self._state[RINGS : RINGS + self.settings.updates].tolist()
        return sum(last) / len(last)

    @property
    def volume_ratio(self) -> float | None:
        """Contracts bid over contracts asked in the five levels."""
        return self._known(self._state[BIDS] / max(self._state[ASKS], 1))

    @property
    def spread_bps(self) -> float | None:
        """Ask less bid, in hundredths of a per cent of the price between."""
        return self._known(20_000 * self._state[LAST_SPREAD] / (self._state[LAST_MID] or 1))

    @property
    def liquidity(self) -> float | None:
        """Contracts in the five levels of both sides, over the median of the updates before."""
        depth = self._before(0)
        if not self.is_true or depth is None:
            return None
        return float((self._state[BIDS] + self._state[ASKS]) / np.median(depth))

    @property
    def pressure(self) -> int | None:
        """The side that presses: that of the imbalance once it is large enough; else 0."""
        value = self.value
        if value is None:
            return None
        return int(np.sign(value)) if abs(value) >= self.settings.pressure else 0

    @property
    def continuation(self) -> int | None:
        """The side that presses, if the mid moved its way since the updates that tell what is usual."""
        return self._if_moved(1)

    @property
    def reversal(self) -> int | None:
        """The side that presses, if the mid moved against it."""
        return self._if_moved(-1)

    @property
    def breakout(self) -> int | None:
        """The side that presses, if the mid has just left, its way, all it was at before the last updates."""
        pressure, mids = self.pressure, self._before(1)
        if pressure is None or mids is None:
            return None
        before = mids[: -self.settings.updates]
        mid = self._state[LAST_MID]
        is_out = len(before) and (mid > before.max() if pressure > 0 else mid < before.min())
        return pressure if is_out else 0

    def _if_moved(self, way: int) -> int | None:
        pressure, mids = self.pressure, self._before(1)
        if pressure is None or mids is None:
            return None
        moved = way * pressure * (self._state[LAST_MID] - mids[0]) / 2
        return pressure if moved >= self.settings.moved else 0

    def _before(self, ring: int) -> NDArray[np.float64] | None:
        """Return depth (0) or mids (1) of the updates before the last, the oldest first."""
        room, count = self.settings.usual + 1, self.count
        if count < room:
            return None
        first = RINGS + self.settings.updates + ring * room
        return np.roll(self._state[first : first + room], -(count % room))[:-1]

    def _known(self, number: Any) -> float | None:
        return float(number) if self.is_true and self.count else None


class OrderBookImbalance(Feature):
    """.6 of the imbalance at the touch, .4 of that of five levels, the mean of the last updates."""

    class Settings(BookLevels.Settings):
        """What can be set."""

        oldest: Annotated[Seconds, Field(gt=0)] = Seconds(60.0)
        """How old the book's last update may be."""

    kind = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"depth"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.book = market.measure(BookLevels, **settings.model_dump(exclude={"oldest"}))

    def read(self, now: int) -> Reading:
        """Look at the book's last updates."""
        book, wanted = self.book, self.settings.updates
        if not book.ts:
            return unknown("no book yet")
        if now - book.ts > self.settings.oldest * NS:
            return unknown("the book is {:.0f} s old", (now - book.ts) / NS)
        if not book.is_true:
            return unknown("the book is crossed or has one side only")
        value = book.value
        if value is None:
            return unknown("{} of {} updates of the book", book.count, wanted)
        return known(value, "{:.2f} lots bid for one asked, mean imbalance {:+.2f}", book.volume_ratio, value)
