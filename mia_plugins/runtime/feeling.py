"""What a desk adds to the vitals of its run."""

from mia_plugins.runtime.account import Fill, Role
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.vitals import Noted, Vitals

REFUSED = ("rejected", "denied")
ERRORS = frozenset({"OrderRejected", "OrderDenied", "OrderModifyRejected", "OrderCancelRejected"})
"""Nautilus' events that say no."""
ANSWERS = ERRORS | {"OrderAccepted", "OrderUpdated", "OrderCanceled", "OrderFilled", "OrderExpired"}


class Felt:
    """One desk's part of the vitals."""

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals

    def answered(self, kind: str, ts: int) -> None:
        """Note an event of Nautilus', by its name, at an instant (UTC ns)."""
        if kind in ANSWERS:
            self._vitals.answers.append(Noted(ts, float(kind in ERRORS)))

    def ended(self, ts: int, *, refused: bool) -> None:
        """Note an order that is over."""
        self._vitals.ended.append(Noted(ts, float(refused)))

    def filled(self, bracket: Bracket, order: OrderState, fill: Fill) -> None:
        """Note how far beyond its price an entry at the market or a stop was filled."""
        if order.role is Role.STOP:
            meant = order.ticks
        elif order.role is Role.ENTRY and order.ticks is None:
            meant = bracket.decided_at
        else:
            return
        if meant is not None:
            self._vitals.slips.append(Noted(fill.ts, float(fill.side * (fill.ticks - meant))))
