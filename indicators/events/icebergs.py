"""Icebergs: orders that show a part of themselves, and another when it is gone."""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indicators.events import hidden
from indicators.events.book_log import BookLog
from indicators.events.ring import told_between, youngest_first
from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import Session
from mia_plugins.features import EventMeasure, Market
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Contracts, Milliseconds, Seconds

MILLISECOND, SECOND = 1_000_000, 1_000_000_000
"""ns."""


class Iceberg(NamedTuple):
    """An order that came again; its price in ticks."""

    side: int
    """1 it buys, -1 it sells."""
    ticks: int
    start: int
    """When it first showed itself: UTC ns."""
    known: int
    """When it was told to be one: UTC ns."""
    end: int
    """When it last came again: UTC ns."""
    shown: int
    """Contracts shown at a time."""
    refills: int
    surprise: float
    """How improbable it is that other orders look like this, in powers of ten."""
    over: int
    """When a trade went through or it was lost from sight; 0 before: UTC ns."""
    due: int
    """Since when a refill is due; 0 when none is: UTC ns."""

    @property
    def lots(self) -> int:
        """What was executed of it, or at its price: contracts."""
        return self.refills * self.shown


class Icebergs(EventMeasure):
    """Orders of one size that come again at their price where executions took the one before down.

    The definition's refill is told of the order, not of the whole price, at which others wait too. An order
    may be gone once as much was executed or cancelled at the price as stood there when it came, itself
    included, and of that its own size was executed. A refill is then a single order of its size within 500 ms
    of an execution (the last one may be smaller: half at least). So with three refills thrice what is shown
    has been executed at its price. It is over when a trade goes through, or 5 s after it was surely gone:
    executed, or pulled so that less is shown there than it would show.
    What makes it more than chance is counted by how often orders of that size come. Depth of ten prices
    does not name orders, so the exchange's own icebergs (one order filled above its display) are not told
    apart.
    """

    class Settings(BaseSettings):
        """What can be set."""

        least: Annotated[Contracts, Field(ge=1, le=10_000)] = Contracts(5)
        """Contracts it shows at a time, at least."""
        within: Annotated[Milliseconds, Field(gt=0, le=60_000)] = Milliseconds(500)
        """How long after an execution a refill comes, at most."""
        without: Annotated[Seconds, Field(gt=0, le=3600)] = Seconds(5)
        """How long a refill may be due before it is over."""
        refills: Annotated[int, Field(ge=1, le=100)] = 3
        """How many refills make it one."""
        surprise: Annotated[float, Field(ge=0, le=100)] = 2.0
        """How improbable the refills must be by chance, in powers of ten."""

    reads = frozenset({Kind.TRADES, Kind.DEPTH})
    outputs = ("count",)

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.log = market.measure(BookLog)

    def reset(self) -> None:
        """Forget all."""
        self._places = np.zeros((2, hidden.PLACES, hidden.CHAINS + 1, hidden.COLUMNS), np.int64)
        self._usual = np.zeros(hidden.LARGEST + 1, np.int64)
        self._events = np.zeros((hidden.KEPT + 1, hidden.FIELDS), np.int64)
        own = self.settings
        self._rules = (
            own.least,
            int(own.within * MILLISECOND),
            int(own.without * SECOND),
            own.refills,
            int(own.surprise * hidden.MILLION),
        )
        self.seen = False
        """Whether there was any book to look at."""

    def begin_session(self, session: Session) -> None:
        """Give up what was followed: the book of the session before is gone."""
        self._places[:] = 0
        kept = self._events[:-1]
        kept[kept[:, hidden.E_OVER] == 0, hidden.E_OVER] = session.open

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Follow the book."""
        del tape, lo, hi
        log = self.log.fresh
        if len(log):
            self.seen = True
            hidden.search(log, self._places, self._usual, self._events, self._rules)

    @property
    def count(self) -> int | None:
        """How many there were since the start of this contract; `None` without a book."""
        return int(self._events[-1, 0]) if self.seen else None

    def since(self, ts: int) -> Iterator[Iceberg]:
        """Yield those that were told after a time (UTC ns), the youngest first."""
        for row in youngest_first(self._events):
            if row[hidden.E_KNOWN] <= ts:
                return
            yield _iceberg(row.tolist())

    def told(self, lo: int, hi: int) -> NDArray[np.int64]:
        """Return when icebergs were told after `lo` up to `hi` (UTC ns)."""
        return told_between(self._events, hidden.E_KNOWN, lo, hi)

    def standing(self, now: int) -> list[Iceberg]:
        """Return those that are not over at `now` (UTC ns), the youngest first."""
        longest = self._rules[2]
        return [
            found
            for found in map(_iceberg, (row.tolist() for row in youngest_first(self._events)))
            if not found.over and not (found.due and now - found.due > longest)
        ]


def _iceberg(row: list[int]) -> Iceberg:
    side, ticks, start, known, end, shown, refills, evidence, over, due = row
    return Iceberg(side, ticks, start, known, end, shown, refills, evidence / hidden.MILLION, over, due)
