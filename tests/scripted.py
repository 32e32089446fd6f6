"""Strategies that do as they are told, so that a test can say what is decided and look at what comes of it."""

from typing import Annotated, Literal

from pydantic import Field

from mia_plugins.journal.decision import Decision, Outcome
from mia_plugins.runtime.strategy import MiaStrategy, StrategySettings
from mia_plugins.settings.model import BaseSettings
from mia_plugins.units import Contracts, Nanoseconds


class Step(BaseSettings):
    """What is decided at one bar's close; prices are ticks."""

    at: Nanoseconds
    """When: UTC ns."""
    side: Literal[-1, 0, 1] = 0
    """+1 buys, -1 sells; 0 leaves what is held."""
    size: Contracts = Contracts(1)
    """What is bought or sold."""
    stop: int | None = None
    target: int | None = None
    entry: int | None = None
    """Limit price; None at the market."""
    until: Nanoseconds | None = None
    """When it is left: UTC ns."""
    outcome: Outcome = Outcome.TAKEN
    """`blocked` or `rejected` gives a shadow."""


class Scripted(MiaStrategy):
    """Takes given decisions at given bars, whatever the market does."""

    class Settings(StrategySettings):
        """The script."""

        steps: Annotated[tuple[Step, ...], Field(strict=False)] = ()
        """What is decided, in the order of time."""

    features = ("close", "position")

    def begin(self) -> None:
        """Learn the script."""
        self._steps = {step.at: step for step in self.settings.steps}

    def evaluate(self, now: int) -> Decision:
        """Do what is written."""
        seen = (self.tape.base.close, self.account.position)
        step = self._steps.get(now)
        if step is None:
            return Decision(values=seen)
        if not step.side:
            self.leave("told")
            return Decision(values=seen)
        return Decision(
            side=step.side,
            outcome=step.outcome,
            reason="" if step.outcome is Outcome.TAKEN else "told",
            size=step.size,
            stop=step.stop,
            target=step.target,
            entry=step.entry,
            until=step.until,
            values=seen,
        )
