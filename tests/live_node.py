"""A LiveNode as NautilusTrader ships it, on a gateway's port: `python -m tests.live_node PORT SYMBOL`.

It waits for quotes and trades, enters with a bracket, and stops once the position is closed. What it sees goes
to standard output, a line of JSON each.
"""

import json
import sys
import threading
from collections.abc import Callable
from typing import Any

from nautilus_trader.adapters.interactive_brokers import (
    InteractiveBrokersDataClientConfig,
    InteractiveBrokersDataClientFactory,
    InteractiveBrokersExecutionClientConfig,
    InteractiveBrokersExecutionClientFactory,
    InteractiveBrokersInstrumentProviderConfig,
)
from nautilus_trader.common import Environment, LoggerConfig, LogLevel
from nautilus_trader.core import UUID4
from nautilus_trader.live import LiveNode
from nautilus_trader.model import (
    BarType,
    BookType,
    ClientId,
    ContingencyType,
    InstrumentId,
    LimitOrder,
    MarketOrder,
    OrderSide,
    Price,
    Quantity,
    StopMarketOrder,
    StrategyId,
    TimeInForce,
    TraderId,
    TriggerType,
)
from nautilus_trader.trading import Strategy, StrategyConfig

from mia_plugins.runtime.orders import AT_ANY_HOUR

IB = ClientId.from_str("IB")
PATIENCE = 60.0
"""Seconds after which the node stops, whatever came of it."""
POINTS = 20.0
"""How far stop and target lie from the entry."""
WANTED = {"quote", "trade", "bar", "deltas"}
"""What it waits for before it enters."""


class Bracketeer(Strategy):
    """Enters once with stop and target."""

    instrument: InstrumentId

    def __init__(self, config: StrategyConfig) -> None:
        del config
        self.seen: set[str] = set()
        self.has_entered = False
        self.stop_node: Callable[[], None] = lambda: None

    def say(self, what: str, **more: Any) -> None:
        print(json.dumps({"what": what, **more}), flush=True)

    def on_start(self) -> None:
        instrument = self.cache.instrument(self.instrument)
        assert instrument
        self.say(
            "instrument",
            id=str(instrument.id),
            tick=str(instrument.price_increment),
            multiplier=str(instrument.multiplier),
        )
        self.subscribe_quotes(self.instrument)
        self.subscribe_trades(self.instrument)
        self.subscribe_bars(BarType.from_str(f"{self.instrument}-5-SECOND-LAST-EXTERNAL"))
        self.subscribe_book_deltas(self.instrument, BookType.L2_MBP, 5)

    def note(self, what: str, thing: Any) -> None:
        if what not in self.seen:
            self.seen.add(what)
            self.say(what, text=str(thing))

    def on_trade(self, trade: Any) -> None:
        self.note("trade", trade)

    def on_bar(self, bar: Any) -> None:
        self.note("bar", bar)

    def on_book_deltas(self, deltas: Any) -> None:
        self.note("deltas", deltas)

    def on_quote(self, quote: Any) -> None:
        self.note("quote", quote)
        if self.seen >= WANTED and not self.has_entered:
            self.has_entered = True
            self.enter(float(quote.ask_price))

    def enter(self, price: float) -> None:
        entry, stop, target = (self.order_factory.generate_client_order_id() for _ in range(3))
        group, now, one = (
            self.order_factory.generate_order_list_id(),
            self.clock.timestamp_ns(),
            Quantity.from_int(1),
        )
        assert self.trader_id
        names = (self.trader_id, self.strategy_id, self.instrument)
        orders = [
            MarketOrder(
                *names, entry, OrderSide.BUY, one, UUID4(), now, TimeInForce.DAY, False, False,
                contingency_type=ContingencyType.OTO, order_list_id=group, linked_order_ids=[stop, target],
            ),
            StopMarketOrder(
                *names, stop, OrderSide.SELL, one, Price.from_str(f"{price - POINTS:.2f}"), TriggerType.DEFAULT,
                TimeInForce.GTC, False, False, UUID4(), now, contingency_type=ContingencyType.OUO,
                order_list_id=group, linked_order_ids=[target], parent_order_id=entry, tags=[AT_ANY_HOUR],
            ),
            LimitOrder(
                *names, target, OrderSide.SELL, one, Price.from_str(f"{price + POINTS:.2f}"), TimeInForce.GTC,
                False, False, False, UUID4(), now, contingency_type=ContingencyType.OUO, order_list_id=group,
                linked_order_ids=[stop], parent_order_id=entry, tags=[AT_ANY_HOUR],
            ),
        ]  # fmt: skip
        self.submit_order_list(orders, client_id=IB)

    def on_order_event(self, event: Any) -> None:
        kind = type(event).__name__
        more = {}
        if kind == "OrderFilled":
            more = {
                "id": str(event.trade_id),
                "price": float(event.last_px),
                "lots": int(str(event.last_qty)),
                "commission": str(event.commission),
            }
        self.say(kind, order=str(event.client_order_id), **more)
        if kind == "OrderCanceled":  # the stop, after the target filled
            self.stop_node()

    def on_position_event(self, event: Any) -> None:
        self.say(type(event).__name__)

    def on_stop(self) -> None:
        open_orders, positions = self.cache.orders_open(), self.cache.positions_open()
        self.say("stopped", orders=len(open_orders), positions=len(positions))


def node_on(port: int, instrument: InstrumentId) -> LiveNode:
    """Return a node whose clients connect to a port of this machine."""
    here: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "connection_timeout": 20,
        "request_timeout": 20,
    }
    provider = InteractiveBrokersInstrumentProviderConfig(load_ids={instrument})
    data = InteractiveBrokersDataClientConfig(
        client_id=101, use_regular_trading_hours=False, instrument_provider=provider, **here
    )
    execution = InteractiveBrokersExecutionClientConfig(
        client_id=102, account_id="DU1234567", instrument_provider=provider, **here
    )
    return (
        LiveNode.builder("GATEWAY-001", TraderId.from_str("TESTER-001"), Environment.LIVE)
        .with_logging(LoggerConfig(stdout_level=LogLevel.OFF, is_colored=False))
        .with_timeout_connection(20)
        .with_timeout_reconciliation(10)
        .with_timeout_portfolio(5)
        .with_timeout_disconnection_secs(3)
        .with_delay_post_stop_secs(1)
        .with_reconciliation(True)
        .add_data_client(None, InteractiveBrokersDataClientFactory(), data)
        .add_exec_client(None, InteractiveBrokersExecutionClientFactory(), execution)
        .build()
    )


def main(port: int, symbol: str) -> None:
    """Run the node to its end."""
    instrument = InstrumentId.from_str(f"{symbol}.CME")
    node = node_on(port, instrument)
    strategy = Bracketeer(StrategyConfig(strategy_id=StrategyId.from_str("S-001"), order_id_tag="001"))
    strategy.instrument = instrument
    node.add_strategy(strategy)
    handle = node.handle()
    strategy.stop_node = handle.stop
    watchdog = threading.Timer(PATIENCE, handle.stop)
    watchdog.daemon = True
    watchdog.start()
    node.run()
    print(json.dumps({"what": "done"}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
