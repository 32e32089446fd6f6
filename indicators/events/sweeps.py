"""Sweeps: one side goes through several prices at once."""

from collections import deque
from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indicators.events.large import LargeOrders
from indicators.events.orders import Prints
from mia_plugins.data.arrow import Kind
from mia_plugins.features import Market, Measure
from mia_plugins.kernels import kernel
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Milliseconds

FIRST, LAST, KNOWN, SIDE, TICKS, FAR, LOTS, LEVELS = range(8)
KEPT = 2048
"""Sweeps that can be looked back upon."""
MILLISECOND = 1_000_000
"""ns."""
NEVER = 1 << 62

Rules = tuple[int, int, int, int, int]
"""Longest gap and whole time (ns), levels, fewer levels with so many contracts."""


class Sweep(NamedTuple):
    """A run of prints of one side through several prices, in ticks."""

    ts: int
    """Its first print: UTC ns."""
    end: int
    """Its last print: UTC ns."""
    known: int
    """When nothing could belong to it any more: UTC ns."""
    side: int
    """1 bought, -1 sold."""
    ticks: int
    """Its first price."""
    far: int
    """Its farthest price."""
    lots: int
    levels: int
    """Prices it printed at, each beyond all before."""


class Sweeps(Measure):
    """Runs of prints of one side with gaps of 20 ms at most, 100 ms in all, through several prices.

    A run begins with the first print that the one before has no place for: of the other side, too late after
    its last one, or too late after its first. It is told when it can hold no more. Prints of unknown side are
    passed over.
    """

    class Settings(LargeOrders.Settings):
        """What can be set; `large` is also what a sweep of fewer levels must have."""

        gap: Annotated[Milliseconds, Field(ge=0, le=10_000)] = Milliseconds(20)
        """Between two prints, at most."""
        whole: Annotated[Milliseconds, Field(ge=0, le=60_000)] = Milliseconds(100)
        """From the first to the last print, at most."""
        levels: Annotated[int, Field(ge=2, le=100)] = 3
        """Prices that make a sweep."""
        fewer: Annotated[int, Field(ge=1, le=100)] = 2
        """Prices that make one when it is large."""

    reads = frozenset({Kind.TRADES})
    outputs = ("count",)

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        own = set(LargeOrders.Settings.model_fields)
        self.large = market.measure(LargeOrders, **settings.model_dump(include=own))
        self._prints = market.measure(Prints)

    def reset(self) -> None:
        """Forget every print."""
        self._open = np.zeros(8, np.int64)
        self._count = 0
        self._any = False
        self.events: deque[Sweep] = deque(maxlen=KEPT)
        """The youngest last."""

    @property
    def count(self) -> int | None:
        """How many there were since the start of this contract; `None` before the first print."""
        return self._count if self._any else None

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take prints."""
        del tape, lo
        made, own = self._prints.fresh, self.settings
        if not len(made) and not self._open[LOTS]:
            return
        large = NEVER if self.large.large is None else self.large.large
        rules = (int(own.gap * MILLISECOND), int(own.whole * MILLISECOND), own.levels, own.fewer, large)
        found = np.empty((len(made) + 1, 8), np.int64)
        count = run_through(self._open, made, found, hi, rules)
        self.events.extend(map(Sweep._make, found[:count].tolist()))
        self._count += count
        self._any = self._any or len(made) > 0

    def since(self, ts: int) -> Iterator[Sweep]:
        """Yield sweeps that were told after a time (UTC ns), the youngest first."""
        for sweep in reversed(self.events):
            if sweep.known <= ts:
                return
            yield sweep


@kernel
def run_through(
    opened: NDArray[np.int64], made: NDArray[np.int64], found: NDArray[np.int64], now: int, rules: Rules
) -> int:
    """Write the sweeps that are over by now and return how many; the run that is not stays in `opened`."""
    count = 0
    for number in range(len(made)):
        row = made[number]
        if row[2] <= 0 or row[3] == 0:
            continue
        if opened[LOTS] > 0:
            ends = _ends(opened, rules)
            if row[0] >= ends or row[3] != opened[SIDE]:
                count += _over(opened, min(row[0], ends), found[count], rules)
        if opened[LOTS] == 0:
            opened[FIRST], opened[SIDE], opened[TICKS], opened[FAR] = row[0], row[3], row[1], row[1]
            opened[LEVELS] = 1
        elif (row[1] - opened[FAR]) * row[3] > 0:
            opened[FAR] = row[1]
            opened[LEVELS] += 1
        opened[LAST] = row[0]
        opened[LOTS] += row[2]
    if opened[LOTS] > 0 and now >= _ends(opened, rules):
        count += _over(opened, _ends(opened, rules), found[count], rules)
    return count


@kernel
def _ends(opened: NDArray[Any], rules: Rules) -> int:
    """Return from when on no print can belong to a run."""
    return int(min(opened[LAST] + rules[0], opened[FIRST] + rules[1])) + 1


@kernel
def _over(opened: NDArray[Any], known: int, sweep: NDArray[Any], rules: Rules) -> int:
    """End a run; write it and return 1 if it was a sweep."""
    opened[KNOWN] = known
    large = opened[LEVELS] >= rules[3] and opened[LOTS] >= rules[4]
    told = opened[LEVELS] >= rules[2] or large
    if told:
        for column in range(8):
            sweep[column] = opened[column]
    opened[LOTS] = 0
    return 1 if told else 0
