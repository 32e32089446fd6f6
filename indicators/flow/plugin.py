"""What order flow brings to `mia`."""

from mia_plugins.hookspecs import Register


def mia_register_indicators(register: Register) -> None:
    """Register the measures."""
    for name, target, summary in (
        ("vwap", "vwap:Vwap", "The session's average price by volume, its width and bands."),
        ("flow_bars", "bars:FlowBars", "What was bought, sold and of unknown side in each base bar."),
        ("cvd", "cvd:Cvd", "What was bought less what was sold since the session's start."),
        ("last_trades", "tick_momentum:LastTrades", "Which way the last trades went, and who came."),
        ("delta_bursts", "bursts:DeltaBursts", "How one-sided a bar is usually, and how one-sided few are."),
        ("vwap_width", "vwap_width:VwapWidth", "How wide VWAP's band is for this time of day."),
        ("footprint", "footprint:Footprint", "Imbalances of buyers and sellers at the prices of a bar."),
    ):
        register(name, f"indicators.flow.{target}", summary=summary)


def mia_register_features(register: Register) -> None:
    """Register the features."""
    for name, target, summary in (
        ("vwap_trend_signal", "vwap_trend:VwapTrendSignal", "Where the close stands to VWAP, and its slope."),
        (
            "delta_divergence",
            "delta_divergence:DeltaDivergence",
            "Swings that CVD does not follow.",
        ),
        ("tick_momentum", "tick_momentum:TickMomentum", "Which way the last trades went, and who came."),
        ("volume_imbalance", "volume:VolumeImbalance", "Bought less sold in the last bars."),
        ("volume_confirmation", "volume:VolumeConfirmation", "Whether volume and flow confirm the move."),
        ("momentum_flow", "momentum_flow:MomentumFlow", "The last trades' momentum and the bars' move."),
    ):
        register(name, f"indicators.flow.{target}", summary=summary)
