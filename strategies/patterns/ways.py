"""`Ways`: a pattern with several ways in, of which the clearest counts."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import NamedTuple

from indicators.structure.regime import MarketRegime, Regime
from mia_plugins.tape.bars import Bar
from strategies.patterns.pattern import Pattern
from strategies.patterns.setups import NOT_THERE, UNKNOWN, Condition, Look, nearer


class Way(NamedTuple):
    """One way in on a side."""

    condition: Condition
    targets: tuple[float, ...] = ()
    """Prices it aims at, in ticks."""


class Ways(Pattern):
    """A regime that must hold, and ways in; it ends with the regime."""

    regime: MarketRegime
    """Made by the subclass."""
    names = ("in_regime", "entry")

    @abstractmethod
    def ways(self, side: int, bar: Bar) -> Mapping[str, Way]:
        """Return the ways in on a side, by their names in `more`; those that are off are not there."""

    @abstractmethod
    def in_regime(self, side: int) -> Condition:
        """Say whether the market is in the regime that a side needs."""

    def look(self, side: int, bar: Bar) -> Look:
        """Look at each way."""
        there, ways = self.in_regime(side), self.ways(side, bar)
        more = tuple(ways[name].condition.number if name in ways else None for name in self.more)
        looks = [
            Look(side, (there, way.condition), bar.ts, way.targets, about=name, more=more)
            for name, way in ways.items()
        ]
        return nearer(looks)

    def ended(self, look: Look, bar: Bar) -> bool:
        """Say whether the regime is another one."""
        del bar
        return not self.in_regime(look.side).holds


def regime_holds(found: MarketRegime, wanted: Regime, least: float) -> Condition:
    """Return whether a regime holds with a confidence of at least so much; clear at 1."""
    if found.regime is None or found.confidence is None:
        return UNKNOWN
    if found.regime is not wanted:
        return NOT_THERE
    return Condition(found.confidence >= least, (found.confidence - least) / (1 - least))
