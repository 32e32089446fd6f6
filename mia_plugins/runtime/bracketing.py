"""From a decision to its bracket, or why it cannot become one."""

from itertools import pairwise

from mia_plugins.errors import MiaError
from mia_plugins.journal.decision import Decision
from mia_plugins.runtime.account import Role
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.times import told_time

LETTERS = {Role.ENTRY: "E", Role.STOP: "S", Role.TARGET: "T"}
FAR = 100
"""The share of the price, one over this, beyond which a bracket is a mistake and not a fast market."""


class DeskError(MiaError):
    """A decision that cannot become a bracket, or orders that do what they may not."""


def bracket_of(now: int, decision: Decision, number: int, base_id: str, who: str) -> Bracket:
    """Return the bracket a decision asks for."""
    side, stop, target = decision.side, decision.stop, decision.target
    if stop is None or target is None:
        raise DeskError(
            f"decision {number} of {who} is taken without a {'stop' if stop is None else 'target'}"
        )
    if min(stop, target) <= 0:
        raise DeskError(
            f"decision {number} of {who}: the stop at {stop} ticks and the target at {target} are no prices "
            "that the market can come to"
        )
    between = [stop, target] if decision.entry is None else [stop, decision.entry, target]
    if any((other - one) * side <= 0 for one, other in pairwise(between)):
        at = "" if decision.entry is None else f" at {decision.entry}"
        raise DeskError(
            f"decision {number} of {who}: the stop at {stop} ticks and the target at {target} are on the "
            f"wrong sides for a {'buy' if side > 0 else 'sale'}{at}"
        )
    if decision.until is not None and decision.until <= now:
        raise DeskError(
            f"decision {number} of {who} is to be left at {told_time(decision.until)}, which is past"
        )
    entry_type = "market" if decision.entry is None else "limit"

    def order(role: Role, sign: int, ticks: int | None, type_: str) -> OrderState:
        return OrderState(f"{base_id}-{LETTERS[role]}", role, sign, decision.size, ticks, now, type_)

    return Bracket(
        decision=number,
        base_id=base_id,
        side=side,
        entry=order(Role.ENTRY, side, decision.entry, entry_type),
        stop=order(Role.STOP, -side, stop, "stop"),
        target=order(Role.TARGET, -side, target, "limit"),
        until=decision.until,
        first_stop=stop,
    )


def passed_by(bracket: Bracket, price: int) -> str:
    """Return what to tell of prices the market, last at a price in ticks, has passed; "" when it has not.

    Prices that are none of this market, as points given for ticks, are refused. An entry that waits at
    a limit brings its own.
    """
    if bracket.entry.ticks is not None:
        return ""
    low, high = sorted(order.ticks or 0 for order in (bracket.stop, bracket.target))
    beyond = max(low - price, price - high)
    if beyond < 0:
        return ""
    where = f"the stop and the target of {bracket.base_id} ({low} and {high} ticks)"
    if beyond > price // FAR:
        raise DeskError(
            f"{where} both lie on one side of the market, which is at {price}",
            "give them in ticks: points times four",
        )
    return f"{where} were passed by the market, at {price}, when it was sent"
