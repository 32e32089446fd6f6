"""What the shapes of bars bring to `mia`."""

from mia_plugins.hookspecs import Register

INDICATORS = {
    "chart_patterns": ("chart_patterns:ChartPatterns", "Patterns whose line was broken, by name."),
    "trading_ranges": ("trading_range:TradingRanges", "Ranges with tested edges, springs and upthrusts."),
    "wyckoff": ("wyckoff:Wyckoff", "Accumulation, markup, distribution, markdown."),
    "candlesticks": ("candlesticks:Candlesticks", "TA-Lib's candlesticks that the last bar completed."),
}
FEATURES = {
    "chart_pattern_signal": ("chart_patterns:ChartPatternSignal", "The weightiest chart pattern, by name."),
    "wyckoff_phase": ("wyckoff:WyckoffPhase", "What the large ones are doing, after Wyckoff."),
    "candlestick_signal": ("candlesticks:CandlestickSignal", "The weightiest candlestick, by name."),
}
"""Name, target inside this folder, and what it is."""


def mia_register_indicators(register: Register) -> None:
    """Register the measures."""
    for name, (target, summary) in INDICATORS.items():
        register(name, f"indicators.shapes.{target}", summary=summary)


def mia_register_features(register: Register) -> None:
    """Register the features."""
    for name, (target, summary) in FEATURES.items():
        register(name, f"indicators.shapes.{target}", summary=summary)
