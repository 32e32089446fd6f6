"""Measures of events, each told at one instant, and the scout that finds them ahead of a strategy."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sized
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mia_plugins.data.arrow import Kind
from mia_plugins.features.market import Market
from mia_plugins.features.measure import Measure
from mia_plugins.tape.tape import Tape

STRETCH = 60_000_000_000
"""ns a scout looks at a time: what a measure keeps of its events has room for those of a minute."""

_ROWS: dict[Kind, Callable[[Tape, int, int], Sized]] = {
    Kind.TRADES: Tape.trades,
    Kind.QUOTES: Tape.quotes,
    Kind.DEPTH: Tape.depth,
}


class EventMeasure(Measure):
    """A measure of events that follow from trades, quotes and depth alone, and come between bars.

    An event comes with a row of what it `reads`: where none came, none is told.
    """

    @abstractmethod
    def told(self, lo: int, hi: int) -> NDArray[np.int64]:
        """Return when events were told after `lo` up to `hi` (UTC ns), of those that are still kept."""


class Scout:
    """Wakes a strategy at the events of a measure: a `Trigger`.

    It has the measure to itself, in a market of its own over whatever tape it is shown, which may run ahead:
    of that nothing but times comes back.
    """

    def __init__(self, kind: type[EventMeasure], settings: dict[str, Any]) -> None:
        """`settings` are the measure's."""
        self.reads: frozenset[Kind] = kind.reads
        self._kind, self._settings = kind, settings
        self._market: Market | None = None
        self._measure: EventMeasure | None = None

    def advance(self, tape: Tape, lo: int, hi: int) -> None:
        """Keep nothing: what follows the strategy's own tape is the strategy's measure."""

    def triggers(self, tape: Tape, lo: int, hi: int) -> NDArray[np.int64]:
        """Return when events came after `lo` up to `hi` (UTC ns)."""
        if not self.reads <= tape.kinds:
            return np.empty(0, np.int64)
        if self._market is None or self._measure is None:
            self._market = Market(tape.code, {tape.code: tape}, {})
            self._measure = self._market.measure(self._kind, **self._settings)
        found = [np.empty(0, np.int64)]
        for start, end in _stretches(tape, lo, hi):
            if not any(len(_ROWS[kind](tape, start, end)) for kind in self.reads):
                continue
            self._market.advance(tape, start, end)
            found.append(self._measure.told(start, end))
        return np.concatenate(found)


def _stretches(tape: Tape, lo: int, hi: int) -> Iterator[tuple[int, int]]:
    """Yield the time from `lo` to `hi` (UTC ns) cut at full minutes of the session."""
    first = max(lo, tape.session.open) if tape.session else lo
    for cut in range(first - first % STRETCH + STRETCH, hi, STRETCH):
        yield lo, cut
        lo = cut
    yield lo, hi
