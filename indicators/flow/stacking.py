"""Stacked imbalances as they come up, in a base bar that has not closed yet."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indicators.events.ring import told_between
from indicators.flow.footprint import REACH, ROWS, Footprint, Stack, limits_of, stacks_in
from indicators.norms import lots_are_fixed
from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import Session
from mia_plugins.features import EventMeasure
from mia_plugins.kernels import kernel
from mia_plugins.tape.bars import MINUTE
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Bars

KEPT = 64
"""Events that can be looked back upon: two a bar at most."""
FIRST, LOW, HIGH, SEEN, MOST, END, BOUGHT, SOLD, COLUMNS = range(9)
"""Of the bar that forms: its first, lowest and highest price (ticks), whether there is one, the contracts
of its largest row, when it ends, and whether a stack of buyers and of sellers has been told."""

Rules = tuple[float, float, float, int, int, int, int]
"""Ratio, least contracts, least share of the largest row, rows of a stack; a bar's length, opening, close."""


class Stacking(EventMeasure):
    """Tells, once a bar and side, when the bar that forms has a stack of imbalances for the first time.

    Rows and imbalances are those of `footprint`, as far as the bar has come. A stack may be none any more
    when the bar closes: the other side may have answered.
    """

    class Settings(Footprint.Settings):
        """What can be set."""

        minutes: Annotated[Bars, Field(ge=1, le=240)] = Bars(1)
        """The length of the bars, in minutes."""

    reads = frozenset({Kind.TRADES})

    def reset(self) -> None:
        """Forget every bar."""
        own = self.settings
        fixed = lots_are_fixed(own.lots, self.market) and (own.lots == "fixed" or own.minutes == 1)
        self._limits = limits_of(own, fixed=fixed)
        self._events = np.zeros((KEPT + 1, 2), np.int64)
        self._open = np.zeros((ROWS, 2), np.int64)
        self._bar = np.zeros(COLUMNS, np.int64)
        self._found = np.zeros(4, np.int64)
        self._hours = 0, 0

    def begin_session(self, session: Session) -> None:
        """Start with a bar that has nothing in it."""
        clear(self._bar, self._open)
        self._hours = session.open, session.close

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take in trades."""
        trades = tape.trades(lo, hi)
        if len(trades):
            made = np.column_stack((trades.ts, trades.ticks, trades.side * trades.lots))
            ratio, least, share = self._limits.tolist()
            rules = (ratio, least, share, self.settings.stacked, self.settings.minutes * MINUTE, *self._hours)
            search(made, self._bar, self._open, self._events, rules)

    def told(self, lo: int, hi: int) -> NDArray[np.int64]:
        """Return when there was a first stack, after `lo` up to `hi` (UTC ns)."""
        return told_between(self._events, 0, lo, hi)

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """Those of the bar that forms, as far as it has come."""
        first, low, high, seen, *_ = self._bar.tolist()
        below = low - first + REACH
        rows = self._open[below : below + (high - low + 1) * seen]
        return stacks_in(rows, low, self.settings.stacked, (self._limits, self._found))

    @property
    def end(self) -> int:
        """When the bar that forms ends: UTC ns."""
        return int(self._bar[END])


@kernel
def search(
    trades: NDArray[np.int64],
    bar: NDArray[np.int64],
    rows: NDArray[np.int64],
    events: NDArray[np.int64],
    rules: Rules,
) -> None:
    """Add trades (time, ticks, contracts: sold below 0) to their bars; tell when a side first has a stack."""
    for number in range(len(trades)):
        ts, price, signed = trades[number, 0], trades[number, 1], trades[number, 2]
        if ts >= bar[END]:
            clear(bar, rows)
            bar[END] = min(ts + rules[4] - (ts - rules[5]) % rules[4], rules[6])
        if bar[SEEN] == 0:
            bar[FIRST] = bar[LOW] = bar[HIGH] = price
            bar[SEEN] = 1
        at = price - bar[FIRST] + REACH
        if at < 0 or at >= ROWS:
            continue
        bar[LOW], bar[HIGH] = min(bar[LOW], price), max(bar[HIGH], price)
        if signed == 0:
            continue
        bought = signed > 0
        rows[at, 1 if bought else 0] += abs(signed)
        bar[MOST] = max(bar[MOST], rows[at, 0] + rows[at, 1])
        column = BOUGHT if bought else SOLD
        if bar[column] == 0 and _run(rows, at, bought, bar[MOST], rules) >= rules[3]:
            bar[column] = 1
            kept = len(events) - 1
            event = events[events[kept, 0] % kept]
            event[0], event[1] = ts, 1 if bought else -1
            events[kept, 0] += 1


@kernel
def clear(bar: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
    """Begin another bar."""
    if bar[SEEN] != 0:
        rows[bar[LOW] - bar[FIRST] + REACH : bar[HIGH] + 1 - bar[FIRST] + REACH] = 0
    bar[:] = 0


@kernel
def _run(rows: NDArray[np.int64], at: int, bought: bool, most: int, rules: Rules) -> int:  # noqa: FBT001 a kernel
    """Return how many imbalances of a side follow each other, the one at a row among them."""
    if not _is_one(rows, at, bought, most, rules):
        return 0
    count = 1
    for step in (-1, 1):
        row = at + step
        while _is_one(rows, row, bought, most, rules):
            count += 1
            row += step
    return count


@kernel
def _is_one(rows: NDArray[np.int64], at: int, bought: bool, most: int, rules: Rules) -> bool:  # noqa: FBT001
    """Say whether a side was `ratio` times the other one's answer: sold a tick below, bought a tick above."""
    if at < 0 or at >= len(rows):
        return False
    answer = at - 1 if bought else at + 1
    own, other = (1, 0) if bought else (0, 1)
    against = rows[answer, other] if 0 <= answer < len(rows) else 0
    return bool(
        rows[at, own] >= max(rules[1], rules[2] * most) and rows[at, own] >= rules[0] * max(against, 1)
    )
