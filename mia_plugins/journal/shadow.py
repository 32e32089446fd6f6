"""Shadow outcomes: what the bracket of a decision that was not taken would have done.

It is filled at the first quote after the decision, a buy at the ask plus slippage. One that waits at a
limit is filled there, by the first quote whose other side reaches it (the ask, of a buy), or not at all. From
the next quote on:

- stop: the first quote at or beyond it, filled at that quote less slippage, through a gap too;
- target: the first quote whose other side reaches it (the bid, of a long), filled at the target;
- an entry that lies at or beyond its stop is over at the next quote, as a stop;
- one that lies at or beyond its target is over at the next quote too, as a target, at that quote less
  slippage or at the target, whichever is worse: there was nothing left to gain;
- time: at `until`, by the last quote known then, less slippage. One that was not filled by then never was.
- open: the data ended before; it is valued by the last quote, less slippage;
- not filled: a limit that was reached by no quote while it waited.

Quotes that bars were made into (`bars`) have a spread where they stand for a bar's whole range. In it a
stop is filled at its own price, less slippage; a target must be traded through, by one tick, and so must a
limit, in whose bar the stop may follow, and no target.

No quote can be both at the stop and at the target. Quotes have two sides: leave out those of an empty book.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from mia_plugins.journal.errors import JournalError
from mia_plugins.journal.times import utc_text

type Ints = NDArray[np.int64]
type Exit = Literal["target", "stop", "time", "open", "not filled"]

FIRST_LOOK = 256
"""Quotes that are searched for an exit at first; twice as many each time after."""


class ShadowOutcome(NamedTuple):
    """A row of shadows.parquet; its schema says what the columns mean."""

    id: int
    ts_entry: int | None
    entry: int | None
    ts_exit: int
    exit_ticks: int | None
    exit: Exit
    r: float | None
    mae: int | None
    mfe: int | None


class Waits(NamedTuple):
    """An entry that waits at a limit."""

    limit: int
    """Ticks."""
    until: int
    """When it is let go: UTC ns."""


class Outcomes(Protocol):
    """Where outcomes are written."""

    def append(self, row: ShadowOutcome, /) -> None:
        """Add one."""


@dataclass(slots=True)
class _Shadow:
    """One bracket, as if it were a long one: the prices of a short one have the opposite sign."""

    id: int
    ts: int
    side: int
    stop: int
    target: int
    until: int
    waits: Waits | None = None
    ts_entry: int = 0
    entry: int | None = None
    last: int = 0
    """The last bid."""
    low: int = 0
    high: int = 0
    """The lowest and the highest bid since the entry."""

    @property
    def over(self) -> tuple[int, Exit]:
        """When it is over where no quote ends it (UTC ns), and as what."""
        if self.entry is None and self.waits is not None:
            return self.waits.until, "not filled"
        return self.until, "time"

    @property
    def is_stillborn(self) -> bool:
        """Say whether its entry lies at or beyond its stop or its target."""
        return self.entry is not None and not self.stop < self.entry < self.target

    def see(self, bids: Ints) -> None:
        """Take note of bids it lived through."""
        if len(bids):
            self.low = min(self.low, int(bids.min()))
            self.high = max(self.high, int(bids.max()))
            self.last = int(bids[-1])


class Shadows:
    """The brackets of a run's decisions that were not taken, of one instrument."""

    def __init__(self, slippage_ticks: int, log: "Outcomes | None", *, bars: bool = False) -> None:
        """Outcomes go to `log`; without one they are kept in `closed`. `bars`: the quotes come of bars."""
        self._bars = bars
        self.closed: list[ShadowOutcome] = []
        self._slippage = slippage_ticks
        self._log = log
        self._open: list[_Shadow] = []
        self._seen = -(2**63)
        """The time of the last quote."""

    def __len__(self) -> int:
        """Return the number of those that are open."""
        return len(self._open)

    def open(  # noqa: PLR0913, PLR0917 the interface: each is a part of a bracket
        self,
        decision_id: int,
        ts: int,
        side: int,
        stop: int,
        target: int,
        until: int,
        waits: Waits | None = None,
    ) -> None:
        """Follow the bracket of a decision made at `ts` until `until` (UTC ns); prices are in ticks.

        It is entered at the market, unless it `waits`.
        """
        fault = _fault(ts, side, stop, target, until)
        if not fault and ts < self._seen:
            fault = f"quotes up to {utc_text(self._seen)} were seen before it was opened"
        if fault:
            raise JournalError(
                f"the shadow of decision {decision_id} at {utc_text(ts)}: {fault}",
                "open it before the quotes after it are seen, with its stop on the losing side of its target",
            )
        if waits is not None:
            waits = Waits(side * waits.limit, min(waits.until, until))
        self._open.append(_Shadow(decision_id, ts, side, side * stop, side * target, until, waits))

    def advance(self, ts: Ints, bid: Ints, ask: Ints) -> None:
        """See quotes, in order, after those of the last call; times in UTC ns, prices in ticks."""
        if not len(ts):
            return
        if int(ts[0]) < self._seen or (ts[1:] < ts[:-1]).any():
            raise JournalError(
                f"{len(ts)} quotes for shadows go back in time, or before {utc_text(self._seen)}",
                "give quotes in the order of time",
            )
        self._seen = int(ts[-1])
        if not self._open:
            return
        sides = {1: (bid, ask), -1: (-ask, -bid)}
        ended: list[tuple[float, ShadowOutcome]] = []
        still: list[_Shadow] = []
        for shadow in self._open:
            end = self._follow(shadow, ts, *sides[shadow.side])
            if end is None:
                still.append(shadow)
            else:
                ended.append(end)
        self._open = still
        self._write(ended)

    def end(self, ts: int) -> None:
        """Write what is still open; the data end at `ts` (UTC ns)."""
        ended, self._open = self._open, []
        exits = [(shadow, *shadow.over) for shadow in ended]
        self._write(
            [
                (inf, self._over(one, min(ts, at), None, kind if at <= ts else "open"))
                for one, at, kind in exits
            ]
        )

    def _follow(self, shadow: _Shadow, ts: Ints, bid: Ints, ask: Ints) -> tuple[float, ShadowOutcome] | None:
        """Return how a shadow ended and at which of these quotes that was known."""
        start = self._enter(shadow, ts, bid, ask) if shadow.entry is None else 0
        until, kind = shadow.over
        late = int(ts.searchsorted(until, "right"))
        if shadow.entry is None:
            return None if late == len(ts) else (late, self._over(shadow, until, None, kind))
        if self._bars and shadow.waits is not None:
            bid = _after_limit(shadow, ts, bid, ask)
        at = _exit_at(shadow, bid[start:late], int(self._bars))
        if at is not None:
            at += start
            shadow.see(bid[start : at + 1])
            inside = self._bars and bool(ask[at] > bid[at] or ts[at] == shadow.ts_entry)
            return at, self._over(shadow, int(ts[at]), *self._fill(shadow, inside=inside))
        shadow.see(bid[start:late])
        return None if late == len(ts) else (late, self._over(shadow, until, None, kind))

    def _enter(self, shadow: _Shadow, ts: Ints, bid: Ints, ask: Ints) -> int:
        """Fill an entry where one of these quotes does, and return from which on exits are looked for."""
        first, late = (int(ts.searchsorted(at, "right")) for at in (shadow.ts, shadow.over[0]))
        if shadow.waits is None:
            at, price = first, int(ask[first]) + self._slippage if first < late else 0
        else:
            reached = ask[first:late] <= shadow.waits.limit - int(self._bars)
            at, price = first + int(reached.argmax()) if reached.any() else late, shadow.waits.limit
        if at >= late:
            return late
        shadow.ts_entry, shadow.entry = int(ts[at]), price
        if self._bars and shadow.waits is not None:
            # What is left of its bar may have been anything in its range.
            shadow.low = shadow.high = shadow.last = int(min(bid[at], ask[at]))
            return at
        shadow.low = shadow.high = shadow.last = int(bid[at])
        return at + 1

    def _fill(self, shadow: _Shadow, *, inside: bool) -> tuple[int, Exit]:
        """Return the price and the kind of an exit at the last bid, or `inside` a bar's range."""
        at = shadow.stop if inside and shadow.last <= shadow.stop else shadow.last
        market = at - self._slippage
        assert shadow.entry is not None  # noqa: S101 for the type checker
        if shadow.entry <= shadow.stop:
            return market, "stop"
        if shadow.entry >= shadow.target:
            return min(market, shadow.target), "target"
        return (market, "stop") if shadow.last <= shadow.stop else (shadow.target, "target")

    def _over(self, shadow: _Shadow, ts: int, price: int | None, kind: Exit) -> ShadowOutcome:
        """Return the outcome of a shadow; without a price it is closed by the last bid."""
        entry, side = shadow.entry, shadow.side
        if entry is None:
            return ShadowOutcome(shadow.id, None, None, ts, None, kind, None, None, None)
        price = shadow.last - self._slippage if price is None else price
        risk = abs(entry - shadow.stop)
        return ShadowOutcome(
            shadow.id,
            shadow.ts_entry,
            side * entry,
            ts,
            side * price,
            kind,
            (price - entry) / risk if risk else None,
            max(0, entry - shadow.low),
            max(0, shadow.high - entry),
        )

    def _write(self, ended: list[tuple[float, ShadowOutcome]]) -> None:
        """Write outcomes in the order in which they were known, however the quotes were cut."""
        for _, outcome in sorted(ended, key=lambda end: (end[0], end[1].id)):
            if self._log is None:
                self.closed.append(outcome)
            else:
                self._log.append(outcome)


def _after_limit(shadow: _Shadow, ts: Ints, bid: Ints, ask: Ints) -> Ints:
    """Return bids of quotes made of bars; in the bar of a limit's entry the lowest prices, and no target."""
    worst = np.minimum(np.minimum(bid, ask), shadow.target)
    return np.where(ts == shadow.ts_entry, worst, bid)


def _exit_at(shadow: _Shadow, bids: Ints, beyond: int) -> int | None:
    """Return the place of the first bid at which a shadow is over; a target by `beyond` ticks."""
    if shadow.is_stillborn:
        return 0 if len(bids) else None
    for start, end in _looks(len(bids)):
        part = bids[start:end]
        hit = (part <= shadow.stop) | (part >= shadow.target + beyond)
        first = int(hit.argmax())
        if hit[first]:
            return start + first
    return None


def _looks(count: int) -> Iterator[tuple[int, int]]:
    """Yield spans that cover a number of quotes, each twice as long as the one before."""
    start, length = 0, FIRST_LOOK
    while start < count:
        yield start, min(start + length, count)
        start, length = start + length, 2 * length


def _fault(ts: int, side: int, stop: int, target: int, until: int) -> str:
    if side not in (1, -1):
        return f"side is {side}; +1 or -1 was expected"
    if side * stop >= side * target:
        name = "buy" if side == 1 else "sell"
        return f"the stop {stop} of a {name} is not on the losing side of its target {target}"
    return f"it ends at {utc_text(until)}, before it begins" if until < ts else ""
