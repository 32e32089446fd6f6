"""What levels and market structure bring to `mia`."""

from mia_plugins.hookspecs import Register

INDICATORS = {
    "day_bars": ("days:DayBars", "The last finished day as one bar."),
    "daily_atr": ("days:DailyAtr", "How far a day goes: Wilder's average of its true range."),
    "technical_levels": ("technical:TechnicalLevels", "Round numbers, pivots, retracements."),
    "key_levels": ("key_levels:KeyLevels", "Every level a trader watches, with how strong it is."),
    "confluence_zones": ("zones:ConfluenceZones", "Prices at which several levels lie together."),
    "market_regime": ("regime:MarketRegime", "Volatile, trend, range, low volatility or in between."),
    "lead_lag": ("lead:LeadLag", "Which of two products leads."),
}
FEATURES = {
    "level_proximity": ("level_features:LevelProximity", "How near the nearest strong level is."),
    "support_resistance": ("level_features:SupportResistance", "The level below against the one above."),
    "pullback_quality": ("pullback:PullbackQuality", "Whether about half of the last swing is given back."),
    "market_structure": ("market_structure:MarketStructure", "What the last swings say about the trend."),
    "session_context": ("context:SessionContext", "How much the time of day is worth."),
    "es_nq_correlation": ("lead:EsNqCorrelation", "What the other index says about this one."),
}
"""Name, target inside this folder, and what it is."""


def mia_register_indicators(register: Register) -> None:
    """Register the measures."""
    for name, (target, summary) in INDICATORS.items():
        register(name, f"indicators.structure.{target}", summary=summary)


def mia_register_features(register: Register) -> None:
    """Register the features."""
    for name, (target, summary) in FEATURES.items():
        register(name, f"indicators.structure.{target}", summary=summary)
