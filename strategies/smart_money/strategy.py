"""With large orders, icebergs, sweeps and stealth, when they agree."""

from typing import Annotated, Any

from pydantic import Field

from indicators.events.smart_money import SmartMoneyStrength
from mia_plugins.features import Market
from strategies.decision.one_score import OneScoreSettings, OneScoreStrategy, Read


class SmartMoneyStrategy(OneScoreStrategy):
    """Trades `smart_money_strength` by itself; the confidence is half of one and half of its size."""

    class Settings(OneScoreSettings):
        """What can be set."""

        strength: SmartMoneyStrength.Settings = SmartMoneyStrength.Settings()
        """Of the measurement."""
        threshold: Annotated[float, Field(ge=0, le=1)] = 0.20
        """How large the score must be, on either side."""

    @classmethod
    def own_measures(cls, market: Market, settings: Any) -> SmartMoneyStrength:
        """Return the feature that is traded."""
        return SmartMoneyStrength(market, settings.strength)

    def read(self, now: int) -> Read:
        """Ask the feature."""
        score = self.own.checked("smart_money_strength", now).value
        return Read(score, None if score is None else 0.5 + 0.5 * abs(score))
