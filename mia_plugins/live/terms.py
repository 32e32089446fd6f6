"""The machine's time and the broker's contracts, and those of the market that a run trades."""

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nautilus_trader.model import InstrumentId

from mia_plugins.data.sessions import moved
from mia_plugins.data.skipping import NOTHING_SKIPPED, Skipping
from mia_plugins.runtime.terms import Terms

type Callback = Callable[[Any], None]


@dataclass(frozen=True)
class Pace:
    """How the market's time runs beside the machine's; what lies before the instant runs as fast as it."""

    machine: int = 0
    """An instant of the machine's: UTC ns."""
    market: int = 0
    """The market's at that instant: UTC ns."""
    times: int = 1
    """Seconds of the market in one of the machine's."""
    skipping: Skipping = NOTHING_SKIPPED
    """What the market leaves out."""

    def market_at(self, machine: int) -> int:
        """Return the market's time at one of the machine's; both UTC ns."""
        passed = machine - self.machine
        return self.skipping.market(self.market + (passed * self.times if passed > 0 else passed))

    def machine_at(self, market: int) -> int:
        """Return the first instant of the machine's at which it is so late in the market; both UTC ns."""
        to_go = self.market - self.skipping.played(market)
        return self.machine - (to_go // self.times if to_go < 0 else to_go)


@dataclass(frozen=True, slots=True)
class Moment:
    """A timer's event: when it was due, however late it came."""

    name: str
    ts_event: int
    """UTC ns, in the market's time."""

    @property
    def ts_init(self) -> int:
        """The same."""
        return self.ts_event


class MarketClock:
    """Nautilus' live clock in the market's time. What is past is called at once."""

    def __init__(self, clock: Any, pace: Pace) -> None:
        self._clock, self.pace = clock, pace

    def __getattr__(self, name: str) -> Any:
        return getattr(self._clock, name)

    def timestamp_ns(self) -> int:
        """Return the time: UTC ns."""
        return self.pace.market_at(self._clock.timestamp_ns())

    def set_time_alert_ns(self, name: str, at: int, callback: Callback, *, allow_past: bool = True) -> None:
        """Have a function called once, with the time it was set for (UTC ns)."""
        del allow_past  # live, what is due passes while it is set
        moment = Moment(name, at)
        self._clock.set_time_alert_ns(
            name, self.pace.machine_at(at), lambda _: callback(moment), allow_past=True
        )

    def set_timer_ns(
        self, name: str, interval: int, start: int | None, stop: int | None, callback: Callback
    ) -> None:
        """Have a function called at each multiple of an interval (ns) after the start (UTC ns)."""
        now = self.timestamp_ns()
        begin = now if start is None else start
        passed = max(0, now - begin) // interval
        Ticking(self, name, interval, stop, callback).wait(begin + (passed + 1) * interval)


class Ticking:
    """A timer that calls at each of its instants, late rather than not at all."""

    def __init__(
        self, clock: MarketClock, name: str, interval: int, stop: int | None, callback: Callback
    ) -> None:
        self._clock, self._name, self._interval = clock, name, interval
        self._stop, self._callback = stop, callback

    def wait(self, at: int) -> None:
        """Wait for an instant (UTC ns), or for the first after what is left out of the market's time."""
        end = self._clock.pace.skipping.end_of(at)
        if end is not None:
            at += -(-(end - at) // self._interval) * self._interval
        if self._stop is None or at <= self._stop:
            self._clock.set_time_alert_ns(f"{self._name}@{at}", at, self._call)

    def _call(self, moment: Moment) -> None:
        self.wait(moment.ts_event + self._interval)
        self._callback(Moment(self._name, moment.ts_event))


class Heard:
    """An order's event in the market's time, of the contract that the run knows it by."""

    __slots__ = ("_event", "instrument_id", "kind", "ts_event", "ts_init")

    def __init__(self, event: Any, ts: int, instrument_id: InstrumentId) -> None:
        self._event = event
        self.kind = type(event).__name__
        self.ts_event = self.ts_init = ts
        self.instrument_id = instrument_id

    def __getattr__(self, name: str) -> Any:
        return getattr(self._event, name)


class LiveTerms(Terms):
    """A live node's."""

    is_live = True

    def __init__(
        self, pace: Pace, listed: Mapping[str, str], days: tuple[dt.date, dt.date] | None = None
    ) -> None:
        """`listed` are symbols at the broker by those of the run, where they differ.

        `days` are a trading day there, and the market's that is played on it; None where they are the same.
        """
        self._pace, self._days = pace, days
        self._listed = dict(listed)
        self._known = {there: ours for ours, there in listed.items()}

    def clock(self, clock: Any) -> MarketClock:
        """Return a clock that tells the market's time."""
        return MarketClock(clock, self._pace)

    def listed(self, instrument_id: InstrumentId) -> InstrumentId:
        """Return the broker's contract."""
        return _renamed(instrument_id, self._listed)

    def ours(self, instrument_id: InstrumentId) -> InstrumentId:
        """Return the run's contract."""
        return _renamed(instrument_id, self._known)

    def expiry(self, there: dt.date) -> dt.date:
        """Return the market's day of an expiry at the broker."""
        return moved(there, *self._days) if self._days else there

    def machine_at(self, ts: int) -> int:
        """Return the machine's time at one of the market's; both UTC ns."""
        return self._pace.machine_at(ts)

    def takes(self, span: int) -> int:
        """Return how far the market gets while a broker may take so long: a faster one leaves it no less."""
        return span * self._pace.times

    def heard(self, event: Any) -> Heard:
        """Return an order's event as of when it arrived: brokers tell whole seconds."""
        return Heard(event, self._pace.market_at(event.ts_init), self.ours(event.instrument_id))

    def market_at(self, machine: int) -> int:
        """Return the market's time at one of the machine's; both UTC ns."""
        return self._pace.market_at(machine)

    def market_now(self) -> int:
        """Return the market's time: UTC ns."""
        return self._pace.market_at(time.time_ns())


def _renamed(instrument_id: InstrumentId, names: Mapping[str, str]) -> InstrumentId:
    symbol, _, venue = str(instrument_id).partition(".")
    return InstrumentId.from_str(f"{names[symbol]}.{venue}") if symbol in names else instrument_id
