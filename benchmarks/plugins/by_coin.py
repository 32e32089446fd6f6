"""A strategy that tosses a coin after each large order or sweep: it knows when to trade, and not which way.

By itself it loses its costs and nothing else. Who swept and who bought stands in its journal: where a market
goes on after sweeps, the ML filter has something to find there.
"""

from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field

from indicators.events.large import LargeOrders
from indicators.events.sweeps import Sweeps
from mia_plugins.decisions import Proposal
from mia_plugins.decisions.strategy import DecidingStrategy
from mia_plugins.features import Market
from mia_plugins.hookspecs import Register
from mia_plugins.runtime.settings import StrategySettings
from mia_plugins.units import Contracts, Minutes, Ticks

MINUTE = 60_000_000_000
"""ns."""
SCATTER = 0x9E3779B97F4A7C15
"""Odd: multiplied with, a number's low bits decide all of its high ones."""


def mia_register_strategies(register: Register) -> None:
    """Register the strategy."""
    register("by_coin", "by_coin:ByCoin", summary="A coin after each large order or sweep.")


class Seen(NamedTuple):
    """What it looks at."""

    sweeps: Sweeps
    large: LargeOrders


class ByCoin(DecidingStrategy):
    """Buys or sells at the close of a minute in which somebody was in a hurry, whoever it was."""

    class Settings(StrategySettings):
        """What can be set."""

        large: Annotated[Contracts, Field(ge=1)] = Contracts(50)
        """Contracts of a large order."""
        stop: Annotated[Ticks, Field(gt=0)] = Ticks(12)
        """How far away stop and target are."""
        longest: Annotated[Minutes, Field(gt=0)] = Minutes(10)
        """How long a trade may take."""

    extras: ClassVar[tuple[str, ...]] = ("swept", "levels", "large")

    @classmethod
    def prepare_measures(cls, market: Market, settings: Any) -> Seen:
        """Return the events that it waits for."""
        asked: dict[str, Any] = {"lots": "fixed", "large": settings.large}
        return Seen(market.measure(Sweeps, **asked), market.measure(LargeOrders, **asked))

    def propose(self, now: int) -> Proposal:
        """Propose a side by the number of the minute."""
        sweeps = list(self.own.sweeps.since(now - MINUTE))
        large = list(self.own.large.since(now - MINUTE))
        extras = (
            float(sum(one.side for one in sweeps)),
            float(sum(one.side * one.levels for one in sweeps)),
            float(sum(one.side * one.lots for one in large)),
        )
        if not (sweeps or large):
            return Proposal(reason="nobody is in a hurry", extras=extras)
        if self.account.position:
            return Proposal(reason="held", extras=extras)
        stop, until = int(self.settings.stop), now + int(self.settings.longest * MINUTE)
        side = 1 if (now // MINUTE * SCATTER >> 40) & 1 else -1
        return Proposal(side=side, is_candidate=True, stop=stop, target=stop, until=until, extras=extras)
