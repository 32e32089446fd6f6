"""Leaving at the market: until everything is left, and in pieces where one order would be too large."""

from collections.abc import Callable

from mia_plugins.data.sessions import NS
from mia_plugins.runtime.account import Role
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.context import Context
from mia_plugins.runtime.covering import Orders
from mia_plugins.runtime.timetable import Timetable

LONGEST_WAIT = 64
"""s after which, at the latest, what nobody took is offered again; it begins with one and doubles."""
HELD_BACK = 16
"""The same where no taker was asked at all: that a line is back is noticed by trying."""
GONE = "gone"
"""The reason where the broker has no such position: nothing is offered, its orders are cancelled."""
TOO_LARGE = "NOTIONAL"
"""How the backstop's reason begins where an order stands for more $ of index than one may."""


class Leaving:
    """Offers what one desk's bracket holds, again and again."""

    def __init__(self, context: Context, desk: Orders, timetable: Timetable) -> None:
        self._context, self._desk, self._timetable = context, desk, timetable

    def offer(self, bracket: Bracket, now: int) -> None:
        """Send what is held to the market; `now` is UTC ns."""
        rest = abs(bracket.held)
        if not rest or bracket.leaving == GONE:
            return
        bracket.attempts += 1
        side = -bracket.side if bracket.held > 0 else bracket.side
        pieces = []
        while rest:
            lots = min(rest, bracket.piece or rest)
            rest -= lots
            order_id = f"{bracket.base_id}-X{len(bracket.exits) + 1}"
            pieces.append(OrderState(order_id, Role.EXIT, side, lots, None, now, "market"))
            bracket.exits.append(pieces[-1])
        self._desk.place(bracket, pieces)

    def again(self, bracket: Bracket, now: int) -> None:
        """Offer what came late, or in smaller pieces, at once; and in a while what nobody took."""
        if bracket.leaving == GONE:
            self._context.account.bracket = None  # the next start counts that somebody left it
            return
        if bracket.attempts and self._is_halved(bracket):
            bracket.attempts -= 1  # no taker was asked
            self.offer(bracket, now)
            return
        if not bracket.attempts:
            self.offer(bracket, now)
            return
        self._context.warnings.add(
            "exit", f"{bracket.base_id}: {bracket.held} contracts found no taker and were offered again"
        )
        tried, is_held_back = bracket.attempts, bracket.exits[-1].state == "denied"
        longest = HELD_BACK if is_held_back and self._context.terms.is_live else LONGEST_WAIT
        wait = self._context.terms.takes(min(2 ** (tried - 1), longest) * NS)
        name, at = f"again-{bracket.base_id}-{tried}", now + wait
        if at < self._timetable.close_at:
            self._timetable.alert(name, at, self._offering(bracket))

    def _offering(self, bracket: Bracket) -> Callable[[int], None]:
        return lambda ts: self.offer(bracket, ts)

    @staticmethod
    def _is_halved(bracket: Bracket) -> bool:
        """Halve the pieces where one was too large; say whether that was so."""
        refused = [one for one in bracket.exits if one.state == "denied" and one.reason.startswith(TOO_LARGE)]
        smallest = min((one.lots for one in refused), default=0)
        if smallest <= 1 or 0 < bracket.piece < smallest:
            return False
        bracket.piece = smallest // 2
        return True
