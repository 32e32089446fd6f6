"""A desk in processes that are killed, and a broker's book that outlives them: it is asked, and told, as IB is.

The book knows nothing of ours but order ids. What it has on the way to a process is lost with it; executions and
orders it has for ever. A process is killed at any of the points that `fuse` is called at.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from nautilus_trader.model import InstrumentId, Price, StrategyId, TraderId

from mia_plugins.data.sessions import NS, session_on
from mia_plugins.journal.decision import Decision, Outcome
from mia_plugins.runtime.brackets import Bracket
from mia_plugins.runtime.broker import BrokerAccount
from mia_plugins.runtime.context import Context
from mia_plugins.runtime.desk import Desk
from mia_plugins.runtime.incidents import Incidents
from mia_plugins.runtime.killing import Halt
from mia_plugins.runtime.orders import OrderMaker, price_of, ticks_of
from mia_plugins.runtime.steps import UNRECORDED
from mia_plugins.runtime.terms import AS_RECORDED
from mia_plugins.runtime.timetable import Timetable
from mia_plugins.runtime.vitals import Vitals
from risk.live import Watch, hand_over
from risk.state import RiskState
from risk.state.keeping import Keeping, restored
from risk.state.reconciling import Found, reconcile
from risk.state.reports import Reported, Reports, contract_of
from tests.candidates import DAY, NOW, PRICE, account_of

WHO = "one-ES"
CONTRACT = "ESM6"
FEE = Decimal("2.25")
DONE = {"filled", "canceled", "rejected"}


class KilledError(BaseException):
    """The process is no more."""


@dataclass
class BookOrder:
    """An order at the broker."""

    order_id: str
    side: int
    lots: int
    ticks: int | None
    kind: str
    parent: str = ""
    contract: str = CONTRACT
    state: str = "accepted"
    filled: int = 0

    @property
    def is_open(self) -> bool:
        return self.state not in DONE

    @property
    def rest(self) -> int:
        return self.lots - self.filled


class Book:
    """What the broker has: orders, executions, and what it is about to tell."""

    def __init__(self) -> None:
        self.now = NOW
        self.orders: dict[str, BookOrder] = {}
        self.executions: list[Any] = []
        self.untold: deque[Any] = deque()
        self.lots = 0
        """Held; above 0 long."""

    def tell(self, kind: str, order: BookOrder, **more: Any) -> None:
        told = {"client_order_id": order.order_id, "ts_event": self.now, "reason": "", **more}
        self.untold.append(type(kind, (SimpleNamespace,), {})(**told))

    def place(self, order: BookOrder) -> None:
        assert order.order_id not in self.orders, f"{order.order_id} was sent twice"
        self.orders[order.order_id] = order
        self.tell("OrderAccepted", order)

    def cancel(self, order_id: str, by: str = "") -> None:
        order = self.orders[order_id]
        if not order.is_open:
            self.tell("OrderCancelRejected", order, reason="it is over")
            return
        order.state = "canceled"
        self.tell("OrderCanceled", order, reason=by)
        if not order.filled:  # what it would have guarded never was
            for child in self.orders.values():
                if child.parent == order_id and child.is_open:
                    self.cancel(child.order_id)

    def change(self, order_id: str, lots: int | None = None, ticks: int | None = None) -> None:
        order = self.orders[order_id]
        if not order.is_open or (lots is not None and lots <= order.filled):
            self.tell("OrderModifyRejected", order, reason="it is over")
            return
        order.lots, order.ticks = lots or order.lots, order.ticks if ticks is None else ticks
        price = None if order.ticks is None else price_of(order.ticks)
        self.tell("OrderUpdated", order, quantity=order.lots, trigger_price=price, price=price)

    def can_fill(self, order: BookOrder) -> int:
        """Return how many contracts of an order may be executed: exits never turn a position."""
        if not order.is_open:
            return 0
        if order.kind == "stop" or order.parent or order.order_id.rpartition("-")[2].startswith("X"):
            return min(order.rest, max(0, -order.side * self.lots))
        return order.rest

    def fill(self, order: BookOrder, lots: int, ticks: int) -> None:
        order.filled += lots
        order.state = "filled" if not order.rest else "partially filled"
        self.lots += order.side * lots
        number = len(self.executions)
        execution = SimpleNamespace(
            trade_id=f"e{number}",
            client_order_id=order.order_id,
            venue_order_id=f"PERM-{order.order_id}",
            instrument_id=f"{CONTRACT}.CME",
            order_side="BUY" if order.side > 0 else "SELL",
            last_qty=lots,
            last_px=price_of(ticks),
            commission=SimpleNamespace(as_decimal=lambda: FEE * lots),
            ts_event=self.now,
        )
        self.executions.append(execution)
        self.tell("OrderFilled", order, **{name: one for name, one in vars(execution).items() if name not in {"client_order_id", "ts_event"}})  # fmt: skip
        for other in self.orders.values():
            if order.parent and other.parent == order.parent and other is not order and other.is_open:
                self._reduce(other, lots)

    def _reduce(self, order: BookOrder, lots: int) -> None:
        """Take from an order what the one that it is linked with has done."""
        if order.rest <= lots:
            self.cancel(order.order_id, by="OCA")
        else:
            self.change(order.order_id, lots=order.lots - lots)

    @property
    def cash(self) -> Decimal:
        """$: what was executed, reckoned without any of our code."""
        return sum(
            (
                (-1 if one.order_side == "BUY" else 1) * one.last_qty * Decimal(str(one.last_px)) * 50
                - FEE * one.last_qty
                for one in self.executions
            ),
            Decimal(0),
        )

    def reports(self, *, forgets: bool = False) -> Reports:
        """Return what a start is told; a broker that forgets tells of what works alone."""
        orders = {
            one.order_id: Reported(
                one.order_id, CONTRACT, one.side, one.lots, one.ticks, one.state, one.filled
            )
            for one in self.orders.values()
            if one.is_open or not forgets
        }
        executions = [one for one in self.executions if one.client_order_id in orders]
        return Reports(executions, {CONTRACT: self.lots} if self.lots else {}, orders)


class Process:
    """One life of a node: its desk, and what it keeps."""

    def __init__(self, folder: Path, book: Book, day: Any = DAY) -> None:
        self.book, self.day = book, day
        self.left = 1 << 30
        self.alerts: list[tuple[int, Callable[[int], None]]] = []
        self.state = RiskState.open(folder)
        self.account = account_of("ES", BrokerAccount(Decimal(25_000)))
        self.keeping = restored(self.state, day, self.account.broker, {WHO: self.account})
        self.halt, self.incidents = Halt(), list[Any]()
        context = SimpleNamespace(
            who=WHO, strategy_id=WHO, warnings=SimpleNamespace(add=lambda *_: None), account=self.account,
            records=SimpleNamespace(order=lambda *_: None, fill=lambda *_: None, position=lambda *_: None),
            incidents=Incidents(cast("Any", self.incidents)), keeper=Fused(self.keeping, self), vitals=Vitals(),
            halt=self.halt, steps=UNRECORDED, following=SimpleNamespace(closed=lambda: None), ears=(), kill=bytes(1), product="ES", terms=AS_RECORDED,
        )  # fmt: skip
        alerts = SimpleNamespace(
            close_at=10**19,
            flat_at=10**19,
            now=lambda: book.now,
            alert=lambda name, at, call: self.alerts.append((at, call)),
        )
        maker = OrderMaker(TraderId("MIA-001"), StrategyId(WHO), reduce_only=False)
        self.desk = Desk(cast("Context", context), maker, self, cast("Timetable", alerts), wakes=False)
        self.number = 0

    def begin(self, *, forgets: bool = False, contract: str = CONTRACT) -> Found:
        """Adopt what there is, and open the session."""
        found = reconcile(self.keeping, self.day, self.book.reports(forgets=forgets))
        hand_over(found, self.book.now, {WHO: self}, Watch(self.halt, Incidents()))
        self.desk.begin_session(InstrumentId.from_str(f"{contract}.CME"))
        self.desk.inheriting.go_on(self.book.now, session_on(self.day).open)
        return found

    def fuse(self) -> None:
        """Be killed here, if it is time."""
        self.left -= 1
        if self.left < 0:
            raise KilledError

    def send(self, orders: list[Any]) -> None:
        """Bring orders to the broker, one by one; entries with what guards them."""
        for order in orders:
            self.fuse()
            price = getattr(order, "trigger_price", None) or getattr(order, "price", None)
            kind = type(order).__name__.removesuffix("Order").removesuffix("Market").lower() or "market"
            self.book.place(
                BookOrder(
                    str(order.client_order_id), 1 if order.is_buy else -1, int(order.quantity),
                    None if price is None else ticks_of(price), kind, str(order.parent_order_id or ""),
                    contract_of(order.instrument_id),
                )
            )  # fmt: skip
        self.fuse()

    def resize(self, order_id: Any, lots: Any) -> None:
        self.fuse()
        self.book.change(str(order_id), lots=int(lots))

    def move(self, order_id: Any, trigger: Price) -> None:
        self.fuse()
        self.book.change(str(order_id), ticks=ticks_of(trigger))

    def cancel(self, order_id: Any) -> str:
        self.fuse()
        self.book.cancel(str(order_id))
        return ""

    def hear(self, most: int = 1 << 30) -> None:
        """Hear what the broker has to tell, and what that leads to."""
        while self.book.untold and most:
            self.fuse()
            self.on_order_event(self.book.untold.popleft())
            most -= 1

    def on_order_event(self, event: Any, /) -> None:
        self.desk.on_order_event(event)

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        self.book.now += int(seconds * NS)
        due = [one for one in self.alerts if one[0] <= self.book.now]
        self.alerts = [one for one in self.alerts if one[0] > self.book.now]
        for at, call in due:
            call(at)

    def enter(self, drawn: random.Random) -> None:
        """Send a bracket, if nothing is held."""
        if self.desk.refusal(self.book.now):
            return
        self.number += 1
        side, lots = drawn.choice([1, -1]), drawn.randint(1, 4)
        entry = PRICE - side * 2 if drawn.random() < 0.4 else None
        until = self.book.now + 40 * NS if drawn.random() < 0.3 else None
        decision = Decision(
            side=side, outcome=Outcome.TAKEN, size=lots, stop=PRICE - 10 * side, target=PRICE + 10 * side,
            entry=entry, until=until,
        )  # fmt: skip
        base_id = f"{WHO}-{self.keeping.mark}{self.number}"
        self.desk.enter(self.book.now, decision, self.number, base_id, PRICE)

    @property
    def bracket(self) -> Bracket | None:
        return self.desk.bracket

    def end(self) -> None:
        """Be no more, and what was on its way to it neither."""
        self.state.close()
        self.book.untold.clear()


class Fused:
    """A keeper whose process may be killed before and after each of its writes."""

    def __init__(self, keeping: Keeping, process: Process) -> None:
        self._keeping, self._process = keeping, process

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._keeping, name)
        if not callable(value):
            return value

        def call(*arguments: Any) -> Any:
            self._process.fuse()
            done = value(*arguments)
            self._process.fuse()
            return done

        return call
