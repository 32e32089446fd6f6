"""What the order book's imbalance brings to `mia` beside its indicators."""

from mia_plugins.hookspecs import Register


def mia_register_strategies(register: Register) -> None:
    """Register the strategy."""
    register(
        "order_book_imbalance",
        "strategies.order_book_imbalance.strategy:OrderBookImbalanceStrategy",
        summary="With the side of the book on which more is waiting, once the price answers.",
    )
