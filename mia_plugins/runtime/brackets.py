"""A bracket: an entry with its stop and its target, and what is left to be done about it."""

from dataclasses import dataclass, field

from mia_plugins.runtime.account import Role
from mia_plugins.runtime.killing import Kill

DONE = frozenset({"filled", "canceled", "rejected", "denied", "expired"})
"""States in which an order can no longer be filled."""
STATES = {
    "OrderSubmitted": "submitted",
    "OrderAccepted": "accepted",
    "OrderTriggered": "triggered",
    "OrderUpdated": "accepted",
    "OrderCanceled": "canceled",
    "OrderExpired": "expired",
    "OrderRejected": "rejected",
    "OrderDenied": "denied",
}
"""What an order is after an event of Nautilus'. Others say nothing of it."""
SENT = "submitted"
"""The state of an order of which nothing has been heard."""


@dataclass(slots=True)
class OrderState:
    """An order of ours, as its events tell of it."""

    order_id: str
    role: Role
    side: int
    """+1 buys, -1 sells."""
    lots: int
    """Contracts asked for."""
    ticks: int | None
    """Limit or trigger price, in ticks; None at the market."""
    ts: int
    """When it was submitted: UTC ns."""
    type: str
    """`market`, `limit` or `stop`."""
    filled: int = 0
    """Contracts."""
    state: str = SENT
    reason: str = ""
    """Why it was refused."""
    ts_done: int | None = None
    asked: int = 0
    """Contracts that it was asked to have instead, and has not been answered; 0: none."""

    @property
    def is_open(self) -> bool:
        """Say whether it can still be filled."""
        return self.state not in DONE

    @property
    def works(self) -> bool:
        """Say whether whoever executes it has taken it."""
        return self.is_open and self.state != SENT


@dataclass(slots=True)
class Bracket:
    """The orders of one decision."""

    decision: int
    base_id: str
    """What its order ids begin with."""
    side: int
    entry: OrderState
    stop: OrderState
    target: OrderState
    until: int | None = None
    """When it is left at the market, at the latest: UTC ns."""
    exits: list[OrderState] = field(default_factory=list)
    """Orders that leave at the market."""
    former: list[OrderState] = field(default_factory=list)
    """Stops and targets that came to nothing, in whose place others were sent."""
    attempts: int = 0
    """How often what is held was offered to the market."""
    piece: int = 0
    """Contracts an order that leaves may have, where a larger one was refused; 0: all that is held."""
    instrument_id: str = ""
    """The contract its orders are for; "" before they are sent."""
    decided_at: int | None = None
    """The last price when it was decided, in ticks."""
    first_stop: int | None = None
    """Where the stop lay at first, in ticks: what was risked."""
    is_called_off: bool = False
    """Whether its entry was cancelled: by the kill switch, or since it waited too long."""
    leaving: str = ""
    """Why it is being left; "" while it is not."""

    @property
    def orders(self) -> list[OrderState]:
        """All its orders."""
        return [self.entry, self.stop, self.target, *self.former, *self.exits]

    @property
    def held(self) -> int:
        """Contracts it has entered and not left; below 0 where more was left than entered."""
        held = self.entry.filled - self.stop.filled - self.target.filled
        if not (self.exits or self.former):
            return held
        # What turned it round is left in the direction of its entry.
        return held + sum(one.filled * one.side * self.side for one in (*self.exits, *self.former))

    @property
    def is_done(self) -> bool:
        """Say whether nothing is held and no order can be filled any more."""
        return self.held == 0 and not any(order.is_open for order in self.orders)

    def heeds(self, kill: int) -> bool:
        """Say whether the kill switch, standing so, has anything left to do about it."""
        if kill >= Kill.FLATTEN:
            return not self.leaving
        return self.entry.is_open and not self.is_called_off

    def misfit(self) -> list[tuple[OrderState, int]]:
        """Return the stop and target whose size is not what is held, with the size they should have.

        While the entry works, its children have the whole size; it shrinks when the entry ends short.
        An entry that fills in parts at a limit is followed part by part.
        """
        if not self.entry.filled or (self.entry.is_open and self.entry.type == "market"):
            return []
        held = self.held
        found = [(order, order.filled + held) for order in (self.stop, self.target) if order.is_open]
        return [(one, lots) for one, lots in found if one.filled < lots != (one.asked or one.lots)]

    def replaced(self, role: Role) -> bool:
        """Say whether its stop, or its target, was sent once more."""
        return any(order.role is role for order in self.former)
