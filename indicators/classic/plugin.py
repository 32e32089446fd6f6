"""The indicators over bars that mia brings."""

from mia_plugins.hookspecs import Register

INDICATORS = {
    "sma": ("classic.averages:Sma", "The mean of the last closes."),
    "ema": ("classic.averages:Ema", "The exponential average of closes."),
    "wma": ("classic.averages:Wma", "The linearly weighted mean of the last closes."),
    "macd": ("classic.averages:Macd", "A fast average less a slow one, its signal and histogram."),
    "adx": ("classic.trend:Adx", "The strength of the trend, with the directional lines."),
    "psar": ("classic.trend:Psar", "The parabolic stop that follows a trend."),
    "rsi": ("classic.oscillators:Rsi", "The share of rises in what closes moved."),
    "stochastic": ("classic.oscillators:Stochastic", "Where the close stands in the range; fast and slow."),
    "williams_r": ("classic.oscillators:WilliamsR", "How far the close is below the highest high."),
    "cci": ("classic.oscillators:Cci", "The typical price's distance from its mean, in mean deviations."),
    "obv": ("classic.volume:Obv", "The volume of rising closes less that of falling ones."),
    "vroc": ("classic.volume:Vroc", "The change of volume to some bars before."),
    "mfi": ("classic.volume:Mfi", "The share of money that came at rising prices."),
    "accumulation_distribution": (
        "classic.volume:AccumulationDistribution",
        "The running volume, each bar's by where it closed in its range.",
    ),
    "bollinger": ("classic.volatility:Bollinger", "The mean of closes and bands of standard deviations."),
    "atr": ("classic.volatility:Atr", "Wilder's average of the true range."),
    "keltner": ("classic.volatility:Keltner", "The average of typical prices and bands of ATR."),
    "stddev": ("classic.volatility:StdDev", "The standard deviation of the last closes."),
    "pivots_classic": ("classic.levels:ClassicPivots", "Supports and resistances of the day before."),
    "pivots_fibonacci": ("classic.levels:FibonacciPivots", "The same by Fibonacci's shares of its range."),
    "retracements": ("classic.levels:Retracements", "How much of the last swing is given back."),
    "swings": ("structure.swings:Swings", "Confirmed swing highs and lows."),
    "trend_structure": ("structure.trend:TrendStructure", "The trend by its swings, and breaks of it."),
}
"""Name, target inside `indicators`, and what it is."""


def mia_register_indicators(register: Register) -> None:
    """Register each of them."""
    for name, (target, summary) in INDICATORS.items():
        register(name, f"indicators.{target}", summary=summary)
