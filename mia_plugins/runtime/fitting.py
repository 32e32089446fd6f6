"""Stop and target have the size of what is held; a size that a broker refuses is asked for again."""

from nautilus_trader.model import ClientOrderId

from mia_plugins.data.sessions import NS
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.context import Context
from mia_plugins.runtime.orders import lots_of
from mia_plugins.runtime.timetable import Timetable
from mia_plugins.runtime.wire import Wire

LOST = 8 * NS
"""ns of the broker's after which a change that nobody answered is asked for again: it may be lost."""


class Fitting:
    """Looks after the sizes of one desk's stops and targets."""

    def __init__(self, context: Context, wire: Wire, timetable: Timetable) -> None:
        self._context, self._wire, self._timetable = context, wire, timetable

    def look(self, bracket: Bracket) -> None:
        """Ask for the sizes that are wanted. Until it is answered, an order has the size it had."""
        for order, lots in bracket.misfit():
            order.asked = lots
            if self._context.terms.is_live:
                self._wait(bracket, order, lots)
            self._wire.resize(ClientOrderId(order.order_id), lots_of(lots))

    def _wait(self, bracket: Bracket, order: OrderState, lots: int) -> None:
        """Look again where a size (contracts) is not answered."""
        at = self._timetable.now() + self._context.terms.takes(LOST)

        def is_due(_: int) -> None:
            if order.is_open and order.asked == lots:
                order.asked = 0
                self._again(bracket)

        if at < self._timetable.close_at:
            self._timetable.alert(f"unsized-{order.order_id}-{at}", at, is_due)

    def refused(self, bracket: Bracket, order: OrderState) -> None:
        """Look again in a second: brokers refuse while an order changes."""
        at = self._timetable.now() + self._context.terms.takes(NS)
        if order.asked and at < self._timetable.close_at:
            order.asked = 0
            self._timetable.alert(f"resize-{order.order_id}-{at}", at, lambda _: self._again(bracket))

    def _again(self, bracket: Bracket) -> None:
        self.look(bracket)
        if not bracket.held and not bracket.entry.is_open:
            for order in (bracket.stop, bracket.target):  # the other one did not take it along
                if order.is_open:
                    self._wire.cancel(ClientOrderId(order.order_id))
