"""What options and imported levels bring to `mia`."""

from mia_plugins.hookspecs import Register

MEASURES = {
    "option_chain": ("chain_followed:OptionChain", "What the newest option chain says."),
    "index_basis": ("basis_followed:IndexBasis", "What the future stands above its index."),
    "imported_levels": ("levels_followed:ImportedLevels", "The imported levels that hold, on the future."),
    "gamma_levels": ("dealers:GammaLevelsOnFuture", "Walls and flip on the future, and whose they are."),
    "flip_crossed": ("dealers:FlipCrossed", "Whether a bar closed across the flip of late."),
    "vix": ("vix_followed:Vix", "The VIX and its regime."),
    "gamma_cycle": ("cycle_followed:Cycle", "How far the monthly expiry is."),
}
FEATURES = {
    "gamma_levels_proximity": ("GammaLevelsProximity", "Walls at hand, the flip, and a close across it."),
    "options_flow_bias": ("OptionsFlowBias", "Puts and calls, held and traded."),
    "dealers_bias": ("DealersBias", "Which way dealers' hedging leans."),
    "pin_risk": ("PinRisk", "How likely the price is held at a strike."),
}


def mia_register_indicators(register: Register) -> None:
    """Register the measures."""
    for name, (target, summary) in MEASURES.items():
        register(name, f"indicators.options.{target}", summary=summary)


def mia_register_features(register: Register) -> None:
    """Register the features."""
    for name, (target, summary) in FEATURES.items():
        register(name, f"indicators.options.features:{target}", summary=summary)
