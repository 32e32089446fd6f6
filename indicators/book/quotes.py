"""Measures of the best quotes: order flow imbalance, and the mid weighted by what is waiting."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.within_bars import WithQuotes
from mia_plugins.data.arrow import Kind
from mia_plugins.data.columns import Quotes, rows_of
from mia_plugins.data.sessions import Session
from mia_plugins.features import Measure
from mia_plugins.kernels import kernel
from mia_plugins.tape.bars import Bar
from mia_plugins.tape.tape import Tape

SUM, PRICE, LOTS, SEEN = range(4)


class OrderFlowImbalance(WithQuotes):
    """What came to the best bid less what came to the best ask in a base bar, in contracts.

    An arrival or a better price adds what stands there, a departure or a worse price takes away what stood
    there. Crossed quotes are passed over. The first quote of a session has none before it.
    """

    outputs = ("value",)

    def reset(self) -> None:
        """Forget every quote."""
        self.value: int | None = None
        """The last closed bar's; `None` before there is one."""
        self._sides = np.zeros((2, 4), np.int64)

    def begin_session(self, session: Session) -> None:
        """Start anew."""
        del session
        self._sides[:] = 0

    def take_rows(self, rows: Quotes) -> None:
        """Take in quotes."""
        quotes = _uncrossed(rows)
        if len(quotes):
            add_flow(self._sides[0], quotes.bid_ticks, quotes.bid_lots, 1)
            add_flow(self._sides[1], quotes.ask_ticks, quotes.ask_lots, -1)

    def take_bar(self, bar: Bar) -> None:
        """Close the sum of a bar."""
        del bar
        self.value = self.running
        self._sides[:, SUM] = 0

    @property
    def running(self) -> int:
        """What came since the last bar closed, in contracts."""
        return int(self._sides[0, SUM] - self._sides[1, SUM])


@kernel
def add_flow(side: NDArray[np.int64], ticks: NDArray[Any], lots: NDArray[Any], sign: int) -> None:
    """Add what came to one side's best price; `sign` is 1 for bids, -1 for asks: a better one is lower."""
    for row in range(len(ticks)):
        price = sign * ticks[row]
        if side[SEEN]:
            if price >= side[PRICE]:
                side[SUM] += lots[row]
            if price <= side[PRICE]:
                side[SUM] -= side[LOTS]
        side[PRICE], side[LOTS], side[SEEN] = price, lots[row], 1


class WeightedMid(Measure):
    """Between best bid and ask, nearer to the side where less is waiting; in ticks."""

    reads = frozenset({Kind.QUOTES})
    outputs = ("value",)

    def reset(self) -> None:
        """Forget the quote."""
        self.value: float | None = None
        """(ask · bid's lots + bid · ask's lots) / both lots; `None` before a quote, and while crossed."""

    def begin_session(self, session: Session) -> None:
        """Start anew."""
        del session
        self.value = None

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take the last quote."""
        quotes = tape.quotes(lo, hi)
        if not len(quotes):
            return
        bid, ask = int(quotes.bid_ticks[-1]), int(quotes.ask_ticks[-1])
        bid_lots, ask_lots = int(quotes.bid_lots[-1]), int(quotes.ask_lots[-1])
        self.value = (ask * bid_lots + bid * ask_lots) / (bid_lots + ask_lots) if bid < ask else None


class BestQuote(Measure):
    """The last best bid and ask of the session, in ticks."""

    reads = frozenset({Kind.QUOTES})
    outputs = ("bid", "ask", "spread")

    def reset(self) -> None:
        """Forget the quote."""
        self.bid: int | None = None
        self.ask: int | None = None

    def begin_session(self, session: Session) -> None:
        """Start anew."""
        del session
        self.reset()

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take the last quote."""
        quotes = tape.quotes(lo, hi)
        if len(quotes):
            self.bid, self.ask = int(quotes.bid_ticks[-1]), int(quotes.ask_ticks[-1])

    @property
    def spread(self) -> int | None:
        """Ask less bid, in ticks; `None` before a quote, and while they are crossed."""
        if self.bid is None or self.ask is None or self.bid >= self.ask:
            return None
        return self.ask - self.bid


def _uncrossed(quotes: Quotes) -> Quotes:
    """Return the quotes whose bid lies below their ask; most often all of them, not copied."""
    keep = quotes.bid_ticks < quotes.ask_ticks
    return quotes if keep.all() else rows_of(quotes, keep)
