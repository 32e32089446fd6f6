"""The health of what is seen of the market: bursts of volume, wide spreads, odd flow, holes in the data."""

from collections import deque
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indicators.flow.cvd import TypicalDelta
from indicators.norms import BARS, TypicalVolume
from indicators.within_bars import WithQuotes
from mia_plugins.data.arrow import Kind
from mia_plugins.data.columns import Quotes
from mia_plugins.data.sessions import NS, Session
from mia_plugins.features import Market
from mia_plugins.kernels import kernel
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Multiple, Seconds, Ticks

LAST, WIDE_SINCE, WORST, EVENTS, CROSSED, GAPS, RTH_OPEN, RTH_CLOSE, WIDE, GAP_RTH, GAP_ELSE = range(11)
"""Times and durations are in ns; 0 for a time is none."""


class Seen(NamedTuple):
    """What was seen in a bar."""

    ns: int
    """Its length, from the session's first quote at the earliest."""
    gaps: int
    """ns of it without a quote, of gaps that have ended."""
    quotes: int
    crossed: int


class MicrostructureHealth(WithQuotes):
    """Flags of the last closed base bar, and the share of the last 50 whose data can be relied upon.

    Data that come out of order never get here: the tape refuses them.
    """

    class Settings(BaseSettings):
        """What can be set."""

        volume: Annotated[Multiple, Field(ge=1, le=100)] = Multiple(3.0)
        """A bar's volume is a spike above so many medians of its time of day."""
        spread: Annotated[Ticks, Field(ge=1, le=400)] = Ticks(2)
        """A spread above this is wide."""
        wide_for: Annotated[Seconds, Field(ge=0, le=3600)] = Seconds(1.0)
        """For how long, in regular hours, a spread may be wide."""
        flow: Annotated[float, Field(gt=0, le=100)] = 4.0
        """A bar's delta is an anomaly beyond so many standard deviations."""
        gap: Annotated[Seconds, Field(gt=0, le=3600)] = Seconds(10.0)
        """Without a quote for longer in regular hours there is a gap."""
        gap_elsewhere: Annotated[Seconds, Field(gt=0, le=36000)] = Seconds(60.0)
        """Without a quote for longer outside regular hours there is a gap."""

    reads = frozenset({Kind.TRADES, Kind.QUOTES})
    outputs = ("volume_spike", "spread_anomaly", "flow_anomaly", "data_quality", "latency")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.volume = market.measure(TypicalVolume, norm="time_of_day")
        self.delta = market.measure(TypicalDelta)

    def reset(self) -> None:
        """Forget every quote."""
        self.latency: float | None = None
        """Seconds from an event's own time to its arrival: not known, for the tape keeps arrivals only. It is
        no part of any score."""
        self.wide = 0.0
        """For how long at a stretch the spread was wide in the last bar, regular hours only, in s."""
        self._bars: deque[Seen] = deque()
        self._sums = Seen(0, 0, 0, 0)
        self._state = np.zeros(11, np.int64)
        self._state[WIDE] = self.settings.spread
        self._state[GAP_RTH] = round(self.settings.gap * NS)
        self._state[GAP_ELSE] = round(self.settings.gap_elsewhere * NS)
        self._from = 0

    def begin_session(self, session: Session) -> None:
        """Start anew: the break between two sessions is no gap."""
        self._state[: GAPS + 1] = 0
        self._state[RTH_OPEN], self._state[RTH_CLOSE] = session.rth_open, session.rth_close
        self._from = 0

    def take_rows(self, rows: Quotes) -> None:
        """Take in quotes."""
        self._from = self._from or int(rows.ts[0])
        watch(self._state, rows.ts, rows.bid_ticks, rows.ask_ticks)

    def take_bar(self, bar: Bar) -> None:
        """Note what was seen in a bar."""
        state = self._state
        self.wide = max(int(state[WORST]), wide_until(state, bar.ts)) / NS
        if self._from:
            self._add(Seen(bar.ts - self._from, int(state[GAPS]), int(state[EVENTS]), int(state[CROSSED])))
            self._from = bar.ts
        state[WORST] = state[GAPS] = state[EVENTS] = state[CROSSED] = 0

    @property
    def volume_times(self) -> float | None:
        """The last bar's volume in medians of its time of day."""
        return self.volume.last / self.volume.value if self.volume.value else None

    @property
    def volume_spike(self) -> int | None:
        """1 when the last bar's volume was a spike."""
        return None if self.volume_times is None else int(self.volume_times > self.settings.volume)

    @property
    def spread_anomaly(self) -> int | None:
        """1 when the spread was wide for too long in the last bar."""
        return int(self.wide > self.settings.wide_for) if self._bars else None

    @property
    def flow_z(self) -> float | None:
        """The last bar's delta, in standard deviations from its mean; 0 where delta never changes."""
        usual, delta = self.delta, self.delta.flow.delta
        if usual.mean is None or usual.sd is None or delta is None:
            return None
        return (delta - usual.mean) / usual.sd if usual.sd else 0.0

    @property
    def flow_anomaly(self) -> int | None:
        """1 when the last bar's delta was an anomaly."""
        return None if self.flow_z is None else int(abs(self.flow_z) > self.settings.flow)

    @property
    def data_quality(self) -> float | None:
        """1 less the share of time in gaps and the share of quotes that are crossed, over 50 bars."""
        if not self._bars:
            return None
        ns, gaps, quotes, crossed = self._sums
        sound: float = 1 - gaps / max(ns, 1) - crossed / max(quotes, 1)
        return max(0.0, sound)

    def gap(self, now: int) -> float:
        """Return for how many s there has been no quote at `now` (UTC ns), if that is a gap; else 0."""
        last = int(self._state[LAST])
        return (now - last) / NS if last and now - last > allowed(self._state, now) else 0.0

    def _add(self, seen: Seen) -> None:
        """Take a bar into the sums, and the oldest out of them."""
        gone = self._bars.popleft() if len(self._bars) == BARS else Seen(0, 0, 0, 0)
        self._bars.append(seen)
        sums = zip(self._sums, seen, gone, strict=True)
        self._sums = Seen(*(total + new - old for total, new, old in sums))


@kernel
def watch(state: NDArray[np.int64], ts: NDArray[Any], bids: NDArray[Any], asks: NDArray[Any]) -> None:
    """Watch quotes for gaps, crossed ones, and spreads that stay wide."""
    for row in range(len(ts)):
        at, spread = ts[row], asks[row] - bids[row]
        if state[LAST] and at - state[LAST] > allowed(state, at):
            state[GAPS] += at - state[LAST]
        state[LAST] = at
        state[EVENTS] += 1
        state[CROSSED] += spread <= 0
        state[WORST] = max(state[WORST], wide_until(state, at))
        if spread <= state[WIDE]:
            state[WIDE_SINCE] = 0
        elif state[WIDE_SINCE] == 0:
            state[WIDE_SINCE] = at


@kernel
def wide_until(state: NDArray[np.int64], at: int) -> int:
    """Return for how long the spread has been wide in regular hours, in ns."""
    if state[WIDE_SINCE] == 0:
        return 0
    wide: int = max(0, min(at, state[RTH_CLOSE]) - max(state[WIDE_SINCE], state[RTH_OPEN]))
    return wide


@kernel
def allowed(state: NDArray[np.int64], at: int) -> int:
    """Return for how long there may be no quote, in ns."""
    gap: int = state[GAP_RTH] if state[RTH_OPEN] <= at < state[RTH_CLOSE] else state[GAP_ELSE]
    return gap
