"""Buy when the fast average of closes crosses above the slow one, sell when it crosses below.

It makes no claim to earn anything. It shows what a strategy is: settings with units, the names of what
its decisions carry, and `evaluate`, which turns closed bars into a decision.
"""

from typing import Annotated

from pydantic import Field

from mia_plugins.journal.decision import Decision, Outcome
from mia_plugins.runtime.strategy import MiaStrategy, StrategySettings
from mia_plugins.units import Bars, Contracts, Ticks


class EmaCross(MiaStrategy):
    """One position at a time, with a stop and a target at fixed distances."""

    class Settings(StrategySettings):
        """What can be set in the file."""

        fast: Annotated[Bars, Field(ge=1, le=1000)] = Bars(10)
        """Span of the fast average."""
        slow: Annotated[Bars, Field(ge=2, le=2000)] = Bars(21)
        """Span of the slow average."""
        stop: Annotated[Ticks, Field(ge=1, le=400)] = Ticks(16)
        """Distance of the stop from the close."""
        target: Annotated[Ticks, Field(ge=1, le=1600)] = Ticks(32)
        """Distance of the target from the close."""
        contracts: Annotated[Contracts, Field(ge=1, le=100)] = Contracts(1)
        """What is bought or sold at a time."""

    features = ("fast", "slow")
    rules = ("warm", "flat")

    def begin(self) -> None:
        """Start without averages."""
        settings = self.settings
        self._alpha_fast = 2 / (settings.fast + 1)
        self._alpha_slow = 2 / (settings.slow + 1)
        self._fast = self._slow = 0.0
        self._side = 0

    def evaluate(self, now: int) -> Decision:
        """Decide at the close of a bar."""
        del now  # the bar says it all
        bars = self.tape.base
        close = bars.close
        if bars.count == 1:
            self._fast = self._slow = float(close)
        self._fast += self._alpha_fast * (close - self._fast)
        self._slow += self._alpha_slow * (close - self._slow)
        side = 1 if self._fast > self._slow else -1
        crossed, self._side = side != self._side, side

        warm, flat = bars.count > self.settings.slow, not self.account.position
        decision = Decision(
            values=(self._fast, self._slow),
            verdicts=(warm, flat),
            numbers=(bars.count, self.account.position),
        )
        if crossed:
            self._propose(decision, side, close)
        return decision

    def _propose(self, decision: Decision, side: int, close: int) -> None:
        """Make a candidate of a decision, and take it if no rule is against it."""
        settings = self.settings
        decision.side, decision.size = side, settings.contracts
        decision.stop = close - side * int(settings.stop)
        decision.target = close + side * int(settings.target)
        against = [rule for rule, passes in zip(self.rules, decision.verdicts, strict=True) if not passes]
        decision.outcome = Outcome.BLOCKED if against else Outcome.TAKEN
        decision.reason = against[0] if against else ""
