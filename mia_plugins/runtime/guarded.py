"""What strategies and actors have in common: every way in which Nautilus calls them is guarded."""

import datetime as dt
from collections.abc import Callable
from typing import Any, Self, cast

from nautilus_trader.common import Clock

Callback = Callable[..., Any]


class GuardedClock:
    """Nautilus' clock, whose callbacks cannot fail in silence. Everything else is passed on."""

    def __init__(self, clock: Clock, guard: Callable[[Callback, str], Callback]) -> None:
        self._clock = clock
        self._guard = guard

    def __getattr__(self, name: str) -> Any:
        return getattr(self._clock, name)

    @property
    def plain(self) -> Self:
        """The clock itself: for timers of which most calls come to nothing, so that nobody records them."""
        return self

    def set_time_alert_ns(self, name: str, alert_time_ns: int, callback: Callback) -> None:
        """Have a function called once, at a time in UTC ns; a time that is past is an error."""
        self._clock.set_time_alert_ns(name, alert_time_ns, self._guard(callback, name), allow_past=False)

    def set_time_alert(self, name: str, alert_time: dt.datetime, callback: Callback) -> None:
        """Have a function called once, at a time with a zone."""
        if alert_time.tzinfo is None:
            raise ValueError(f"the alert '{name}' is set for {alert_time} without a time zone")
        self._clock.set_time_alert(name, alert_time, self._guard(callback, name), allow_past=False)

    def set_timer_ns(
        self,
        name: str,
        interval_ns: int,
        start_time_ns: int | None = None,
        stop_time_ns: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        """Have a function called every `interval_ns` (ns) after the start (UTC ns), until the stop."""
        if callback is None:
            raise ValueError(f"the timer '{name}' needs a callback")
        guarded = self._guard(callback, name)
        self._clock.set_timer_ns(name, interval_ns, start_time_ns, stop_time_ns, guarded)

    def set_timer(
        self,
        name: str,
        interval: dt.timedelta,
        start_time: dt.datetime | None = None,
        stop_time: dt.datetime | None = None,
        callback: Callback | None = None,
    ) -> None:
        """Have a function called every interval."""
        if callback is None:
            raise ValueError(f"the timer '{name}' needs a callback")
        self._clock.set_timer(name, interval, start_time, stop_time, self._guard(callback, name))

    def register_default_handler(self, callback: Callback) -> None:
        """Have a function called by timers that name none."""
        self._clock.register_default_handler(self._guard(callback, "the default timer"))


class Guarded:
    """Mixed into Nautilus' strategies and actors: their clock, topics and handlers cannot fail in silence."""

    context: Any
    _guarded_clock: Any = None

    def _unshare(self) -> None:
        """Have attributes found at once: first in `__init__`.

        Objects of a class share the keys of their attributes. Where the class derives from native code,
        CPython 3.13 then looks every one up anew: 60 ns instead of 8, 100 to set it.
        """
        self.__dict__ = {}

    @property
    def clock(self) -> Any:
        """Nautilus' clock; what its timers call is guarded."""
        if self._guarded_clock is None:
            clock = GuardedClock(self.context.terms.clock(self._own().clock), self._guarded)
            self._guarded_clock = self._timed(clock)
        return self._guarded_clock

    def _timed(self, clock: GuardedClock) -> Any:
        """Return what it sets its timers on."""
        return clock

    def subscribe_topic(self, topic: str, handler: Callback, priority: int = 0) -> None:
        """Have a function called for each message of a topic."""
        self._own().subscribe_topic(topic, self._guarded(handler, topic), priority)

    def data_time(self) -> int:
        """Return the time in the data, for messages: UTC ns."""
        return int(self.clock.timestamp_ns())

    def _own(self) -> Any:
        """Return Nautilus' part of it."""
        return super()

    def _guarded(self, handler: Callback, name: str) -> Callback:
        return cast("Callback", self.context.guard.guarded(handler, self.context.who, name, self.data_time))

    def _guard_handlers(self, base: type, ours: dict[str, Callback]) -> None:
        """Put a guarded function in the place of each handler that the component or mia defines.

        `ours` come first and cannot be left out: a plugin that overrides `on_start` need not call ours.
        """
        kind = type(self)
        for name in (name for name in dir(kind) if name.startswith("on_")):
            own = getattr(kind, name) is not getattr(base, name, None)
            handlers = [ours[name]] if name in ours else []
            handlers += [getattr(self, name)] if own else []
            if handlers:
                setattr(self, name, _each([self._guarded(handler, name) for handler in handlers]))


def _each(handlers: list[Callable[..., Any]]) -> Callable[..., Any]:
    """Return one function that calls all."""
    if len(handlers) == 1:
        return handlers[0]

    def call(*arguments: Any) -> None:
        for handler in handlers:
            handler(*arguments)

    return call
