"""What order flow brings to `mia`."""

from mia_plugins.hookspecs import Register


def mia_register_indicators(register: Register) -> None:
    """Register the measures."""
    register(
        "vwap", "indicators.flow.vwap:Vwap", summary="The session's average price by volume, and its width."
    )


def mia_register_features(register: Register) -> None:
    """Register the features."""
    register(
        "vwap_trend_signal",
        "indicators.flow.vwap_trend:VwapTrendSignal",
        summary="Where the close stands to VWAP, and where VWAP is going.",
    )
