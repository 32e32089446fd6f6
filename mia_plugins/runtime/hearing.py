"""What actors hear of strategies: each candidate as it was judged, and each trade as it came out.

Whoever keeps a log of a living run hears of each event of an order too.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mia_plugins.journal.decision import Decision, JournalColumns
from mia_plugins.runtime.orders import ticks_of

if TYPE_CHECKING:
    from mia_plugins.runtime.account import RoundTrip
    from mia_plugins.runtime.context import Context


@dataclass(frozen=True, slots=True)
class HeardDecision:
    """A candidate that was judged."""

    strategy_id: str
    product: str
    id: int
    """Its number in the journal."""
    ts: int
    """UTC ns."""
    decision: Decision
    columns: JournalColumns
    """The names of what it holds."""
    price: int | None = None
    """What it saw, in ticks."""


@dataclass(frozen=True, slots=True)
class HeardTrade:
    """A round trip that is closed."""

    strategy_id: str
    product: str
    decision: int
    """The number of the decision it came from."""
    ts: int
    """When it was closed: UTC ns."""
    net: float
    """$ after fees."""
    exit: str
    """How it ended: stop, target, or the reason it was closed for."""


class Ear(Protocol):
    """Who hears it; it may not answer: nothing that is decided depends on it."""

    def hear_decision(self, heard: HeardDecision) -> None:
        """Take note of a candidate."""

    def hear_trade(self, heard: HeardTrade) -> None:
        """Take note of a closed trade."""


@dataclass(frozen=True, slots=True)
class HeardOrder:
    """An event of an order, as Nautilus told it."""

    strategy_id: str
    product: str
    """What the order is for, such as MES."""
    ts: int
    """UTC ns."""
    kind: str
    """Nautilus' name of the event, such as `OrderAccepted`."""
    order_id: str
    decision: int = 0
    """The number of the decision it came from; 0 where its bracket is over."""
    role: str = ""
    """entry, stop, target or exit; "" where its bracket is over."""
    side: int = 0
    """+1 buys, -1 sells; 0 where its bracket is over."""
    lots: int = 0
    """Contracts: of a fill those that were filled."""
    ticks: int | None = None
    """Price in ticks: of a fill what was paid; None at the market."""
    reason: str = ""
    """Why it was refused."""


class OrderEar(Protocol):
    """Who hears of orders; like an `Ear` it may not answer."""

    def hear_order(self, heard: HeardOrder) -> None:
        """Take note of an order's event, before anything follows from it."""


def tell_decision(context: "Context", number: int, now: int, decision: Decision, price: int | None) -> None:
    """Have actors hear of a candidate, by its number in the journal, its time (UTC ns) and price (ticks)."""
    if context.ears:
        columns = context.book.columns
        heard = HeardDecision(context.strategy_id, context.product, number, now, decision, columns, price)
        for ear in context.ears:
            ear.hear_decision(heard)


def tell_trade(context: "Context", trip: "RoundTrip") -> None:
    """Have actors hear of a closed trade."""
    net = float(trip.gross(context.account.tick_value) - trip.fees)
    for ear in context.ears:
        ear.hear_trade(
            HeardTrade(context.strategy_id, context.product, trip.decision, trip.ts_close, net, trip.exit)
        )


def tell_order(context: "Context", event: Any) -> None:
    """Have those who listen hear of an order's event; it tells of the order as it was before."""
    if context.order_ears:
        heard = _heard(context, event)
        for ear in context.order_ears:
            ear.hear_order(heard)


def _heard(context: "Context", event: Any) -> HeardOrder:
    kind, order_id = type(event).__name__, str(event.client_order_id)
    ts = context.terms.heard(event).ts_event
    bracket = context.account.bracket
    order = next((one for one in bracket.orders if one.order_id == order_id), None) if bracket else None
    lots, ticks = (order.lots, order.ticks) if order else (0, None)
    if kind == "OrderFilled":
        lots, ticks = int(event.last_qty), ticks_of(event.last_px)
    return HeardOrder(
        context.strategy_id,
        context.account.product,
        ts,
        kind,
        order_id,
        bracket.decision if bracket and order else 0,
        str(order.role) if order else "",
        order.side if order else 0,
        lots,
        ticks,
        str(getattr(event, "reason", None) or ""),
    )
