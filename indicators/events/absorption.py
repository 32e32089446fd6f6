"""`absorption`: much was executed at a price, and it held."""

from collections import deque
from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indicators.events import absorbing
from indicators.events.absorbing import PLACES, PRICE, TOUCH, TOUCHED
from indicators.events.book_log import TRADE, TS, WHAT, BookLog
from indicators.events.ring import told_between, youngest_first
from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import Session
from mia_plugins.features import ODD, EventMeasure, Feature, Market, Reading, Score, known, quiet, unknown
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Minutes, Multiple, Seconds

SECOND = 1_000_000_000
"""ns."""
USUAL = 3_000 * SECOND
"""How long back the usual volume at the touch is looked at: 50 minutes, in ns."""
NEVER = 1e18
"""More contracts than there are."""


class Absorbed(NamedTuple):
    """What ran into a price that held; the price in ticks."""

    side: int
    """1 bids absorbed sellers, -1 offers absorbed buyers."""
    ticks: int
    start: int
    """The first trade of it: UTC ns."""
    known: int
    """When it was told: UTC ns."""
    end: int
    """The last trade after which it held: UTC ns."""
    lots: int
    """What ran into it, at its strongest."""
    shown: int
    """What stood there before."""
    void: int
    """When the price traded through it, 0 before: UTC ns."""


class Absorption(EventMeasure):
    """Prices at which much was executed within 30 s, and which held.

    Any trade of the last 30 s at the price may be the start; of those from which on all conditions hold,
    the one with the most contracts for each shown counts. The size shown is that just before
    the trade. What is usual at the touch is measured in spans of 30 s: what is executed at the price that
    was the best when the span began, each side; the quantile is of the last 50 minutes. A price that goes on
    absorbing within 30 s is the same event. At most 1024 trades a price are kept; the oldest go first.
    """

    class Settings(BaseSettings):
        """What can be set."""

        within: Annotated[Seconds, Field(gt=0, le=600)] = Seconds(30)
        """How long it may take."""
        quantile: Annotated[float, Field(gt=0, lt=1)] = 0.95
        """Of the usual volume at the touch: what must be executed at least."""
        times: Annotated[Multiple, Field(gt=0, le=100)] = Multiple(3)
        """Contracts executed for each shown at the start, at least."""
        left: Annotated[float, Field(ge=0, le=10)] = 0.5
        """Share of the size at the start that must be shown at the end."""

    reads = frozenset({Kind.TRADES, Kind.DEPTH})
    outputs = ("usual", "count")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.log = market.measure(BookLog)

    def reset(self) -> None:
        """Forget all."""
        self._span = int(self.settings.within * SECOND)
        self._volumes: deque[int] = deque(maxlen=2 * max(10, USUAL // self._span))
        self._events = np.zeros((absorbing.KEPT + 1, absorbing.FIELDS), np.int64)
        self._prints = np.zeros((2, absorbing.PLACES, absorbing.PRINTS, 3), np.int64)
        self._places = np.zeros((2, absorbing.PLACES + 1, 5), np.int64)
        self._next = 0
        self.usual: float | None = None
        """The quantile of the usual volume at the touch, in contracts; `None` before there are 50 minutes."""
        self.has_trades = False
        """Whether there was any trade: without one the data may hold none."""

    def begin_session(self, session: Session) -> None:
        """Measure spans of time from the opening on."""
        self._places[:] = 0
        self._next = session.open + self._span

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Follow the book."""
        del tape, lo
        log, first = self.log.fresh, 0
        self.has_trades = self.has_trades or bool((log[:, WHAT] == TRADE).any())
        while self._next <= hi:
            # What happens at the very end of a span belongs to the next.
            end = int(np.searchsorted(log[:, TS], self._next, side="left"))
            self._search(log[first:end])
            self._begin_span()
            first = end
            self._next += self._span
        self._search(log[first:])

    def _search(self, log: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> None:
        if len(log):
            own = self.settings
            rules = (
                self._span,
                NEVER if self.usual is None else self.usual,
                float(own.times),
                float(own.left),
            )
            absorbing.search(log, self._places, self._prints, self._events, rules)

    def _begin_span(self) -> None:
        whole = self._places[:, PLACES]
        self._volumes.extend(whole[whole[:, TOUCH] != 0, TOUCHED].tolist())
        whole[:, TOUCH], whole[:, TOUCHED] = whole[:, PRICE], 0
        if len(self._volumes) == self._volumes.maxlen:
            volumes = sorted(self._volumes)
            self.usual = quantile_of(volumes, self.settings.quantile)

    @property
    def count(self) -> int | None:
        """How often it was told since the start of this contract; `None` during warm-up."""
        return None if self.usual is None else int(self._events[-1, 0])

    def since(self, ts: int) -> Iterator[Absorbed]:
        """Yield what was told after a time (UTC ns), the youngest first."""
        for row in youngest_first(self._events):
            if row[absorbing.E_KNOWN] <= ts:
                return
            yield Absorbed(*row.tolist())

    def told(self, lo: int, hi: int) -> NDArray[np.int64]:
        """Return when absorption was told after `lo` up to `hi` (UTC ns)."""
        return told_between(self._events, absorbing.E_KNOWN, lo, hi)

    def held_since(self, ts: int) -> list[Absorbed]:
        """Return what held after a time (UTC ns) and was not traded through, the youngest first."""
        rows = self._events[:-1]
        held = rows[(rows[:, absorbing.E_END] > ts) & (rows[:, absorbing.E_VOID] == 0)]
        # Rows that were never written ended at 0.
        return sorted(
            (Absorbed(*row) for row in held.tolist() if row[absorbing.E_SIDE]), key=_known, reverse=True
        )


def _known(found: Absorbed) -> int:
    return found.known


def quantile_of(values: list[int], share: float) -> float:
    """Return a quantile of sorted values, linear between two."""
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])


class AbsorptionSignal(Feature):
    """The side that absorbed, by what ran into each contract shown; it fades, and is void once run through.

    Of several that still count the strongest does; of equal ones on either side none.
    """

    class Settings(Absorption.Settings):
        """What can be set."""

        fades: Annotated[Minutes, Field(gt=0, le=600)] = Minutes(5)
        """How long it takes to count no more."""

    kind = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"trades", "depth"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.absorption = market.measure(Absorption, **settings.model_dump(exclude={"fades"}))
        self._fades = int(settings.fades * 60 * SECOND)

    def read(self, now: int) -> Reading:
        """Find the strongest absorption that still counts."""
        if not self.absorption.has_trades:
            return unknown("no trade yet")
        if self.absorption.usual is None:
            return unknown("the usual volume at the touch is not known yet")
        held = self.absorption.held_since(now - self._fades)
        if not held:
            return quiet("nothing absorbed in {:g} min", self.settings.fades)
        strength = {found: self._strength(found, now) for found in held}
        most = max(strength.values())
        found = [one for one in held if strength[one] == most]
        if len({one.side for one in found}) > 1:
            return quiet("bids and offers absorbed alike")
        one = found[0]
        who = "bids" if one.side > 0 else "offers"
        ago = (now - one.end) / SECOND
        return known(one.side * most, "{} of {} lots absorbed {} {:.0f} s ago", who, one.shown, one.lots, ago)

    def _strength(self, found: Absorbed, now: int) -> float:
        full = min(1.0, found.lots / (2 * float(self.settings.times) * found.shown))
        return full * (1 - (now - found.end) / self._fades)
