"""Cancels are asked for again until they are confirmed: a broker may refuse one, or never hear of it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from nautilus_trader.model import ClientOrderId

from mia_plugins.data.sessions import NS
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.context import Context
from mia_plugins.runtime.each import each_done
from mia_plugins.runtime.incidents import Incident, Level
from mia_plugins.runtime.killing import Kill
from mia_plugins.runtime.timetable import Timetable

LONGEST_WAIT = 32
"""s of the broker's time between two tries at the most where it refused; it begins with one and doubles.

Nautilus asks the broker of an order only when nothing was heard of it for some seconds: a hurry would
keep it from learning that there is nothing left to be cancelled.
"""
UNSENT_WAIT = 8
"""The same where nothing is heard of the last try, or it did not leave the node: that the line is back is
noticed by trying. A cancel that is repeated while there is none comes to nothing without a word."""
UNSENT = "client is not ready"
"""What Nautilus says then."""
UNANSWERED = "cancel_unanswered"
"""What incidents call a cancel that nobody answered and that cannot be told once more."""
PATIENCE = 2
"""Tries to tell it once more that come to nothing, before it is one."""


class Cancelling:
    """Cancels one desk's orders."""

    def __init__(
        self, context: Context, cancel: Callable[[ClientOrderId], str], timetable: Timetable
    ) -> None:
        """`cancel` asks for it once, and returns the orders that keep the broker from being told."""
        self._context, self._cancel, self._timetable = context, cancel, timetable
        self._tries: dict[str, int] = {}
        """By order: how often it was asked for, while that is not confirmed."""
        self._refused: set[str] = set()
        """Orders whose last cancel the broker refused."""
        self._untold: dict[str, int] = {}
        """By order: how often its cancel could not be told once more."""

    def ask(self, orders: list[OrderState]) -> None:
        """Cancel those of some orders that are open."""
        each_done(*(partial(self._ask, order) for order in orders if order.is_open))

    def _ask(self, order: OrderState) -> None:
        try:
            self._cancel(ClientOrderId(order.order_id))
        finally:
            if self._context.terms.is_live and order.order_id not in self._tries:
                self._wait(order)

    def refused(self, kind: str, event: Any, known: tuple[Bracket, OrderState] | None) -> None:
        """Tell of what was refused, and ask for a cancel again: brokers refuse while an order changes."""
        if kind not in {"OrderModifyRejected", "OrderCancelRejected"}:
            return
        order_id = str(event.client_order_id)
        self._context.warnings.add(kind, f"{order_id} stays as it is: {event.reason}")
        if kind == "OrderCancelRejected" and UNSENT not in str(event.reason):
            self._refused.add(order_id)
        if kind == "OrderCancelRejected" and known and order_id not in self._tries:
            self._wait(known[1])

    def _wait(self, order: OrderState) -> None:
        tried = self._tries[order.order_id] = self._tries.get(order.order_id, 0) + 1
        longest = LONGEST_WAIT if order.order_id in self._refused else UNSENT_WAIT
        self._refused.discard(order.order_id)
        wait = min(2 ** (tried - 1), longest) * NS
        now = self._timetable.now()
        at = now + self._context.terms.takes(wait)
        if at < self._timetable.close_at:
            self._timetable.alert(f"cancel-{order.order_id}-{tried}", at, lambda _: self._again(order))
        else:
            del self._tries[order.order_id]  # the next session begins anew

    def _again(self, order: OrderState) -> None:
        if order.is_open:
            try:
                self._repeat(order)
            finally:
                self._wait(order)
        else:
            self._tries.pop(order.order_id, None)

    def _repeat(self, order: OrderState) -> None:
        others = self._cancel(ClientOrderId(order.order_id))
        if not others:
            return
        tried = self._untold[order.order_id] = self._untold.get(order.order_id, 0) + 1
        if tried == PATIENCE:
            told = (
                f"the cancel of {order.order_id} is not answered, and cannot be told once more "
                f"while {others} works in its contract"
            )
            self._context.warnings.add(UNANSWERED, told)
            self._tell(order, Incident(UNANSWERED, Level.STOP_ENTRIES, told), self._timetable.now())

    def ended(self, order: OrderState, now: int) -> None:
        """Let entries go on where the cancel of an order that is over since UTC ns kept them back."""
        if self._untold.pop(order.order_id, 0) >= PATIENCE:
            self._tell(order, Incident(UNANSWERED, Level.CLEAR, f"{order.order_id} is over"), now)

    def _tell(self, order: OrderState, incident: Incident, now: int) -> None:
        """Tell of it, and keep entries back or let them go; entries that are called off clear the way."""
        self._context.incidents.tell(now, self._context.strategy_id, incident)
        level = Kill(max(incident.level, Kill.OFF))
        self._context.halt.set(f"{UNANSWERED} {order.order_id}", level, now, is_kept=False)
