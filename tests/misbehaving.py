"""A strategy that goes past the framework and sends an order of its own to the engine."""

from nautilus_trader.core import UUID4
from nautilus_trader.model import (
    ClientOrderId,
    InstrumentId,
    MarketOrder,
    OrderSide,
    Quantity,
    TimeInForce,
    TraderId,
)
from nautilus_trader.trading import Strategy

from mia_plugins.journal.decision import Decision
from mia_plugins.runtime.strategy import MiaStrategy, StrategySettings
from mia_plugins.units import Contracts


class Misbehaving(MiaStrategy):
    """Buys at its first bar without a decision, without a stop, as much as it is told."""

    class Settings(StrategySettings):
        """How much."""

        lots: Contracts = Contracts(1)

    def begin(self) -> None:
        """Remember that nothing was sent."""
        self._sent = False

    def evaluate(self, now: int) -> Decision:
        """Send an order once."""
        if not self._sent and self.contract is not None:
            self._sent = True
            order = MarketOrder(
                trader_id=TraderId(self.context.trader_id),
                strategy_id=self.strategy_id,
                instrument_id=InstrumentId.from_str(self.contract.instrument_id),
                client_order_id=ClientOrderId("rogue-1"),
                order_side=OrderSide.BUY,
                quantity=Quantity.from_int(self.settings.lots),
                init_id=UUID4(),
                ts_init=now,
                time_in_force=TimeInForce.IOC,
                reduce_only=False,
                quote_quantity=False,
            )
            Strategy.submit_order(self, order)
        return Decision()
