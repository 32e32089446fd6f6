"""`Candle`: a bar with its body, its shadows, and what is long, short or near by the bars before it."""

from collections import deque

from mia_plugins.tape.bars import Bar

USUAL, NEARBY = 10, 5
"""Bars before a candle that tell what is usual for its body and shadows, and what is near in price."""
TINY, NEAR, FAR, EQUAL = 0.1, 0.2, 0.6, 0.05
"""Shares of the usual range: a doji's body and a shadow that is none; prices near, far, equal."""


class Candle:
    """A bar as those who read candlesticks see it, all in ticks; TA-Lib's settings of what is long and near.

    A candle without a body is white. What is usual is the mean of the bars before it, itself excluded.
    """

    __slots__ = (
        "black", "body", "bottom", "close", "colour", "doji", "equal", "far", "high", "is_long", "is_short",
        "low", "lower", "near", "no_lower", "no_upper", "open", "range", "short_shadow", "tiny", "top",
        "upper", "white",
    )  # fmt: skip

    def __init__(self, bar: Bar, before: deque["Candle"]) -> None:
        """`before` are the last ten candles; with fewer nothing is known of what is usual."""
        self.open, self.high, self.low, self.close = bar.open, bar.high, bar.low, bar.close
        self.body = abs(bar.close - bar.open)
        self.white = bar.close >= bar.open
        self.black = not self.white
        self.colour = 1 if self.white else -1
        self.top, self.bottom = max(bar.open, bar.close), min(bar.open, bar.close)
        self.upper, self.lower = bar.high - self.top, self.bottom - bar.low
        """Its shadows."""
        self.range = bar.high - bar.low
        self._compare(before)

    def _compare(self, before: deque["Candle"]) -> None:
        # Multiplied as TA-Lib does, so that what is on the edge falls on the same side.
        usual_body = sum([one.body for one in before]) / USUAL
        self.tiny = TINY * (sum([one.range for one in before]) / USUAL)
        """A body up to it is a doji's, a shadow below it is none."""
        self.short_shadow = sum([one.upper + one.lower for one in before]) / USUAL / 2
        """Shadows below are short."""
        nearby = sum([before[-number].range for number in range(1, min(NEARBY, len(before)) + 1)]) / NEARBY
        self.near, self.far, self.equal = NEAR * nearby, FAR * nearby, EQUAL * nearby
        """What prices may differ by."""
        self.is_long, self.is_short = self.body > usual_body, self.body < usual_body
        self.doji = self.body <= self.tiny
        self.no_upper, self.no_lower = self.upper < self.tiny, self.lower < self.tiny

    @property
    def is_bare(self) -> bool:
        """Whether it is a long body without shadows."""
        return self.is_long and self.no_upper and self.no_lower

    @property
    def has_short_shadows(self) -> bool:
        """Whether both are."""
        return self.upper < self.short_shadow and self.lower < self.short_shadow

    def holds(self, price: float) -> bool:
        """Say whether a price lies inside the body, its edges excluded."""
        return self.bottom < price < self.top

    def over(self, other: "Candle") -> bool:
        """Say whether its body lies above another's."""
        return self.bottom > other.top

    def under(self, other: "Candle") -> bool:
        """Say whether its body lies below another's."""
        return self.top < other.bottom

    def beyond(self, other: "Candle", side: int) -> bool:
        """Say whether its body lies above (1) or below (-1) another's."""
        return self.over(other) if side > 0 else self.under(other)
