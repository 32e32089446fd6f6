"""What stands in the place of clock, wire, keeper and kill switch while recorded steps are made again."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from mia_plugins.runtime.account import Fill
from mia_plugins.runtime.brackets import Bracket
from mia_plugins.runtime.steps import Step, What

type Call = Callable[..., None]


class Replayer(Protocol):
    """Who makes the steps."""

    mark: str
    killed: int

    @property
    def clock(self) -> int:
        """What all clocks tell: UTC ns."""

    def register(self, strategy_id: str, name: str, call: Call) -> None:
        """Have a function called where steps name it."""

    def forget(self, strategy_id: str, name: str) -> None:
        """Have a function called no more."""

    def deliver(self) -> None:
        """Make the steps that came while a message was sent."""

    def answer(self, what: What) -> Step | None:
        """Return an answer that was given here; None where it was the usual one."""


def key_of(what: str, name: str) -> str:
    """Return what a call is registered as: timers have names of their own."""
    return f"timer {name}" if what == What.TIMER else str(what)


def silent(event: Any) -> None:
    """Do nothing."""
    del event


class ReplayedClock:
    """Keeps what is to be called, by the timer's name."""

    def __init__(self, replaying: Replayer, strategy_id: str) -> None:
        self._replaying, self._strategy_id = replaying, strategy_id

    @property
    def plain(self) -> "ReplayedClock":
        """The same: nobody records what is set on it, so nothing of it is called."""
        return self

    def timestamp_ns(self) -> int:
        """Return the time that was told: UTC ns."""
        return self._replaying.clock

    def set_time_alert_ns(self, name: str, alert_time_ns: int, callback: Call) -> None:
        """Keep what is to be called once."""
        del alert_time_ns

        def once(event: Any) -> None:
            self.cancel_timer(name)
            callback(event)

        self._replaying.register(self._strategy_id, key_of(What.TIMER, name), once)

    def set_time_alert(self, name: str, alert_time: dt.datetime, callback: Call) -> None:
        """Keep what is to be called once."""
        del alert_time
        self.set_time_alert_ns(name, 0, callback)

    def set_timer_ns(
        self,
        name: str,
        interval_ns: int,
        start_time_ns: int | None = None,
        stop_time_ns: int | None = None,
        callback: Call = silent,
    ) -> None:
        """Keep what is to be called again and again."""
        del interval_ns, start_time_ns, stop_time_ns
        self._replaying.register(self._strategy_id, key_of(What.TIMER, name), callback)

    def set_timer(
        self,
        name: str,
        interval: dt.timedelta,
        start_time: dt.datetime | None = None,
        stop_time: dt.datetime | None = None,
        callback: Call = silent,
    ) -> None:
        """Keep what is to be called again and again."""
        del interval, start_time, stop_time
        self.set_timer_ns(name, 0, callback=callback)

    def cancel_timer(self, name: str) -> None:
        """Call it no more."""
        self._replaying.forget(self._strategy_id, key_of(What.TIMER, name))


class ReplayedWire:
    """Sends nothing; what had come while something was sent comes now."""

    def __init__(self, replaying: Replayer) -> None:
        self._replaying = replaying

    def send(self, orders: list[Any]) -> None:
        """Submit nothing."""
        del orders
        self._replaying.deliver()

    def resize(self, order_id: Any, lots: Any) -> None:
        """Change nothing."""
        del order_id, lots
        self._replaying.deliver()

    def move(self, order_id: Any, trigger: Any) -> None:
        """Move nothing."""
        del order_id, trigger
        self._replaying.deliver()

    def cancel(self, order_id: Any) -> str:
        """Cancel nothing; return what kept the broker from being told."""
        del order_id
        self._replaying.deliver()
        step = self._replaying.answer(What.UNTOLD)
        return "" if step is None else step.name


class ReplayedKeeper:
    """Answers as the recorded one did."""

    def __init__(self, replaying: Replayer) -> None:
        self._replaying = replaying

    @property
    def mark(self) -> str:
        """What the numbers of decisions begin with in order ids."""
        if (step := self._replaying.answer(What.MARK)) is not None:
            self._replaying.mark = step.name
        return self._replaying.mark

    def claim(self, orders: Sequence[str], strategy: str, bracket: Bracket) -> str:
        """Let them be sent."""
        del orders, strategy, bracket
        return ""

    def keep(self, strategy: str, bracket: Bracket) -> None:
        """Keep nothing."""
        del strategy, bracket

    def note(self, execution_id: str, strategy: str, fill: Fill, reason: str) -> bool:
        """Say whether it was counted."""
        del execution_id, strategy, fill, reason
        return self._replaying.answer(What.AGAIN) is None

    def rose(self) -> None:
        """Keep nothing."""

    def begins(self, day: dt.date) -> bool:
        """Say whether counters began anew."""
        del day
        return self._replaying.answer(What.RESUMED) is None


class ReplayedSwitch(Sequence[int]):
    """Stands as the recorded one stood whenever it was looked at."""

    def __init__(self, replaying: Replayer) -> None:
        self._replaying = replaying

    def __len__(self) -> int:
        """It is one byte."""
        return 1

    def __getitem__(self, place: Any) -> Any:
        """Return the byte."""
        del place
        if (step := self._replaying.answer(What.KILL)) is not None:
            self._replaying.killed = step.level or 0
        return self._replaying.killed
