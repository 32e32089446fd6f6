"""What one desk's executions make of its account, and the round trips that are to be recorded."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from mia_plugins.data.columns import Quotes
from mia_plugins.runtime.account import Fill, RoundTrip
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.context import Context
from mia_plugins.runtime.each import each_done
from mia_plugins.runtime.hearing import tell_trade
from mia_plugins.runtime.orders import ticks_of
from mia_plugins.runtime.strange import fee_of


def fill_of(context: Context, bracket: Bracket, order: OrderState, event: Any) -> Fill:
    """Return the execution that an event of Nautilus' tells of."""
    return Fill(
        event.ts_event, order.order_id, bracket.decision, order.role, order.side, int(event.last_qty),
        ticks_of(event.last_px), fee_of(context, event), bracket.first_stop,
    )  # fmt: skip


class Trips:
    """Takes executions; a round trip that is closed has quotes to see before it is recorded."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._closed: list[tuple[RoundTrip, str]] = []

    def take(self, fill: Fill, reason: str, instrument_id: str) -> None:
        """Count an execution of a contract; `reason` is why what is held is being left."""
        context = self._context
        trip = context.account.take(fill, reason)
        if trip:
            self._closed.append((trip, instrument_id))  # quotes up to its end are still to be seen
            context.following.closed()
        each_done(partial(context.records.fill, fill, instrument_id), context.keeper.rose)

    def see(self, seen: Sequence[Quotes]) -> None:
        """Take the quotes since those before, and record the round trips that closed within."""
        held = self._context.account.trip
        if held:
            for quotes in seen:
                held.see(quotes)
        self.see_closed(seen)

    def see_closed(self, waiting: Sequence[Quotes]) -> None:
        """Take quotes for the round trips that have closed, and record them; later ones do not count."""
        for trip, _ in self._closed:
            for quotes in waiting:
                trip.see(quotes)
        self.record()

    def record(self) -> None:
        """Record the round trips that have closed."""
        context = self._context
        closed, self._closed = self._closed, []
        for trip, instrument_id in closed:
            context.records.position(trip, instrument_id, context.account.tick_value)
            tell_trade(context, trip)
