"""The golden rule: the trend goes on while no red bar closes below a green base; and its mirror."""

from indicators.battle_navale.bases import Base
from indicators.flow.bars import FlowBar
from mia_plugins.tape.bars import Bar

WITHIN = 20
"""Bars within which a base can be violated."""
HALF_TICK = 0.5
"""A close must lie further than this beyond the edge."""


class GoldenRule:
    """The regime that bases and their violations make: 1 bullish, -1 bearish, 0 before the first.

    A green base makes it 1 and a red one -1; a neutral one leaves it, and takes no coloured one out of force.
    A bar of the other colour that closes beyond the edge of the base in force, within 20 bars, makes it the
    opposite; that bar makes no base of its own.
    """

    def __init__(self, least_quality: float) -> None:
        """Of bases, only those of a quality above `least_quality` are kept."""
        self._least = least_quality
        self.regime = 0
        """Its sign is rouge sous verte: the rule is respected on that side."""
        self.reference: Base | None = None
        """The last base that was kept, of whatever colour."""
        self.in_force: Base | None = None
        """The last green or red one, until it is violated or more than 20 bars ago."""
        self.turned = 0
        """The side of the violation at the last bar, 0 without one."""
        self._age = 0

    def take(self, bar: Bar, found: Base | None) -> None:
        """Take a closed bar and the base that it ends."""
        self._grow_older()
        self.turned = self._violation(bar)
        if self.turned:
            self.regime, self.in_force = self.turned, None
            return
        if found is None or not found.quality > self._least:
            return
        self.reference = found
        if found.colour:
            self.regime, self.in_force, self._age = found.colour, found, 0

    def _grow_older(self) -> None:
        self._age += 1
        if self._age > WITHIN:
            self.in_force = None

    def _violation(self, bar: Bar) -> int:
        """Return the side to which the bar violates the base in force."""
        base = self.in_force
        if base is None or colour(bar) != -base.colour:
            return 0
        beyond = base.low - bar.close if base.colour > 0 else bar.close - base.high
        return -base.colour if beyond > HALF_TICK else 0


def colour(bar: Bar | FlowBar) -> int:
    """Return 1 for a green bar, -1 for a red one, 0 for one that closed where it opened."""
    return (bar.close > bar.open) - (bar.close < bar.open)
