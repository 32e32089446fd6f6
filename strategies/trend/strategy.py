"""`trend`: in a trend, with it, by one of four ways in."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from indicators.flow.tick_momentum import LastTrades
from indicators.structure.key_levels import KeyLevels
from indicators.structure.regime import AdxTicks, MarketRegime, Regime, SwingTicks
from indicators.structure.technical import RetracementTicks
from mia_plugins.features import Market
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Bars, Multiple, Ticks
from strategies.patterns.moves import Moves, chosen
from strategies.patterns.pattern import Pattern
from strategies.patterns.setups import (
    NOT_THERE,
    UNKNOWN,
    Condition,
    all_of,
    at_least,
    at_most,
    fact,
    on_side,
)
from strategies.patterns.strategy import PatternSettings, PatternStrategy
from strategies.patterns.ways import Way, Ways, regime_holds

type Entry = Literal["pullback", "breakout", "momentum", "retracement"]
EXTENSION = 1.618
"""Of the last swing, from its start."""


class Trend(Ways):
    """A trend with a confidence of .60, on its side: the clearest of the ways in that hold.

    - pullback: 38 to 62 % of the last swing were given back at the close before, and this one is beyond
      that bar's extreme: it resumes;
    - breakout: the first close beyond the last swing by .1 ATR, on 1.2 times the median volume;
    - momentum: ADX rises, tick_momentum is .5 or more;
    - retracement: the close is within 4 t of a Fibonacci level of the last swing, and delta turns.
    """

    class Settings(Pattern.Settings):
        """What can be set."""

        entries: tuple[Entry, ...] = ("pullback", "breakout", "momentum", "retracement")
        """Which ways in there are."""
        least_regime_confidence: Annotated[float, Field(ge=0, lt=1)] = 0.60
        """How sure the trend is at least."""
        shallowest: Annotated[float, Field(gt=0, lt=1)] = 0.38
        """Share of the swing that a pullback gives back at least."""
        deepest: Annotated[float, Field(gt=0, lt=1)] = 0.62
        """Share of the swing that a pullback gives back at most."""
        beyond: Annotated[Multiple, Field(gt=0, le=5)] = Multiple(0.1)
        """How far beyond the swing a breakout closes, in ATR."""
        volume: Annotated[Multiple, Field(gt=0, le=20)] = Multiple(1.2)
        """Of the median volume: what a breakout has at least."""
        momentum: Annotated[float, Field(gt=0, le=1)] = 0.5
        """The tick_momentum of an entry by momentum."""
        reach: Annotated[Ticks, Field(gt=0, le=40)] = Ticks(4)
        """How near the Fibonacci level is."""
        sides: Annotated[Bars, Field(ge=1, le=100)] = Bars(3)
        """How many bars each way make a swing."""
        aims: Literal["r", "extension", "level"] = "r"
        """The target: in stops, at 1.618 of the swing, or at the next level."""

        @field_validator("entries")
        @classmethod
        def _has_one(cls, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
            if not entries:
                raise ValueError("there must be one way in at least")
            return entries

        @model_validator(mode="after")
        def _a_pullback_is_possible(self) -> "Trend.Settings":
            if self.shallowest >= self.deepest:
                raise ValueError(f"shallowest ({self.shallowest:g}) is not below deepest ({self.deepest:g})")
            return self

    more = ("pullback", "breakout", "momentum", "retracement")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.regime = market.measure(MarketRegime)
        self.adx = market.measure(AdxTicks)
        self.trades = market.measure(LastTrades)
        self.swings = market.measure(SwingTicks, sides=settings.sides)
        self.given_back = market.measure(RetracementTicks, sides=settings.sides)
        self.moves = Moves(market, settings.beyond, settings.volume)
        self.levels = market.measure(KeyLevels) if settings.aims == "level" else None

    def reset(self) -> None:
        """Forget every bar."""
        super().reset()
        self._before: tuple[Bar | None, float | None, float | None] = (None, None, None)
        self._now: tuple[Bar | None, float | None, float | None] = (None, None, None)

    def note(self, bar: Bar) -> None:
        """Note the bar, ADX and how much is given back, and what they were before."""
        self._before = self._now
        self._now = bar, self.adx.value, self.given_back.value

    def in_regime(self, side: int) -> Condition:
        """Say whether there is a trend to a side."""
        if self.regime.regime is Regime.TREND and self.regime.side != side:
            return NOT_THERE
        return regime_holds(self.regime, Regime.TREND, self.settings.least_regime_confidence)

    def ways(self, side: int, bar: Bar) -> dict[str, Way]:
        """Return the four."""
        swing = self.swings.value if side > 0 else self.swings.low
        before = self._before[0]
        found = {
            "pullback": self._pullback(side, bar),
            "breakout": self.moves.breaks(side, bar.close, before.close if before else None, swing),
            "momentum": self._momentum(side),
            "retracement": self._retracement(side, bar),
        }
        targets = self._targets(side)
        return {name: Way(one, targets) for name, one in chosen(self.settings, found).items()}

    def _pullback(self, side: int, bar: Bar) -> Condition:
        (before, _, share), own = self._before, self.settings
        if before is None or share is None:
            return UNKNOWN
        if self.given_back.side != side:
            return NOT_THERE
        middle, width = (own.shallowest + own.deepest) / 2, (own.deepest - own.shallowest) / 2
        extreme = before.high if side > 0 else before.low
        return all_of(
            Condition(own.shallowest <= share <= own.deepest, 1 - abs(share - middle) / width),
            on_side(side * (bar.close - extreme), self.moves.atr.value),
        )

    def _momentum(self, side: int) -> Condition:
        now, before, momentum = self._now[1], self._before[1], self.trades.momentum
        if now is None or before is None or momentum is None:
            return UNKNOWN
        return all_of(fact(now > before), at_least(side * momentum, self.settings.momentum))

    def _retracement(self, side: int, bar: Bar) -> Condition:
        levels = self.given_back.levels
        if self._now[2] is None:
            return UNKNOWN
        if self.given_back.side != side:
            return NOT_THERE
        away = min(abs(bar.close - price) for price in levels.values())
        return all_of(at_most(away, self.settings.reach), self.moves.turns(side))

    def _targets(self, side: int) -> tuple[float, ...]:
        if self.levels is not None:
            return tuple(level.price for level in self.levels.levels)
        high, low = self.swings.value, self.swings.low
        if self.settings.aims != "extension" or high is None or low is None:
            return ()
        start, end = (low, high) if side > 0 else (high, low)
        return (start + EXTENSION * (end - start),)


class TrendStrategy(PatternStrategy):
    """Goes with the trend."""

    class Settings(PatternSettings, Trend.Settings):
        """What can be set."""

        least_confidence: Annotated[float, Field(ge=0.5, le=1)] = 0.60
        """The pattern_confidence below which a setup is refused."""

    pattern = Trend
