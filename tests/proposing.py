"""A strategy that proposes as it is told, so that a test can see what a run's rules and sizer make of it."""

from typing import Annotated, Literal

from pydantic import Field

from mia_plugins.decisions import Proposal
from mia_plugins.decisions.strategy import DecidingStrategy
from mia_plugins.journal.decision import Decision
from mia_plugins.runtime.strategy import StrategySettings
from mia_plugins.settings.model import BaseSettings
from mia_plugins.units import Contracts, Nanoseconds


class Wish(BaseSettings):
    """What is proposed at one bar's close."""

    at: Nanoseconds
    """When: UTC ns."""
    side: Literal[-1, 0, 1] = 0
    """+1 buys, -1 sells; 0 leaves what is held."""
    size: Contracts = Contracts(1)
    """What the sizer is asked for."""
    stop: Annotated[int, Field(ge=1)] = 8
    """Ticks away."""
    target: Annotated[int, Field(ge=1)] = 8
    """Ticks away."""
    entry: Annotated[int, Field(ge=0)] = 0
    """How many ticks better than the last price its limit lies; 0: at the market."""


class Proposing(DecidingStrategy):
    """Proposes at given bars, whatever the market does."""

    class Settings(StrategySettings):
        """The script."""

        wishes: Annotated[tuple[Wish, ...], Field(strict=False)] = ()
        """What is proposed, in the order of time."""

    def evaluate(self, now: int) -> Decision:
        """Judge what is proposed, and enter it where it says."""
        decision = super().evaluate(now)
        wish = self._wish(now)
        if wish is not None and wish.entry and decision.side:
            decision.entry = self.tape.base.close - decision.side * wish.entry
        return decision

    def _wish(self, now: int) -> Wish | None:
        return next((one for one in self.settings.wishes if one.at == now), None)

    def propose(self, now: int) -> Proposal:
        """Propose what is written."""
        wish = self._wish(now)
        if wish is None:
            return Proposal()
        if not wish.side:
            self.leave("told")
            return Proposal()
        return Proposal(side=wish.side, is_candidate=True, stop=wish.stop, target=wish.target, size=wish.size)
