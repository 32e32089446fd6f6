"""`battle_navale` and what its chart says by itself: `sierra_pattern_strength` and `price_action`."""

from collections import deque
from typing import Any

from indicators.battle_navale.battle import BattleNavale, BattleRules
from indicators.battle_navale.chart import Chart, Rules, Seen
from mia_plugins.features import (
    ODD,
    BarMeasure,
    Feature,
    Market,
    Reading,
    Score,
    known,
    quiet,
    unknown,
)
from mia_plugins.tape.bars import Bar

PATTERN, RULE = 0.7, 0.3
"""What the strongest bar pattern weighs, and what rouge sous verte does."""
SIERRA, BODIES = 0.6, 0.4
"""What they weigh together in the price action, and what the bodies do."""
BODY_BARS = 3


class SierraPatternStrength(Feature):
    """The strongest active bar pattern, and the side of rouge sous verte."""

    Settings = Rules
    kind = Score.DIRECTIONAL
    mirror = ODD

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.chart = market.measure(Chart, **settings.model_dump())

    def read(self, now: int) -> Reading:
        """Look at the last bar's close."""
        del now
        seen = self.chart.last
        if seen is None:
            return unknown("too few bars for bases and bar patterns")
        if not seen.regime and not seen.strongest:
            return quiet("{.told}", seen)
        return known(sierra_strength(seen), "{.told}", seen)


class Bodies(BarMeasure):
    """The mean of the last bodies over their ranges, -1 to 1."""

    outputs = ("value",)

    def reset(self) -> None:
        """Forget every bar."""
        self._shares: deque[float] = deque(maxlen=BODY_BARS)

    def take_bar(self, bar: Bar) -> None:
        """Take a bar; one without a range has no body."""
        height = bar.high - bar.low
        self._shares.append((bar.close - bar.open) / height if height else 0.0)

    @property
    def value(self) -> float | None:
        """The mean of three; `None` before there are."""
        return sum(self._shares) / BODY_BARS if len(self._shares) == BODY_BARS else None


class PriceAction(Feature):
    """`sierra_pattern_strength` and the bodies of the last three bars."""

    Settings = Rules
    kind = Score.DIRECTIONAL
    mirror = ODD

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.chart = market.measure(Chart, **settings.model_dump())
        self.bodies = market.measure(Bodies)

    def read(self, now: int) -> Reading:
        """Look at the last bar's close."""
        del now
        seen, bodies = self.chart.last, self.bodies.value
        if seen is None or bodies is None:
            return unknown("too few bars for bases and bar patterns")
        value = SIERRA * sierra_strength(seen) + BODIES * bodies
        return known(_clipped(value), "{.told}; bodies {:+.0%} of their ranges", seen, bodies)


class BattleNavaleScore(Feature):
    """The score of Vikings against Defenders on base bars."""

    Settings = BattleRules
    kind = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"trades"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.battle = market.measure(BattleNavale, **settings.model_dump())

    def read(self, now: int) -> Reading:
        """Look at the last bar's close."""
        del now
        battle, seen = self.battle.last, self.battle.chart.last
        if seen is None:
            return unknown("too few bars for bases and bar patterns")
        if battle is None:
            return unknown("neither Vikings nor Defenders in the last 5 bars, or too few bars to compare")
        told = "Vikings {0.outcome:.0%}, {1.told}: {0.bn_class}"
        return known(battle.score, told, battle, seen) if battle.score else quiet(told, battle, seen)


def sierra_strength(seen: Seen) -> float:
    """Return the strongest pattern and rouge sous verte in one number, -1 to 1."""
    pattern = seen.strongest[1] if seen.strongest else 0.0
    return _clipped(PATTERN * pattern + RULE * seen.regime)


def _clipped(value: float) -> float:
    return max(-1.0, min(1.0, value))
