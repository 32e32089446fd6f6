"""What actors hear of strategies: each candidate as it was judged, and each trade as it came out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mia_plugins.journal.decision import Decision, JournalColumns

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
    price: int | None
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
