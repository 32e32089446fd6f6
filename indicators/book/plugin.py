"""What the order book brings to `mia`."""

from mia_plugins.hookspecs import Register


def mia_register_indicators(register: Register) -> None:
    """Register the measures."""
    for name, target, summary in (
        ("order_book", "imbalance:BookLevels", "Imbalance, depth and spread of five levels; its signals."),
        ("ofi", "quotes:OrderFlowImbalance", "What came to the best bid less what came to the best ask."),
        ("best_quote", "quotes:BestQuote", "The last best bid and ask, and their spread."),
        ("weighted_mid", "quotes:WeightedMid", "Between bid and ask, by what is waiting there."),
        (
            "health",
            "health:MicrostructureHealth",
            "Bursts, wide spreads, odd flow, holes in the data.",
        ),
    ):
        register(name, f"indicators.book.{target}", summary=summary)


def mia_register_features(register: Register) -> None:
    """Register the features."""
    register(
        "order_book_imbalance",
        "indicators.book.imbalance:OrderBookImbalance",
        summary="On which side of the book more is waiting.",
    )
    register(
        "microstructure_health",
        "indicators.book.quality:Health",
        summary="How far what is seen of the market can be relied upon.",
    )
