"""How the simulation fills and what it charges.

A market or stop order takes the quote that is there plus slippage; with depth it walks the book. A
target is filled when the market trades through it. Where a bar reaches both the stop and the target,
the stop was first; the bar in which a limit entry is filled may hit its stop and not its target.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from nautilus_trader.execution import FeeModel, FillModel
from nautilus_trader.model import BookOrder, BookType, Money, OrderBook, OrderSide, Quantity

from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.orders import price_of, ticks_of
from mia_plugins.tape.bars import Bar

ENOUGH = 1_000_000
"""Contracts that are there at a simulated price."""


class Guarding(NamedTuple):
    """What stands beside a target."""

    stop: int | None
    """The stop's price, in ticks, while it works."""
    entered: int | None
    """When the position was begun: UTC ns."""


@dataclass
class Sight:
    """What the fill model has to know of the market and of our orders; the runner connects it."""

    bar_now: Callable[[str], Bar | None]
    """Returns the bar of an instrument that is being traded through, where bars are all there is."""
    beside: Callable[[str], Guarding | None]
    """Returns what stands beside a target, by its order id; None for other orders."""


class QuoteFills(FillModel):
    """Fills at the best quote plus slippage; targets when the other side reaches them."""

    def __new__(cls, *_: Any, **__: Any) -> "QuoteFills":
        """Make Nautilus' part of it."""
        return super().__new__(cls)

    def __init__(self, slippage: int, guard: Guard) -> None:
        """`slippage` is in ticks."""
        self._slippage = slippage
        self._guard = guard

    def is_limit_filled(self) -> bool:
        """Say whether a touch is enough: it is not."""
        return False

    def is_slipped(self) -> bool:
        """Say whether Nautilus is to add a tick: we add our own."""
        return False

    def fill_limit_inside_spread(self) -> bool:
        """Say whether a limit between bid and ask is filled: it is not."""
        return False

    def get_orderbook_for_fill_simulation(
        self, instrument: Any, order: Any, best_bid: Any = None, best_ask: Any = None
    ) -> OrderBook | None:
        """Return the book an order meets; None leaves it to the engine's own."""
        try:
            return self.book_for(instrument, order, best_bid, best_ask)
        except BaseException as error:
            # The engine would fill as if nothing had been asked.
            self._guard.keep(error, "the simulation of fills", f"the order {order.client_order_id}", None)
            raise

    def book_for(self, instrument: Any, order: Any, best_bid: Any, best_ask: Any) -> OrderBook | None:
        """Return the best quote moved by the slippage, for what takes; None for what waits."""
        if type(order).__name__ == "LimitOrder" or best_bid is None or best_ask is None:
            return None
        slipped = ticks_of(best_bid) - self._slippage, ticks_of(best_ask) + self._slippage
        return _book(instrument, *slipped)


class BarFills(QuoteFills):
    """Fills inside bars: a stop at its price, or at the open that jumped it, and before any target."""

    def __init__(self, slippage: int, guard: Guard, sight: Sight) -> None:
        super().__init__(slippage, guard)
        self._sight = sight

    def book_for(self, instrument: Any, order: Any, best_bid: Any, best_ask: Any) -> OrderBook | None:
        """Return the book at the stop's price, an empty one for a target that the stop precedes."""
        kind = type(order).__name__
        bar = None if kind == "MarketOrder" else self._sight.bar_now(str(instrument.id))
        if bar is None:
            return super().book_for(instrument, order, best_bid, best_ask)
        if kind == "LimitOrder":
            beside = self._sight.beside(str(order.client_order_id))
            closed = beside is not None and _is_closed_to_target(bar, beside)
            return OrderBook(instrument.id, BookType.L2_MBP) if closed else None
        trigger = ticks_of(order.trigger_price)
        if order.side == OrderSide.BUY:
            at = max(trigger, bar.open) + self._slippage
            return _book(instrument, at - 1, at)
        at = min(trigger, bar.open) - self._slippage
        return _book(instrument, at, at + 1)


def _is_closed_to_target(bar: Bar, beside: Guarding) -> bool:
    """Say whether a bar may not fill a target: its stop is first, and so is the way to its entry."""
    stop = beside.stop
    return beside.entered == bar.ts or (stop is not None and bar.low <= stop <= bar.high)


def _book(instrument: Any, bid: int, ask: int) -> OrderBook:
    """Return a book with enough at one bid and one ask (ticks)."""
    book = OrderBook(instrument.id, BookType.L2_MBP)
    size = Quantity.from_int(ENOUGH)
    book.add(BookOrder(OrderSide.BUY, price_of(bid), size, 1), 0, 0, 0)
    book.add(BookOrder(OrderSide.SELL, price_of(ask), size, 2), 0, 0, 0)
    return book


class Fees(FeeModel):
    """A commission a contract and side, by instrument."""

    def __new__(cls, *_: Any, **__: Any) -> "Fees":
        """Make Nautilus' part of it."""
        return super().__new__(cls)

    def __init__(self, commissions: Mapping[str, Decimal], guard: Guard) -> None:
        """`commissions` are $ by instrument id."""
        self._commissions = commissions
        self._guard = guard
        self._made: dict[tuple[str, int], Money] = {}
        """What so many contracts of an instrument have cost before."""

    def get_commission(self, order: Any, fill_quantity: Any, fill_px: Any, instrument: Any) -> Money:
        """Return what a fill costs."""
        del fill_px
        try:
            key = str(instrument.id), int(fill_quantity)
            if key not in self._made:
                self._made[key] = Money.from_str(f"{self._commissions[key[0]] * key[1]:.2f} USD")
            return self._made[key]
        except BaseException as error:
            self._guard.keep(error, "the fee model", f"the order {order.client_order_id}", None)
            raise
