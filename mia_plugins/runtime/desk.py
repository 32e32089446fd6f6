"""The desk: makes brackets of decisions and sees them through to their end."""

from contextlib import suppress
from functools import partial
from typing import Any

from nautilus_trader.model import ClientOrderId, InstrumentId

from mia_plugins.errors import MiaError
from mia_plugins.journal.decision import Decision
from mia_plugins.runtime.account import Fill, Role
from mia_plugins.runtime.bracketing import DeskError, bracket_of, passed_by
from mia_plugins.runtime.brackets import DONE, STATES, Bracket, OrderState
from mia_plugins.runtime.cancelling import Cancelling
from mia_plugins.runtime.context import Context
from mia_plugins.runtime.covering import Cover
from mia_plugins.runtime.each import each_done
from mia_plugins.runtime.feeling import REFUSED, Felt
from mia_plugins.runtime.fitting import Fitting
from mia_plugins.runtime.inheriting import Inheriting
from mia_plugins.runtime.killing import KILL_SWITCH, Kill
from mia_plugins.runtime.leaving import Leaving
from mia_plugins.runtime.orders import OrderMaker, price_of, ticks_of
from mia_plugins.runtime.sent import Sent
from mia_plugins.runtime.strange import LATE, tell_late, tell_of_another
from mia_plugins.runtime.timetable import Timetable
from mia_plugins.runtime.trips import Trips, fill_of
from mia_plugins.runtime.wire import Wire


class Desk:
    """One strategy's orders in one product: one bracket at a time."""

    def __init__(
        self, context: Context, maker: OrderMaker, wire: Wire, timetable: Timetable, *, wakes: bool
    ) -> None:
        """`wakes` says whether fills call for an evaluation."""
        self._context = context
        self._maker, self._wire, self._timetable, self._wakes = maker, wire, timetable, wakes
        self._instrument_id: InstrumentId | None = None
        self._sent = Sent(context)
        self.trips = Trips(context)
        """Those that its orders make."""
        self._last_decision = 0
        self._cover = Cover(context, self, timetable.alert)
        self._cancelling = Cancelling(context, wire.cancel, timetable)
        self._leaving = Leaving(context, self, timetable)
        self._fitting = Fitting(context, wire, timetable)
        self.inheriting = Inheriting(context, self, self._leaving, timetable)
        """Looks after what another process sent, once a session is open."""
        self._felt = Felt(context.vitals)
        context.halt.obeyed_by(self.obey)

    @property
    def bracket(self) -> Bracket | None:
        """The one that works; None when there is nothing to do."""
        return self._context.account.bracket

    def begin_session(self, instrument_id: InstrumentId) -> None:
        """Trade a contract from now on."""
        if self.bracket and not self.inheriting.goes_on_with(self.bracket):
            raise DeskError(
                f"{self._context.who} still has {self.bracket.held} contracts and the orders of "
                f"{self.bracket.base_id} in {self._instrument_id} when a session opens: nobody took them in "
                "the one before",
                "give it more time to leave: `flat_before_close`",
            )
        self._instrument_id = instrument_id

    def adopt(self, bracket: Bracket) -> None:
        """Take over a bracket that another process sent, as the broker has it: its events come here."""
        self._sent.know(bracket, bracket.orders)
        self.inheriting.take(bracket)

    def refusal(self, now: int) -> str:
        """Return why nothing can be entered now; "" when it can."""
        if self._context.kill[0]:
            return KILL_SWITCH
        if self._context.halt.level:
            return self._context.halt.reason
        if now >= self._timetable.flat_at:
            return "session_end"
        return "position_open" if self.bracket or self._context.account.position else ""

    def enter(self, now: int, decision: Decision, number: int, base_id: str, price: int) -> None:
        """Send the bracket of a decision that was recorded under a number, when the last price was one."""
        who = self._context.who
        if number <= self._last_decision:
            raise DeskError(f"decision {number} of {who} was acted on before, or another after it was")
        bracket = bracket_of(now, decision, number, base_id, who)
        if passed := passed_by(bracket, price):
            self._context.warnings.add("passed", passed)
        bracket.decided_at, bracket.instrument_id = price, str(self._traded)
        self._last_decision, self._context.account.bracket = number, bracket
        if unkept := self._sent.remember(bracket, bracket.orders):
            self._context.account.bracket = None
            raise unkept
        try:
            self._wire.send(self._maker.bracket(bracket, self._traded))
        except MiaError:  # it was held back: there is nothing to be cancelled
            for order in bracket.orders:
                order.state = "denied"
            self._is_over(bracket)
            raise
        self.inheriting.leave_in_time(bracket, now)

    def leave(self, reason: str, now: int) -> None:
        """Cancel what works and leave what is held at the market."""
        bracket = self.bracket
        if bracket is None or bracket.leaving:
            return
        bracket.leaving = reason
        each_done(
            lambda: self.cancel(bracket.orders),
            lambda: self._leaving.offer(bracket, now),
            lambda: self._sent.keep(bracket),
        )

    def obey(self, kill: int, now: int, reason: str = KILL_SWITCH) -> None:
        """Do what the kill switch says, or who watches over the run, for a reason."""
        bracket = self.bracket
        if bracket is None:
            return
        if kill >= Kill.FLATTEN:
            self.leave(reason, now)
        else:
            self.call_off(bracket)

    def call_off(self, bracket: Bracket) -> None:
        """Cancel what is left of an entry; what it filled is kept."""
        if bracket.entry.is_open and not bracket.is_called_off:
            bracket.is_called_off = True
            self.cancel([bracket.entry])
            self._sent.keep(bracket)

    def move_stop(self, ticks: int) -> None:
        """Have the stop of what is held lie at a price, in ticks."""
        bracket = self.bracket
        if bracket and bracket.stop.is_open and not bracket.leaving:
            self._wire.move(ClientOrderId(bracket.stop.order_id), price_of(ticks))

    def place(self, bracket: Bracket, orders: list[OrderState]) -> None:
        """Send orders of a bracket that are linked to none: stops, targets and exits.

        What makes the risk smaller is sent though it cannot be noted; that it cannot is raised after it.
        """
        unkept = self._sent.remember(bracket, orders)
        instrument_id = InstrumentId.from_str(bracket.instrument_id)
        alone = [self._maker.alone(order, instrument_id) for order in orders]
        each_done(*(partial(self._wire.send, [one]) for one in alone))
        if unkept:
            raise unkept

    def on_order_event(self, event: Any) -> None:
        """Follow an order of ours."""
        event = self._context.terms.heard(event)
        kind = getattr(event, "kind", type(event).__name__)
        self._felt.answered(kind, event.ts_event)
        state = STATES.get(kind)
        if state is None and kind != "OrderFilled":
            self._refused(kind, event)
            return  # it changes nothing yet, and the cache is locked while it is told of
        known = self._sent.find(str(event.client_order_id))
        if known is None:
            tell_of_another(self._context, event)
            return
        bracket, order = known
        each_done(
            lambda: self._heard(bracket, order, state, event), lambda: self.settle(bracket, event.ts_event)
        )

    def finish(self) -> None:
        """Record what is still open when the run ends."""
        self.trips.record()
        if self.bracket is None:
            return
        for order in self.bracket.orders:
            if order.ts_done is None:
                self._context.records.order(order, self.bracket.decision, self.bracket.instrument_id)
        if self.bracket.held:
            self._context.warnings.add(
                "held", f"{self._context.who} still held {self.bracket.held} contracts when the run ended"
            )

    @property
    def _traded(self) -> InstrumentId:
        if self._instrument_id is None:
            raise DeskError(f"{self._context.who} is not in a session", "trade after `begin_session`")
        return self._instrument_id

    def _heard(self, bracket: Bracket, order: OrderState, state: str | None, event: Any) -> None:
        """Follow what became of an order; one that is filled has no state."""
        if state is None:
            self._filled(bracket, order, event)
            return
        if state in DONE and not order.is_open:
            return  # its end is told once more
        order.state = state
        if getattr(event, "kind", type(event).__name__) == "OrderUpdated":
            self._updated(bracket, order, event)
        elif not order.is_open:
            self.end(bracket, order, event.ts_event, getattr(event, "reason", ""))

    def _updated(self, bracket: Bracket, order: OrderState, event: Any) -> None:
        before, order.lots, order.asked = order.ticks, int(event.quantity), 0
        moved = event.trigger_price if order.type == "stop" else event.price
        order.ticks = order.ticks if moved is None else ticks_of(moved)
        if order.ticks != before:
            self._sent.keep(bracket)

    def _refused(self, kind: str, event: Any) -> None:
        """Do again what is still to be done."""
        known = self._sent.find(str(event.client_order_id))
        self._cancelling.refused(kind, event, known)
        if kind == "OrderModifyRejected" and known:
            self._fitting.refused(*known)

    def _filled(self, bracket: Bracket, order: OrderState, event: Any) -> None:
        """Count an execution, unless it is told once more.

        It is counted though it cannot be noted, for it was executed: a restart finds it at the broker.
        """
        fill, instrument_id = fill_of(self._context, bracket, order, event), str(event.instrument_id)
        try:
            is_new = self._sent.note(str(event.trade_id), fill, bracket.leaving)
        except Exception:
            with suppress(Exception):  # the first failure is the one to be told
                self._count(bracket, order, fill, instrument_id)
            raise
        if is_new:
            self._count(bracket, order, fill, instrument_id)

    def _count(self, bracket: Bracket, order: OrderState, fill: Fill, instrument_id: str) -> None:
        if bracket.is_done:
            tell_late(self._context, order.order_id, fill.ts)
        order.filled += fill.lots
        order.state = "filled" if order.filled >= order.lots else "partially filled"
        self._felt.filled(bracket, order, fill)
        each_done(
            lambda: self.trips.take(fill, bracket.leaving, instrument_id),
            lambda: None if order.is_open else self.end(bracket, order, fill.ts, ""),
            # An entry that goes on would have no stop.
            lambda: None if order.role is Role.ENTRY else self.cancel([bracket.entry]),
        )
        if self._wakes:
            self._timetable.evaluate_after(fill.ts + 1, "order")

    def end(self, bracket: Bracket, order: OrderState, ts: int, reason: str) -> None:
        """Record an order that is over since an instant (UTC ns)."""
        order.ts_done, order.reason = ts, str(reason or "")
        self._felt.ended(ts, refused=order.state in REFUSED)
        self._cancelling.ended(order, ts)
        self._context.records.order(order, bracket.decision, bracket.instrument_id)
        if order.state in REFUSED:
            kind = f"{order.state} {order.reason.partition(':')[0]}"
            self._context.warnings.add(kind, f"the order {order.order_id} was {order.state}: {order.reason}")

    def settle(self, bracket: Bracket, now: int) -> None:
        """Do what an event made necessary."""
        if bracket.entry.is_open and not bracket.entry.filled:
            return
        if bracket.is_done:
            self._is_over(bracket)
        elif self.bracket is not bracket:
            self._come_back(bracket, now)
        elif not bracket.entry.is_open and not bracket.entry.filled:
            self.cancel([bracket.stop, bracket.target])
        else:
            self._guard(bracket, now)

    def _is_over(self, bracket: Bracket) -> None:
        """Have nothing more to do with a bracket; a broker may tell more of its orders."""
        if self.bracket is bracket:
            self._context.account.bracket = None
        self._sent.forget(bracket)

    def _guard(self, bracket: Bracket, now: int) -> None:
        """Have stop and target fit what is held, or leave it."""
        self._fitting.look(bracket)
        self._cover.look(bracket, now)
        if bracket.leaving and not any(order.is_open for order in bracket.orders):
            self._leaving.again(bracket, now)

    def _come_back(self, bracket: Bracket, now: int) -> None:
        """Be rid of a bracket that was thought to be over, and of which something works or is held."""
        if self.bracket is None:
            self._context.account.bracket = bracket
        self.cancel(bracket.orders)
        bracket.leaving = bracket.leaving or LATE
        if not any(order.is_open for order in bracket.exits):
            self._leaving.offer(bracket, now)

    def cancel(self, orders: list[OrderState]) -> None:
        """Cancel those of some orders that are open."""
        self._cancelling.ask(orders)
