"""How a run is doing: its data, its orders and its money, for whoever watches over it.

A backtest feeds what has a meaning in it. What only a living process can know, such as the broker's own
positions or the age of a connection, comes from `sources`: whoever runs the node puts them there.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from mia_plugins.data.columns import Bars, Quotes
from mia_plugins.runtime.broker import BrokerAccount

REMEMBERED = 1000
"""Answers, ends of orders and fills that are kept."""

type Source = Callable[[int], float | None]
"""Returns a number at an instant (UTC ns); None while it is not known."""


class Noted(NamedTuple):
    """A number with its instant."""

    ts: int
    """UTC ns."""
    number: float


class Gauge(NamedTuple):
    """A number that is watched, and the limit it comes to next."""

    name: str
    """What is measured, such as `daily_loss`."""
    ts: int
    """When it was: UTC ns."""
    number: float
    limit: float
    """The mildest that is not reached; beyond all of them the harshest."""
    does: str
    """What is done there, such as `stop_entries`."""
    unit: str
    """Of both."""
    is_floor: bool = False
    """Whether the limit is one that the number must stay above."""

    @property
    def share(self) -> float:
        """How much of the way to the limit is gone: from 1 on it is reached."""
        part, whole = (self.limit, self.number) if self.is_floor else (self.number, self.limit)
        if whole <= 0:
            return float(self.is_floor or part >= whole)
        return max(0.0, part / whole)


class Pulse:
    """When one product's data came, and the price they told."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[np.ndarray, np.ndarray]] = deque()
        self._last: tuple[int, int] | None = None

    def load(self, rows: Quotes | Bars) -> None:
        """Take rows after those that are there; they may lie in the future."""
        if len(rows):
            ticks = rows.close if isinstance(rows, Bars) else rows.bid_ticks
            self._waiting.append((rows.ts, ticks))

    def last(self, now: int) -> tuple[int, int] | None:
        """Return when the last row up to now came (UTC ns), and its bid or close in ticks."""
        while self._waiting:
            ts, ticks = self._waiting[0]
            count = int(ts.searchsorted(now, side="right"))
            if count:
                self._last = int(ts[count - 1]), int(ticks[count - 1])
            if count < len(ts):
                break
            self._waiting.popleft()
        return self._last

    def peek(self, now: int) -> tuple[int, int] | None:
        """Return the same for somebody who only looks: whoever asks `last` afterwards finds all as it was."""
        for ts, ticks in reversed(self._waiting):
            count = int(ts.searchsorted(now, side="right"))
            if count:
                return int(ts[count - 1]), int(ticks[count - 1])
        return self._last


class Vitals:
    """What all strategies of a run are doing together."""

    def __init__(self, broker: BrokerAccount | None = None) -> None:
        self.broker = broker or BrokerAccount()
        self.since = 0
        """When a living run began: UTC ns. Nothing before it was missed."""
        self.pulses: dict[str, Pulse] = {}
        """By product decided on."""
        self.sources: dict[str, Source] = {}
        """By the name of what is measured: what a living process alone can know."""
        self.gauges: list[Callable[[], Iterable[Gauge]]] = []
        """Each tells what somebody measured last; who watches over the run puts it there."""
        self.answers: deque[Noted] = deque(maxlen=REMEMBERED)
        """What came back on orders, changes and cancels: 1 an error, 0 none."""
        self.ended: deque[Noted] = deque(maxlen=REMEMBERED)
        """Orders that are over: 1 refused, 0 not."""
        self.slips: deque[Noted] = deque(maxlen=REMEMBERED)
        """Ticks that a contract was filled beyond the price it was decided at or its stop lay at."""

    def feed(self, name: str, source: Source) -> None:
        """Have a number measured by a source."""
        self.sources[name] = source

    def prices(self, now: int) -> Mapping[str, int]:
        """Return the last prices up to now (UTC ns), in ticks by product."""
        found = ((product, pulse.last(now)) for product, pulse in self.pulses.items())
        return {product: last[1] for product, last in found if last is not None and last[1] > 0}

    def worth(self, now: int) -> Decimal:
        """Return $ the account would hold if all were left now (UTC ns)."""
        return self.broker.balance + self.broker.open(self.prices(now))
