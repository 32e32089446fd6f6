"""A node whose desk goes on with what the one before it left: `python -m tests.adopting_node PORT SYMBOL STATE DO`.

`DO` is `enter`, to send a bracket; `hold`, to move the stop of the one that was adopted by a tick; or `leave`, to
leave what is held. It then waits to be killed, or ends when nothing is held. What happens is a line of JSON each.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from nautilus_trader.model import InstrumentId, StrategyId, TraderId
from nautilus_trader.trading import Strategy, StrategyConfig

from gateway.market.days import session_from
from mia_plugins.data.sessions import NS
from mia_plugins.journal.decision import Decision, Outcome
from mia_plugins.runtime.account import Account
from mia_plugins.runtime.broker import BrokerAccount
from mia_plugins.runtime.desk import Desk
from mia_plugins.runtime.fostering import Foster, FosterContext, Hearers
from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.incidents import Incidents
from mia_plugins.runtime.killing import Halt
from mia_plugins.runtime.orders import OrderMaker, ticks_of
from mia_plugins.runtime.steps import UNRECORDED
from mia_plugins.runtime.terms import AS_RECORDED
from mia_plugins.runtime.timetable import Timetable
from mia_plugins.runtime.vitals import Vitals
from mia_plugins.runtime.wire import NautilusWire
from risk.live import Standing, Watch, hand_over
from risk.state.keeping import Keeping
from risk.state.reports import reports_of
from tests.candidates import account_of
from tests.live_node import PATIENCE, node_on

WHO = "one-ES"
AWAY = 80
"""Ticks from the entry to stop and target."""


def say(what: str, **more: Any) -> None:
    print(json.dumps({"what": what, **more}), flush=True)


class Holder(Strategy):
    """One desk, and a script of one word."""

    def __init__(self, config: StrategyConfig) -> None:
        del config
        self.do, self.stop_node, self.has_begun = "", cast("Callable[[], None]", None), False

    def prepare(self, account: Account, keeping: Keeping, halt: Halt, instrument: InstrumentId) -> None:
        self.account, self.instrument, self.keeping = account, instrument, keeping
        self.context = SimpleNamespace(
            who=WHO, strategy_id=WHO, client_id="IB", account=account, keeper=keeping, halt=halt,
            warnings=SimpleNamespace(add=lambda kind, text: say("warning", text=text)), vitals=Vitals(),
            records=SimpleNamespace(order=lambda *_: None, fill=lambda *_: None, position=lambda *_: None),
            incidents=Incidents(), following=SimpleNamespace(closed=lambda: None), ears=(), kill=bytes(1), steps=UNRECORDED,
            product="ES", terms=AS_RECORDED,
        )  # fmt: skip
        alerts = SimpleNamespace(
            close_at=1 << 62, flat_at=1 << 62, alert=self.alert, now=self.clock.timestamp_ns
        )
        maker = OrderMaker(TraderId("TESTER-001"), self.strategy_id, reduce_only=False)
        self.desk = Desk(
            cast("Any", self.context), maker, NautilusWire(self, "IB"), cast("Timetable", alerts), wakes=False
        )

    def alert(self, name: str, at: int, call: Callable[[int], None]) -> None:
        self.clock.set_time_alert_ns(
            name, max(at, self.clock.timestamp_ns()), lambda event: call(event.ts_event)
        )

    def on_start(self) -> None:
        self.subscribe_quotes(self.instrument)
        self.desk.begin_session(self.instrument)
        self.desk.inheriting.go_on(self.clock.timestamp_ns(), 0)
        self.look("begun")

    def look(self, what: str) -> None:
        bracket, account = self.desk.bracket, self.account
        open_ids = (
            [(one.order_id, one.lots, one.ticks) for one in bracket.orders if one.is_open] if bracket else []
        )
        say(what, position=account.position, open=open_ids, realized=str(account.broker.realized_today))

    def on_quote(self, quote: Any) -> None:
        if self.has_begun:
            return
        self.has_begun = True
        now, bracket = self.clock.timestamp_ns(), self.desk.bracket
        if self.do == "enter" and not bracket:
            price = ticks_of(quote.ask_price)
            taken = Decision(side=1, outcome=Outcome.TAKEN, size=2, stop=price - AWAY, target=price + AWAY)
            self.desk.enter(now, taken, 1, f"{WHO}-{self.keeping.mark}1", price)
        elif self.do == "hold" and bracket and bracket.stop.ticks:
            self.desk.move_stop(bracket.stop.ticks + 1)
        elif self.do == "leave":
            self.desk.leave("told", now)
            self.end_if_flat()

    def on_order_event(self, event: Any) -> None:
        self.desk.on_order_event(event)
        self.look(type(event).__name__)
        self.end_if_flat()

    def end_if_flat(self) -> None:
        if self.do == "leave" and self.desk.bracket is None:
            self.look("flat")
            self.stop_node()


def run(standing: Standing, port: int, symbol: str, do: str) -> None:
    day, instrument = session_from(time.time_ns()).day, InstrumentId.from_str(f"{symbol}.CME")
    account = account_of("ES", BrokerAccount(Decimal(250_000)))
    keeping = standing.restore(day, account.broker, {WHO: account})
    node, halt, told = node_on(port, instrument), Halt(), list[Any]()
    holder = Holder(StrategyConfig(strategy_id=StrategyId(WHO), order_id_tag="one_ES"))
    holder.do = do
    watch = Watch(halt, Incidents(cast("Any", told)))

    def begin(cache: Any, now: int) -> Hearers:
        holder.prepare(account, keeping, halt, instrument)
        found = standing.adopt(keeping, day, reports_of(cache))
        hearers = hand_over(found, now, {WHO: holder}, watch)
        say("found", counted=found.counted, ended=found.ended, foreign=found.foreign, blocked=halt.reason)

        return hearers

    guard = Guard()
    node.add_strategy(Foster(FosterContext([str(instrument)], begin, watch.strange, guard)))
    node.add_strategy(holder)
    holder.stop_node = node.handle().stop
    watchdog = threading.Timer(PATIENCE, holder.stop_node)
    watchdog.daemon = True
    watchdog.start()
    with guard.telling():
        node.run()
        if guard.fault:
            raise guard.fault.as_error()
    say("done", after=NS, strange=[one[7] for one in told if one[2] == "foreign"])


def main(port: str, symbol: str, state: str, do: str) -> None:
    """Run the node to its end."""
    with Standing.open(Path(state)) as standing:
        run(standing, int(port), symbol, do)


if __name__ == "__main__":
    main(*sys.argv[1:])
