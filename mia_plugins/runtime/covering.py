"""What is held has a working stop, or within a second it gets another, or is left."""

from collections.abc import Callable
from typing import Protocol

from mia_plugins.data.sessions import NS
from mia_plugins.runtime.account import Role
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.context import Context
from mia_plugins.runtime.incidents import Incident, Level

LATE = NS
"""ns that a stop may take to be accepted."""
NO_STOP = "no_stop"
"""The reason of what is left since no stop could be had."""


class Orders(Protocol):
    """The desk, as far as stops are concerned."""

    @property
    def bracket(self) -> Bracket | None:
        """The one that works."""

    def place(self, bracket: Bracket, orders: list[OrderState]) -> None:
        """Send orders of a bracket that are linked to none."""

    def cancel(self, orders: list[OrderState]) -> None:
        """Cancel those that are open."""

    def leave(self, reason: str, now: int) -> None:
        """Leave what is held."""


class Cover:
    """Looks after the stop of one desk's bracket."""

    def __init__(
        self, context: Context, desk: Orders, alert: Callable[[str, int, Callable[[int], None]], None]
    ) -> None:
        """`alert` has a function called at an instant (UTC ns)."""
        self._context, self._desk, self._alert = context, desk, alert
        self._watched: OrderState | None = None

    def look(self, bracket: Bracket, now: int) -> None:
        """See to it that what is held is covered; `now` is UTC ns."""
        if bracket.leaving:
            return
        stop, held = bracket.stop, bracket.held
        if held <= 0:
            self._end(bracket, now)
        elif not stop.is_open:
            self._mend(bracket, now, f"its stop was {stop.state}")
        elif bracket.former and bracket.target.state == "canceled" and not bracket.replaced(Role.TARGET):
            self._again(bracket, bracket.target, now)  # it went with the stop that it was linked to
        if held > 0 and stop is bracket.stop and not stop.works and stop is not self._watched:
            self._watched = stop
            self._alert(
                f"stop-{stop.order_id}",
                now + self._context.terms.takes(LATE),
                lambda ts: self._late(bracket, stop, ts),
            )

    def _end(self, bracket: Bracket, now: int) -> None:
        """See to it that nothing is left over where stop and target are not linked."""
        if bracket.held < 0:
            self._desk.leave("turned", now)  # a stop that was thought lost was filled beside its successor
        elif bracket.former:
            self._desk.cancel([bracket.stop, bracket.target])

    def _late(self, bracket: Bracket, stop: OrderState, now: int) -> None:
        """Replace a stop of which nothing has been heard for too long."""
        is_due = self._desk.bracket is bracket and bracket.stop is stop and not bracket.leaving
        if is_due and bracket.held > 0 and not stop.works:
            self._desk.cancel([stop])
            self._mend(bracket, now, f"of its stop nothing was heard for {LATE / NS:g} s")

    def _mend(self, bracket: Bracket, now: int, why: str) -> None:
        """Send another stop; leave where that one does not work either, or the first found too few takers."""
        if bracket.stop.filled:
            self._desk.leave(str(Role.STOP), now)
            return
        held = f"{bracket.base_id} held {bracket.held} contracts"
        if bracket.replaced(Role.STOP):
            self._tell(
                now,
                Level.FLATTEN_AND_STOP,
                f"{held} without a working stop and was left: {why}, the second too",
            )
            self._desk.leave(NO_STOP, now)
            return
        self._tell(now, Level.WARN, f"{held} without a working stop, and another was sent: {why}")
        try:
            self._again(bracket, bracket.stop, now)
        finally:  # it was sent though it could not be noted: it is waited for like any other
            self.look(bracket, now)

    def _again(self, bracket: Bracket, old: OrderState, now: int) -> None:
        """Send a stop or a target once more, for all that is held."""
        new = OrderState(f"{old.order_id}2", old.role, old.side, bracket.held, old.ticks, now, old.type)
        bracket.former.append(old)
        if old.role is Role.STOP:
            bracket.stop = new
        else:
            bracket.target = new
        self._desk.place(bracket, [new])

    def _tell(self, now: int, level: Level, text: str) -> None:
        self._context.warnings.add(f"bare {level.told}", text)
        self._context.incidents.tell(now, self._context.strategy_id, Incident(NO_STOP, level, text))
