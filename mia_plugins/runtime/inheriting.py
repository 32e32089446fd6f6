"""Going on with a bracket of before this session: another process sent it, or nobody took it in time."""

from typing import Protocol

from mia_plugins.runtime.account import Role
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.context import Context
from mia_plugins.runtime.leaving import GONE, Leaving
from mia_plugins.runtime.timetable import Timetable

HELD_OVER = "held_over"
"""The reason of what is left since it is of a session before this one."""


class Heir(Protocol):
    """The desk, as far as what it did not send itself is concerned."""

    @property
    def bracket(self) -> Bracket | None:
        """The one that works."""

    def leave(self, reason: str, now: int) -> None:
        """Leave what is held."""

    def call_off(self, bracket: Bracket) -> None:
        """Cancel what is left of an entry."""

    def cancel(self, orders: list[OrderState]) -> None:
        """Cancel those that are open."""

    def end(self, bracket: Bracket, order: OrderState, ts: int, reason: str) -> None:
        """Record an order that is over."""

    def settle(self, bracket: Bracket, now: int) -> None:
        """Do what has become necessary."""


class Inheriting:
    """Looks after one desk's bracket as soon as a session is open; until then its stop does, if it works."""

    def __init__(self, context: Context, desk: Heir, leaving: Leaving, timetable: Timetable) -> None:
        self._context, self._desk, self._leaving, self._timetable = context, desk, leaving, timetable
        self._waiting: Bracket | None = None

    def take(self, bracket: Bracket) -> None:
        """Take a bracket whose orders are as the broker has them."""
        self._context.steps.adopted(self._context.strategy_id, bracket)
        self._context.account.bracket = self._waiting = bracket

    def goes_on_with(self, bracket: Bracket) -> bool:
        """Say whether a bracket of before a session that opens is looked after in it.

        A line that is down when a session closes leaves no way out of what is held; only live there is one.
        """
        if bracket is not self._waiting and self._context.terms.is_live:
            self._context.warnings.add(
                HELD_OVER,
                f"{bracket.base_id} still had {bracket.held} contracts and its orders when its session "
                "closed: they are left as the next one opens",
            )
            self._waiting = bracket
        return bracket is self._waiting

    def go_on(self, now: int, opened: int) -> None:
        """See to it that what is held has its stop, and is left in time; the session `opened` (UTC ns).

        What is of an earlier session is left: whoever was to leave it then could not.
        """
        bracket, self._waiting = self._waiting, None
        if bracket is None or self._desk.bracket is not bracket:
            return  # its orders were told of in the meantime, and it is done
        for order in bracket.orders:
            if not order.is_open and order.ts_done is None:
                self._desk.end(bracket, order, now, order.reason)
        self._go_on(bracket, now, opened)
        self._desk.settle(bracket, now)

    def _go_on(self, bracket: Bracket, now: int, opened: int) -> None:
        if bracket.leaving:
            self._leave_again(bracket, now)
        elif bracket.entry.ts < opened:
            self._desk.leave(HELD_OVER, now)
        elif bracket.until is not None and bracket.until <= now:
            self._desk.leave("time", now)
        else:
            self._tidy(bracket)
        self.leave_in_time(bracket, now)

    def _tidy(self, bracket: Bracket) -> None:
        """Cancel what has lost its purpose."""
        is_bare = not (bracket.stop.is_open and bracket.target.is_open)
        if bracket.is_called_off or is_bare or bracket.held < bracket.entry.filled:
            self._desk.cancel([bracket.entry])  # an entry that goes on would have no stop of its size
        if not bracket.held and not bracket.entry.is_open:
            self._desk.cancel([bracket.stop, bracket.target])  # somebody else left it

    def _leave_again(self, bracket: Bracket, now: int) -> None:
        """Go on leaving: what was cancelled may not have been told, and what was offered neither."""
        is_gone = bracket.leaving == GONE
        self._desk.cancel([order for order in bracket.orders if is_gone or order.role is not Role.EXIT])
        if not any(order.is_open for order in bracket.exits):
            self._leaving.offer(bracket, now)

    def leave_in_time(self, bracket: Bracket, now: int) -> None:
        """Have a bracket left when its time is up."""
        if bracket.until is not None and bracket.until > now:
            name = f"until-{bracket.base_id}"
            self._timetable.alert(name, bracket.until, lambda ts: self._time_is_up(bracket, ts))

    def _time_is_up(self, bracket: Bracket, ts: int) -> None:
        if self._desk.bracket is bracket:
            self._desk.leave("time", ts)
