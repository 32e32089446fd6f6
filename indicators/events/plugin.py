"""What events bring to `mia`."""

from mia_plugins.hookspecs import Register

MEASURES = {
    "aggressor_orders": ("orders:AggressorOrders", "Prints of one side and time, as one order."),
    "large_orders": ("large:LargeOrders", "Large orders and blocks of aggressors."),
    "block_crosses": ("large:BlockCrosses", "Blocks at neither side's price."),
    "sweeps": ("sweeps:Sweeps", "One side goes through several prices at once."),
    "liquidity_sweeps": (
        "liquidity_sweep:LiquiditySweeps",
        "Swings that were pierced, with a close back inside.",
    ),
    "absorption_events": ("absorption:Absorption", "Prices at which much was executed, and which held."),
    "icebergs": ("icebergs:Icebergs", "Orders that show a part, and another when it is gone."),
    "stealth": ("stealth:StealthFlow", "Small orders that lean to one side and do not move the price."),
}
FEATURES = {
    "absorption": ("absorption:AbsorptionSignal", "The side that absorbed what ran into it."),
    "stealth_flow": ("stealth:StealthFlowSignal", "The side small orders lean to while the price stays."),
    "smart_money_strength": (
        "smart_money:SmartMoneyStrength",
        "What large orders and those who hide theirs did in the last hour.",
    ),
}


def mia_register_indicators(register: Register) -> None:
    """Register the measures."""
    for name, (where, summary) in MEASURES.items():
        register(name, f"indicators.events.{where}", summary=summary)


def mia_register_features(register: Register) -> None:
    """Register the features."""
    for name, (where, summary) in FEATURES.items():
        register(name, f"indicators.events.{where}", summary=summary)
