"""With the side of the book on which more is waiting, once the price answers."""

from typing import Annotated, Any, Literal

from pydantic import Field

from indicators.book.imbalance import OrderBookImbalance
from mia_plugins.decisions import Gate
from mia_plugins.features import Market
from strategies.decision.one_score import OneScoreSettings, OneScoreStrategy, Read

BookSignal = Literal["continuation", "reversal", "breakout"]
SIGNALS = ("continuation", "reversal", "breakout")


class OrderBookImbalanceStrategy(OneScoreStrategy):
    """Trades pressure in the book; the confidence is half of one and half of the imbalance."""

    class Settings(OneScoreSettings):
        """What can be set."""

        imbalance: OrderBookImbalance.Settings = OrderBookImbalance.Settings()
        """Of the measurement."""
        threshold: Annotated[float, Field(ge=0, le=1)] = 0.30
        """How large the imbalance must be, on either side."""
        confirmed_by: tuple[BookSignal, ...] = ("continuation", "breakout")
        """Signals of the book of which one must be on the side; none: the imbalance is enough."""
        least_liquidity: Annotated[float, Field(ge=0, le=10)] = 0.5
        """Depth of the five levels over what is usual must be at least so much."""

    own_gates = ("confirmed", "liquidity")
    extras = SIGNALS

    @classmethod
    def own_measures(cls, market: Market, settings: Any) -> OrderBookImbalance:
        """Return the feature that is traded."""
        return OrderBookImbalance(market, settings.imbalance)

    def read(self, now: int) -> Read:
        """Ask the book."""
        score = self.own.checked("order_book_imbalance", now).value
        book, settings = self.own.book, self.settings
        if score is None:
            return Read(None, None, tuple(Gate(name, None, None) for name in self.own_gates))
        side = (score > 0) - (score < 0)
        votes = sum(getattr(book, name) == side for name in settings.confirmed_by)
        liquidity = book.liquidity
        enough = liquidity is not None and liquidity >= settings.least_liquidity
        gates = (
            Gate("confirmed", votes > 0 if settings.confirmed_by else None, votes),
            Gate("liquidity", enough if settings.least_liquidity else None, liquidity),
        )
        signals = tuple(getattr(book, name) for name in SIGNALS)
        return Read(score, 0.5 + 0.5 * abs(score), gates, extras=signals)
