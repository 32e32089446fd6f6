"""Bars of any length, built from what the tape has let pass. Only closed ones can be read."""

from collections import deque
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

import numpy as np

from mia_plugins.data.columns import Bars, Trades
from mia_plugins.tape.errors import TapeError

MINUTE = 60_000_000_000
"""ns."""
KEPT = 2_000
"""Closed bars that can be looked back upon."""


class Bar(NamedTuple):
    """A closed bar; prices in ticks."""

    ts: int
    """When it closed: UTC ns."""
    open: int
    high: int
    low: int
    close: int
    lots: int
    """Volume, in contracts."""


def bars_in(columns: Bars) -> Iterator[Bar]:
    """Return bars of their columns, each without a call of Python's: there are half a million in a year."""
    rows = zip(*(getattr(columns, name).tolist() for name in Bars.__slots__), strict=True)
    return map(partial(tuple.__new__, Bar), rows)


class BarSeries:
    """The closed bars of one length, the youngest last."""

    def __init__(self, minutes: int) -> None:
        """`minutes` is the length."""
        self.minutes = minutes
        self._length = minutes * MINUTE
        self._anchor = self._end = 0
        self._closed: deque[Bar] = deque(maxlen=KEPT)
        self._waiting: deque[Bar] = deque()
        """Bars that have not closed yet, or parts of them; they may lie in the future."""
        self.count = 0
        """Bars of this contract that have closed since the start of the run."""
        self.close = 0
        """The last closed bar's close, in ticks; 0 before the first."""

    def __len__(self) -> int:
        """Return how many closed bars can be read."""
        return len(self._closed)

    @property
    def last(self) -> Bar:
        """The last closed bar."""
        if not self._closed:
            raise TapeError(
                f"no bar of {self.minutes} min has closed yet", "ask `len(bars)` before the first"
            )
        return self._closed[-1]

    @property
    def forming(self) -> int:
        """The last price of the bar that is not closed yet, in ticks; 0 where nothing of it is there.

        Minutes may lie in the future: only of a series that trades are added to is this a price of now.
        """
        return self._waiting[-1].close if self._waiting else 0

    def since(self, count: int) -> list[Bar]:
        """Return the bars that have closed after the first `count` of this contract."""
        fresh = self.count - count
        if not fresh:
            return []
        if fresh > len(self._closed):
            raise TapeError(f"{fresh} bars were asked for; {KEPT} are kept", "take them as they close")
        return [self._closed[number] for number in range(-fresh, 0)]

    def tail(self, count: int) -> Bars:
        """Return the last closed bars, at most `count` of them and never more than are kept."""
        if count > KEPT:
            raise TapeError(
                f"{count} bars were asked for; {KEPT} are kept", "keep in the feature what it needs"
            )
        columns = np.array(self.youngest(count), np.int64).reshape(-1, len(Bar._fields)).T
        return Bars(*columns)

    def youngest(self, count: int) -> list[Bar]:
        """Return the last closed bars, at most `count` of them, the youngest last."""
        return list(islice(reversed(self._closed), count))[::-1]

    def begin(self, opening: int, close: int, *, other_contract: bool = False) -> None:
        """Start a session (UTC ns): bars are counted from its opening, and the last ends with it.

        Those of another contract are forgotten: between two contracts prices jump by what no market did.
        """
        self._anchor, self._end = opening, close
        self._waiting = deque(bar for bar in self._waiting if bar.ts > opening)
        if other_contract:
            self._closed.clear()
            self.count = self.close = 0

    def add_trades(self, trades: Trades) -> None:
        """Take trades, in order; one at the very end of a bar belongs to the next."""
        ts, ticks, lots = trades.ts, trades.ticks, trades.lots
        first, count = 0, len(trades)
        while first < count:
            end = self._end_after(int(ts[first]))
            stop = count if end == self._end else int(ts.searchsorted(end))
            prices = ticks[first:stop]
            high, low, volume = prices.max(), prices.min(), lots[first:stop].sum()
            self._wait(Bar(end, *map(int, (prices[0], high, low, prices[-1], volume))))
            first = stop

    def add_minutes(self, minutes: Bars) -> None:
        """Take bars of one minute, in order, each stamped at its close; they may lie in the future."""
        if not len(minutes):
            return
        ends = minutes.ts
        if self.minutes > 1:
            ends = np.minimum(ends + (self._anchor - ends) % self._length, self._end)
        self._add(Bars(ends, minutes.open, minutes.high, minutes.low, minutes.close, minutes.lots))

    def close_until(self, now: int) -> bool:
        """Close the bars that have ended by now (UTC ns) and say whether one ended just now."""
        waiting = self._waiting
        if not waiting or waiting[0].ts > now:
            return False
        while waiting and waiting[0].ts <= now:
            closed = waiting.popleft()
            self._closed.append(closed)
            self.count += 1
        self.close = closed.close
        return closed.ts == now

    def _add(self, parts: Bars) -> None:
        """Take parts of bars, each stamped at its bar's close; the first may go on with the last."""
        changes = (parts.ts[1:] != parts.ts[:-1]).nonzero()[0]
        firsts, lasts = np.append(0, changes + 1), np.append(changes, len(parts) - 1)
        whole = Bars(
            parts.ts[firsts],
            parts.open[firsts],
            np.maximum.reduceat(parts.high, firsts),
            np.minimum.reduceat(parts.low, firsts),
            parts.close[lasts],
            np.add.reduceat(parts.lots, firsts),
        )
        bars = bars_in(whole)
        self._wait(next(bars))
        self._waiting.extend(bars)

    def _end_after(self, ts: int) -> int:
        """Return when the bar ends that a time (UTC ns) lies in; the last one takes what comes after it."""
        return min(ts + self._length - (ts - self._anchor) % self._length, self._end)

    def _wait(self, part: Bar) -> None:
        """Take a bar, or a part of one that may go on with the last."""
        waiting = self._waiting
        if waiting and waiting[-1].ts == part.ts:
            waiting[-1] = _merged(waiting[-1], part)
        else:
            waiting.append(part)


def _merged(one: Bar, other: Bar) -> Bar:
    """Return two parts of a bar as one."""
    high, low = max(one.high, other.high), min(one.low, other.low)
    return Bar(one.ts, one.open, high, low, other.close, one.lots + other.lots)
