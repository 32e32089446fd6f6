"""Indicators over bars as measures that many look at."""

from indicators.classic.volatility import Atr
from mia_plugins.features import Followed


class AtrTicks(Followed):
    """Wilder's average of the true range of base bars, in ticks."""

    indicator = Atr
    Settings = Atr.Settings
