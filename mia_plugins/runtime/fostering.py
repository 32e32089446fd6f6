"""Orders that this process did not send: those of the one before it, and those of somebody else.

Nautilus gives orders that it finds at the broker to the strategy that claims their contract, whoever sent
them. So one strategy that decides nothing claims all contracts of a run, and passes on what it hears: what
belongs to a bracket that was adopted goes to its desk. Desks change and cancel such orders like their own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from nautilus_trader.model import InstrumentId, StrategyId
from nautilus_trader.trading import Strategy, StrategyConfig

from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.guarded import Guarded
from mia_plugins.runtime.terms import AS_THEY_ARE, Terms

NAME = "adopted-orders"
TOLD = frozenset({"OrderInitialized", "OrderFilled"})
"""Nautilus' events of somebody else's orders that are told of."""

type Hearers = Mapping[str, Callable[[Any], None]]
"""By order id, who hears of it."""


@dataclass(frozen=True)
class FosterContext:
    """Everything that is the foster strategy's own."""

    contracts: Sequence[str]
    """Nautilus' names of all contracts that the run may hold, such as ESZ6.CME."""
    begin: Callable[[Any, int], Hearers]
    """Is called before any decision, with Nautilus' cache, in which the broker's orders are, and UTC ns."""
    strange: Callable[[str, int], None]
    """Is told of an order of somebody else, at an instant (UTC ns)."""
    guard: Guard
    terms: Terms = AS_THEY_ARE

    who = "the strategy of adopted orders"


class Foster(Guarded, Strategy):
    """Add it to the node before all other strategies: they start in that order."""

    def __new__(cls, context: FosterContext) -> Self:
        """Make Nautilus' part of it."""
        config = StrategyConfig(
            strategy_id=StrategyId(NAME),
            order_id_tag="adopted",
            external_order_instrument_ids=[InstrumentId.from_str(one) for one in context.contracts],
            log_events=False,
            log_commands=False,
        )
        return super().__new__(cls, config)  # type: ignore[call-arg]

    def __init__(self, context: FosterContext) -> None:
        self._unshare()
        self.context = context
        self._hearers: Hearers = {}
        self._guard_handlers(Foster, {"on_start": self._start, "on_order_event": self._hear})

    def _start(self) -> None:
        self._hearers = self.context.begin(self.cache, self.data_time())

    def _hear(self, event: Any) -> None:
        order_id, kind = str(event.client_order_id), type(event).__name__
        hear = self._hearers.get(order_id)
        if hear is not None:
            hear(event)
        elif kind in TOLD:
            self.context.strange(
                f"{kind} of {order_id} in {event.instrument_id}: it is none of ours",
                self.context.terms.heard(event).ts_event,
            )
