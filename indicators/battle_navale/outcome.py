"""The outcome of the fight: how strong Vikings and Defenders were over five bars."""

from collections import deque
from typing import NamedTuple

from indicators.battle_navale.golden_rule import colour
from indicators.flow.bars import FlowBar

BARS = 5
LONG_BODY = 0.6
"""A body longer than this share of the range counts."""
AGGRESSIVE = 0.6
"""A share of aggressors on one side above this counts."""


class Strengths(NamedTuple):
    """What each side has shown."""

    vikings: float
    defenders: float


def strengths(bar: FlowBar, full_volume: float, full_delta: float) -> Strengths:
    """Return the strengths of a bar; the full ones are contracts of a bar that shows all there can be."""
    sides = [0.0, 0.0]
    side, body, height = colour(bar), abs(bar.close - bar.open), bar.high - bar.low
    if side:
        sides[side < 0] += 0.2 * min(bar.lots / full_volume, 2)
        if body / height > LONG_BODY:
            sides[side < 0] += 0.8 * body / height
    if bar.delta:
        sides[bar.delta < 0] += 0.5 * min(abs(bar.delta) / full_delta, 1)
    known = bar.bought + bar.sold
    for number, lots in enumerate((bar.bought, bar.sold)):
        if known and lots / known > AGGRESSIVE:
            sides[number] += 0.3
    return Strengths(*sides)


class Outcome:
    """The strengths of the last five bars, and who is ahead."""

    def __init__(self) -> None:
        self._bars: deque[Strengths | None] = deque(maxlen=BARS)

    def take(self, of_bar: Strengths | None) -> None:
        """Take a bar's strengths; None when what is usual is not known yet."""
        self._bars.append(of_bar)

    @property
    def both(self) -> Strengths | None:
        """The sums; None until there are five bars that are known."""
        bars = [bar for bar in self._bars if bar is not None]
        if len(bars) < BARS:
            return None
        return Strengths(sum(bar.vikings for bar in bars), sum(bar.defenders for bar in bars))

    @property
    def balance(self) -> float | None:
        """By how much the Vikings are ahead, -1 to 1; None as well when neither shows any strength."""
        both = self.both
        return None if both is None or not sum(both) else (both.vikings - both.defenders) / sum(both)

    @property
    def value(self) -> float | None:
        """The Vikings' share V/(V + D), 0 to 1."""
        return None if self.balance is None else (1 + self.balance) / 2
