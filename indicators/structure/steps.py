"""A price's steps: the changes of a product's trades over the last half hour, and minute by minute."""

from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import NS, Session
from mia_plugins.features import Measure
from mia_plugins.kernels import kernel
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Bars, Minutes

MINUTE = 60 * NS
ROWS = 1 << 16
"""Changes that are kept at most: of a market that has more in half an hour the last ones count."""
START, END, CHANGE = range(3)
LAST_TS, LAST_TICKS, BEFORE_TS, BEFORE_TICKS, COUNT = range(5)


class Changes(NamedTuple):
    """Some of a product's changes; they are numbered from the first there was."""

    ring: NDArray[np.int64]
    """The change of a number lies at it modulo the ring's length."""
    first: int
    end: int
    """The number after the last."""
    kept: int
    """The first number that is still there."""


class Steps(Measure):
    """Every change of the price from one instant with trades to the next, and changes by the minute.

    Of several trades at one instant the last is its price. A change carries both instants, so that those
    at which nothing changed need not be kept. The change over a minute without trades is 0; the first
    minute of a session has none, since nobody traded between the sessions. After five minutes without a
    trade the product is taken to be halted: there are no changes until it trades again, nor is the first
    one then, over the halt, any.
    """

    class Settings(BaseSettings):
        """What can be set."""

        span: Annotated[Minutes, Field(gt=0, le=120)] = Minutes(30)
        """How long ago a change may lie."""
        minutes: Annotated[Bars, Field(ge=2, le=2_000)] = Bars(120)
        """Changes by the minute that are kept."""
        halted: Annotated[Minutes, Field(gt=0, le=1380)] = Minutes(5)
        """After so long without a trade there are no changes."""

    reads = frozenset({Kind.TRADES})

    def reset(self) -> None:
        """Forget every trade."""
        self.by_minute = np.zeros((self.settings.minutes, 2), np.int64)
        """When each minute ended (UTC ns) and by how many ticks the price changed in it; a ring."""
        self.count = 0
        """Minutes there were: the last is `by_minute[(count - 1) % len(by_minute)]`."""
        self.ring = np.zeros((ROWS, 3), np.int64)
        """The last changes: a row is when it started, when it ended (UTC ns) and by how many ticks."""
        self.minute: int | None = None
        """When the last minute with a change ended (UTC ns); `None` before there is one, and in a halt."""
        self.is_halted = False
        """Whether it has not traded for long, at the end of the last minute."""
        self._span = round(self.settings.span * MINUTE)
        self._state = np.zeros(5, np.int64)
        self._next = 0
        self._close: int | None = None

    def begin_session(self, session: Session) -> None:
        """Start with another price: the one of the session before is no step away."""
        self._state[:COUNT] = 0
        self._close, self.is_halted = None, False
        self._next = session.open + MINUTE

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take in trades; one at a minute's very end belongs to the next."""
        trades, first = tape.trades(lo, hi), 0
        while self._next <= hi:
            end = int(np.searchsorted(trades.ts, self._next, side="left"))
            self._add(trades.ts[first:end], trades.ticks[first:end])
            self._end_minute()
            first = end
        self._add(trades.ts[first:], trades.ticks[first:])

    def changes(self, now: int) -> "Changes":
        """Return the changes in the span up to `now` (UTC ns), which may lie a little back."""
        return Changes(self.ring, *between(self.ring, self._state, now - self._span, now))

    def _add(self, ts: NDArray[Any], ticks: NDArray[Any]) -> None:
        if len(ts):
            step(self.ring, self._state, ts, ticks)

    def _end_minute(self) -> None:
        traded = int(self._state[LAST_TS])
        self.is_halted = bool(traded) and self._next - traded > self.settings.halted * MINUTE
        last = int(self._state[LAST_TICKS]) if traded and not self.is_halted else None
        if last is not None and self._close is not None:
            self.by_minute[self.count % len(self.by_minute)] = self._next, last - self._close
            self.count += 1
            self.minute = self._next
        if self.is_halted:
            self.minute = None
        self._close = last
        self._next += MINUTE


@kernel
def step(ring: NDArray[np.int64], state: NDArray[np.int64], ts: NDArray[Any], ticks: NDArray[Any]) -> None:
    """Add trades; an instant's change is put in the ring when the next instant with trades comes."""
    for row in range(len(ts)):
        if ts[row] != state[LAST_TS]:
            change = state[LAST_TICKS] - state[BEFORE_TICKS]
            if state[BEFORE_TS] != 0 and change != 0:
                place = state[COUNT] % len(ring)
                ring[place, START] = state[BEFORE_TS]
                ring[place, END] = state[LAST_TS]
                ring[place, CHANGE] = change
                state[COUNT] += 1
            state[BEFORE_TS] = state[LAST_TS]
            state[BEFORE_TICKS] = state[LAST_TICKS]
            state[LAST_TS] = ts[row]
        state[LAST_TICKS] = ticks[row]


@kernel
def latest(ring: NDArray[np.int64], state: NDArray[np.int64]) -> int:
    """Put the change of the last instant with trades after the others, and return how many there are.

    It may still become another one: it is written anew, not added.
    """
    change = state[LAST_TICKS] - state[BEFORE_TICKS]
    if state[BEFORE_TS] == 0 or change == 0:
        return int(state[COUNT])
    place = state[COUNT] % len(ring)
    ring[place, START] = state[BEFORE_TS]
    ring[place, END] = state[LAST_TS]
    ring[place, CHANGE] = change
    return int(state[COUNT]) + 1


@kernel
def between(ring: NDArray[np.int64], state: NDArray[np.int64], since: int, now: int) -> tuple[int, int, int]:
    """Return the first of the changes that ended after `since` (UTC ns), and the one after the last by `now`.

    The third number is that of the first change that is still there.
    """
    count = latest(ring, state)
    kept = max(0, count - len(ring))
    first = ended(ring, kept, count, since)
    return first, ended(ring, first, count, now), kept


@kernel
def ended(ring: NDArray[np.int64], low: int, high: int, now: int) -> int:
    """Return the number of the first change from `low` on that ended after `now` (UTC ns), or `high`."""
    while low < high:
        middle = (low + high) // 2
        if ring[middle % len(ring), END] <= now:
            low = middle + 1
        else:
            high = middle
    return low
