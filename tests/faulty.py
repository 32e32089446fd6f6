"""Strategies that fail, each in one of the places where a plugin's own code is called."""

import datetime as dt
from typing import Any

import numpy as np

from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import NS
from mia_plugins.journal.decision import Decision, Outcome
from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.strategy import MiaStrategy, StrategySettings
from mia_plugins.tape.tape import Tape

KINDS: dict[str, type[BaseException]] = {
    "error": ZeroDivisionError,
    "exit": SystemExit,
    "interrupt": KeyboardInterrupt,
}


class Mixin:
    """What knows nothing of guards."""

    def on_order_filled(self, event: Any) -> None:
        """Fail when asked to."""
        self.maybe("mixin")  # type: ignore[attr-defined]


class Measure:
    """A feature that fails, or reads what it may not."""

    reads = frozenset({Kind.TRADES})

    def __init__(self, strategy: "Faulty") -> None:
        self._strategy = strategy

    def advance(self, tape: Tape, lo: int, hi: int) -> None:
        """Read the trades, or too many of them."""
        if lo < 0:
            return
        where = self._strategy.settings.where
        self._strategy.maybe("advance")
        tape.trades(lo - NS * (where == "gone"), hi + (where == "ahead"))
        if where == "undeclared":
            tape.depth(lo, hi)


class Faulty(Mixin, MiaStrategy):
    """Buys once, and fails in one place."""

    class Settings(StrategySettings):
        """Where, and how."""

        where: str = ""
        kind: str = "error"

    reads = frozenset({Kind.TRADES})

    def maybe(self, where: str) -> None:
        """Fail if this is the place."""
        if self.settings.where == where:
            raise KINDS[self.settings.kind](f"in {where}")

    def begin(self) -> None:
        """Fail or prepare."""
        self.maybe("begin")
        self.measures = [Measure(self)]

    def begin_session(self, day: TradingDay) -> None:
        """Fail, or set timers and listen."""
        self.maybe("begin_session")
        at = day.session.open + 15 * 3600 * NS + 1860 * NS  # 9:31
        self.clock.set_time_alert_ns("alert", at, self._at_alert)
        self.clock.set_timer("timer", dt.timedelta(minutes=1), callback=self._at_timer)
        self.subscribe_topic("mine", self._at_topic)

    def evaluate(self, now: int) -> Decision:
        """Fail, or buy once."""
        self.maybe("evaluate")
        if self.account.trades_today or self.desk.bracket:
            return Decision()
        close = self.tape.base.close
        return Decision(side=1, outcome=Outcome.TAKEN, size=1, stop=close - 8, target=close + 12)

    def on_start(self) -> None:
        """Fail; without a call of the base's."""
        self.maybe("on_start")

    def on_stop(self) -> None:
        """Fail; without a call of the base's."""
        self.maybe("on_stop")

    def on_order_event(self, event: Any) -> None:
        """Fail; without a call of the base's."""
        self.maybe("on_order_event")

    def on_position_opened(self, event: Any) -> None:
        """Fail."""
        self.maybe("on_position_opened")

    def on_quote(self, quote: Any) -> None:
        """Fail."""
        self.maybe("on_quote")

    def _at_alert(self, event: Any) -> None:
        self.maybe("alert")
        self.publish_message("mine", np.int64(7))
        self.subscribe_quotes(self.cache.instrument_ids()[0])

    def _at_timer(self, event: Any) -> None:
        self.maybe("timer")

    def _at_topic(self, message: Any) -> None:
        self.maybe("topic")
