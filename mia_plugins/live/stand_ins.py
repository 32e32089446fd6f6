"""What stands in the place of clock, wire, keeper and kill switch while steps are written down."""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from nautilus_trader.model import ClientOrderId, Price

from mia_plugins.runtime.account import Fill
from mia_plugins.runtime.brackets import Bracket
from mia_plugins.runtime.keeping import Keeper
from mia_plugins.runtime.steps import What
from mia_plugins.runtime.wire import Wire

type Timed = Callable[[Any], None]


class Writer(Protocol):
    """Who writes steps."""

    def add(self, what: What, **told: Any) -> Any:
        """Write an answer."""

    def sending(self, *, enters: bool) -> AbstractContextManager[None]:
        """Write what there is, and what comes while something is sent as coming within it.

        Only what `enters` is held back where that fails.
        """


class Timers(Protocol):
    """Who writes what one strategy's timers call."""

    def timer(self, name: str, callback: Timed) -> Timed:
        """Return a callback that writes that it was called."""

    def tells(self, clock: Any) -> int:
        """Return what a clock tells: UTC ns."""


class RecordedClock:
    """A strategy's clock: what its timers call is written, and it stands still while that lasts."""

    def __init__(self, hand: Timers, clock: Any) -> None:
        self._hand = hand
        self.plain = clock
        """The clock itself: for timers of which nobody writes."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plain, name)

    def timestamp_ns(self) -> int:
        """Return the time: UTC ns."""
        return self._hand.tells(self.plain)

    def set_time_alert_ns(self, name: str, alert_time_ns: int, callback: Timed) -> None:
        """Have a function called once, at a time in UTC ns."""
        self.plain.set_time_alert_ns(name, alert_time_ns, self._hand.timer(name, callback))

    def set_time_alert(self, name: str, alert_time: dt.datetime, callback: Timed) -> None:
        """Have a function called once, at a time with a zone."""
        self.plain.set_time_alert(name, alert_time, self._hand.timer(name, callback))

    def set_timer_ns(
        self,
        name: str,
        interval_ns: int,
        start_time_ns: int | None = None,
        stop_time_ns: int | None = None,
        callback: Timed | None = None,
    ) -> None:
        """Have a function called every `interval_ns` (ns) after the start (UTC ns), until the stop."""
        called = self._named(name, callback)
        self.plain.set_timer_ns(name, interval_ns, start_time_ns, stop_time_ns, called)

    def set_timer(
        self,
        name: str,
        interval: dt.timedelta,
        start_time: dt.datetime | None = None,
        stop_time: dt.datetime | None = None,
        callback: Timed | None = None,
    ) -> None:
        """Have a function called every interval."""
        self.plain.set_timer(name, interval, start_time, stop_time, self._named(name, callback))

    def _named(self, name: str, callback: Timed | None) -> Timed | None:
        return None if callback is None else self._hand.timer(name, callback)


class RecordedWire:
    """Has what led to a message written before it is sent."""

    def __init__(self, writer: Writer, wire: Wire) -> None:
        self._writer, self._wire = writer, wire

    def send(self, orders: list[Any]) -> None:
        """Submit a bracket as a list, or one order that is linked to none."""
        with self._writer.sending(enters=len(orders) > 1):
            self._wire.send(orders)

    def resize(self, order_id: ClientOrderId, lots: Any) -> None:
        """Change an order's quantity."""
        with self._writer.sending(enters=False):
            self._wire.resize(order_id, lots)

    def move(self, order_id: ClientOrderId, trigger: Price) -> None:
        """Change where a stop lies."""
        with self._writer.sending(enters=False):
            self._wire.move(order_id, trigger)

    def cancel(self, order_id: ClientOrderId) -> str:
        """Cancel an order; what keeps the broker from being told of it is written."""
        with self._writer.sending(enters=False):
            others = self._wire.cancel(order_id)
        if others:
            self._writer.add(What.UNTOLD, name=others)
        return others


class RecordedKeeper:
    """Writes the answers of a keeper that a backtest would not give."""

    def __init__(self, writer: Writer, keeper: Keeper) -> None:
        self._writer, self._keeper = writer, keeper
        self._mark = ""

    @property
    def mark(self) -> str:
        """What the numbers of decisions begin with in order ids."""
        if (mark := self._keeper.mark) != self._mark:
            self._mark = mark
            self._writer.add(What.MARK, name=mark)
        return mark

    def claim(self, orders: Sequence[str], strategy: str, bracket: Bracket) -> str:
        """Note a bracket with orders before they are sent; return one that had been, or ""."""
        return self._keeper.claim(orders, strategy, bracket)

    def keep(self, strategy: str, bracket: Bracket) -> None:
        """Note what has changed of a bracket."""
        self._keeper.keep(strategy, bracket)

    def note(self, execution_id: str, strategy: str, fill: Fill, reason: str) -> bool:
        """Note an execution before it is counted; say whether it had never been."""
        if is_new := self._keeper.note(execution_id, strategy, fill, reason):
            return is_new
        self._writer.add(What.AGAIN, strategy=strategy, trade_id=execution_id)
        return False

    def rose(self) -> None:
        """Note the highest that the account has been."""
        self._keeper.rose()

    def begins(self, day: dt.date) -> bool:
        """Note a trading day as its session opens; say whether counters begin anew, and do not go on."""
        if begins := self._keeper.begins(day):
            return begins
        self._writer.add(What.RESUMED, name=str(day))
        return False


class RecordedSwitch(Sequence[int]):
    """The kill switch, another thread's: what is seen of it is written, in its place among the steps."""

    def __init__(self, writer: Writer, kill: Sequence[int]) -> None:
        self._writer, self._kill = writer, kill
        self._seen = 0

    def __len__(self) -> int:
        """It is one byte."""
        return 1

    def __getitem__(self, place: Any) -> Any:
        """Return the byte."""
        level = self._kill[place]
        if level != self._seen:
            self._seen = level
            self._writer.add(What.KILL, level=int(level))
        return level
