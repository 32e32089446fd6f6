"""Which strategies a regime picks, and what they propose: all that follows from the market alone."""

from dataclasses import replace
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from indicators.structure.regime import MarketRegime, Regime
from mia_plugins.decisions import Proposal
from mia_plugins.features import Market
from mia_plugins.runtime.settings import StrategySettings
from mia_plugins.units import Bars, Multiple
from strategies.patterns.liquidity_sweep import LiquiditySweepReversal, SweepReversal
from strategies.patterns.pattern import Pattern
from strategies.patterns.strategy import PatternProposer
from strategies.range.strategy import Range, RangeStrategy
from strategies.trend.strategy import Trend, TrendStrategy

NO_REGIME = "no_regime"
"""Why nothing is picked while the regime is not known."""
KINDS: dict[str, type[Pattern]] = {"trend": Trend, "range": Range, "sweeps": SweepReversal, "scalps": Range}
"""What there is to pick, by the name of its settings."""
REGIMES = tuple(Regime)
"""Their numbers in the journal are their places here, from 1."""


class Scalps(RangeStrategy.Settings):
    """Scalps to the middle of the box of the last bars, whatever the regime."""

    entries: tuple[Literal["bounce", "stretch", "breakout", "scalp"], ...] = ("scalp",)
    """Which ways in there are."""
    any_regime: bool = True
    """Whether the market need not be in a range."""


class SelectorSettings(StrategySettings):
    """What can be set."""

    change: Annotated[Bars, Field(ge=1, le=100)] = Bars(3)
    """For how many bars on end another regime holds before another strategy is picked."""
    volatile_size: Annotated[Multiple, Field(ge=0, le=1)] = Multiple(0.5)
    """What sizes are multiplied by in a volatile market, where sweeps and scalps are picked; 0 picks none."""
    low_volatility: Literal["scalps", "none"] = "scalps"
    """What is picked where there is little volatility."""
    trend: TrendStrategy.Settings = TrendStrategy.Settings()
    """What is picked in a trend."""
    range: RangeStrategy.Settings = RangeStrategy.Settings()
    """What is picked in a range."""
    sweeps: LiquiditySweepReversal.Settings = LiquiditySweepReversal.Settings()
    """What is picked first in a volatile market."""
    scalps: Scalps = Scalps()
    """What is picked then."""


class Picked(NamedTuple):
    """What a strategy that the regime picks proposes."""

    name: str
    """Of the strategy; empty where nothing is picked."""
    proposal: Proposal
    setup: int = -1
    """The close of its setup: UTC ns."""


class SelectorProposer:
    """Asks those whom the regime picks, in order, until one has a setup."""

    def __init__(self, market: Market, settings: Any) -> None:
        """`settings` are `SelectorSettings`."""
        self._settings = settings
        self.regime = market.measure(MarketRegime, hysteresis=settings.change)
        self.every = {
            name: PatternProposer(market, kind, getattr(settings, name)) for name, kind in KINDS.items()
        }

    def names(self) -> tuple[str, ...]:
        """Return whom the regime picks."""
        own = self._settings
        by_regime: dict[Regime | None, tuple[str, ...]] = {
            Regime.TREND: ("trend",),
            Regime.RANGE: ("range",),
            Regime.VOLATILE: ("sweeps", "scalps") if own.volatile_size else (),
            Regime.LOW_VOLATILITY: ("scalps",) if own.low_volatility == "scalps" else (),
        }
        return by_regime.get(self.regime.regime, ())

    def propose(self, now: int) -> Proposal:
        """Return what is proposed at `now` (UTC ns)."""
        return self.pick(now).proposal

    def pick(self, now: int, entered: int = -1) -> Picked:
        """Return the first that proposes; a setup of the time `entered` (UTC ns) is passed over."""
        regime = self.regime.regime
        nothing = Picked("", Proposal(reason=NO_REGIME if regime is None else regime.replace(" ", "_")))
        for name in self.names():
            proposer = self.every[name]
            setup = -1 if proposer.setup is None else proposer.setup.ts
            proposal = proposer.propose(now)
            if proposal.side and setup != entered:
                size = proposal.size * (self._settings.volatile_size if regime is Regime.VOLATILE else 1.0)
                return Picked(name, replace(proposal, size=size, tier=name, extras=self.told()), setup)
            if not nothing.name:
                nothing = Picked(name, Proposal(reason=proposal.reason or "taken"))
        return nothing._replace(name="", proposal=replace(nothing.proposal, extras=self.told()))

    def told(self) -> tuple[float | None, ...]:
        """Return the regime's number, its confidence, and the margins of all, picked or not."""
        regime = self.regime.regime
        number = None if regime is None else float(REGIMES.index(regime) + 1)
        margins = tuple(one for proposer in self.every.values() for one in proposer.told())
        return (number, self.regime.confidence, *margins)
