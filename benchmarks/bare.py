"""The same without mia: strategies written against Nautilus alone, to compare ours with."""

from typing import Any, Self

from nautilus_trader.model import BarType, BookType, InstrumentId, OrderSide, Price, Quantity, TimeInForce
from nautilus_trader.trading import Strategy, StrategyConfig

from mia_plugins.backtest.fills import Guarding
from mia_plugins.data.sessions import Session

FAST, SLOW, STOP, TARGET = 10, 21, 4.0, 8.0
"""Settings of `ema_cross` as it is; stop and target in points."""
FLAT_NS = 5 * 60_000_000_000
"""How long before the close everything is left."""


class Bare(Strategy):
    """A strategy of Nautilus' with arguments of its own."""

    def __new__(cls, *_: Any) -> Self:
        """Make Nautilus' part of it."""
        return super().__new__(cls, StrategyConfig(log_events=False, log_commands=False))  # type: ignore[call-arg]


class BareEmaCross(Bare):
    """What `ema_cross` does, bar by bar: averages of each contract, the same brackets, flat at the close."""

    def __init__(self, bar_types: list[str], sessions: list[Session]) -> None:
        """`bar_types` are those of the contracts that lead, one after the other."""
        self._bar_types = bar_types
        self._flats = iter([session.close - FLAT_NS for session in sessions])
        self._closes = iter([session.close for session in sessions])
        self._fast = self._slow = 0.0
        self._side = 0
        self._count = 0
        self._flat_at = self._close_at = 0
        self._stop: int | None = None
        self._bar_type: BarType | None = None

    def on_start(self) -> None:
        """Subscribe to every contract."""
        for name in self._bar_types:
            self.subscribe_bars(BarType.from_str(name))

    def on_bar(self, bar: Any) -> None:
        """Follow the averages, leave before the close, enter where they cross."""
        close, now = bar.close.as_double(), bar.ts_init
        if bar.bar_type != self._bar_type:
            self._bar_type, self._count = bar.bar_type, 0
        self._count += 1
        if self._count == 1:
            self._fast = self._slow = close
        self._fast += 2 / (FAST + 1) * (close - self._fast)
        self._slow += 2 / (SLOW + 1) * (close - self._slow)
        side = 1 if self._fast > self._slow else -1
        crossed, self._side = side != self._side, side
        if now > self._close_at:
            self._flat_at, self._close_at = next(self._flats), next(self._closes)
        if now >= self._flat_at:
            if now == self._flat_at:
                self.leave(bar.bar_type.instrument_id)
        elif crossed and self._count > SLOW and self.portfolio.is_net_flat(bar.bar_type.instrument_id):
            self.enter(bar.bar_type.instrument_id, side, close)

    def enter(self, instrument_id: InstrumentId, side: int, close: float) -> None:
        """Send a bracket around a close."""
        self._stop = round((close - side * STOP) * 4)
        self.submit_order_list(
            self.order_factory.bracket(
                instrument_id,
                OrderSide.BUY if side > 0 else OrderSide.SELL,
                Quantity.from_int(1),
                time_in_force=TimeInForce.IOC,
                tp_price=Price(close + side * TARGET, 2),
                tp_post_only=False,
                sl_trigger_price=Price(close - side * STOP, 2),
            )
        )

    def beside(self, _: str) -> Guarding:
        """Return what stands with the target that works; the model of fills asks."""
        return Guarding(self._stop, None)

    def leave(self, instrument_id: InstrumentId) -> None:
        """Cancel what works and leave what is held."""
        self.cancel_all_orders(instrument_id)
        self.close_all_positions(instrument_id)


class Empty(Bare):
    """Is handed every trade and every update of the book, and does nothing with them."""

    def __init__(self, instrument_ids: list[str]) -> None:
        self._instrument_ids = instrument_ids

    def on_start(self) -> None:
        """Subscribe to every contract."""
        for name in self._instrument_ids:
            self.subscribe_trades(InstrumentId.from_str(name))
            self.subscribe_book_depth(InstrumentId.from_str(name), BookType.L2_MBP)

    def on_trade(self, trade: Any) -> None:
        """Do nothing."""

    def on_book_depth(self, depth: Any) -> None:
        """Do nothing."""
