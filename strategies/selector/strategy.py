"""`selector`: a strategy for each regime; a trade that is open keeps the exits of its own strategy."""

from collections import deque
from typing import Annotated, Any

from pydantic import Field

from mia_plugins.decisions import Gate, Proposal
from mia_plugins.features import Market
from mia_plugins.journal.decision import Decision, Outcome
from mia_plugins.statistics.intervals import wilson
from strategies.decision.base import MethodStrategy
from strategies.patterns.strategy import AGE, GATE
from strategies.selector.picking import KINDS, Picked, SelectorProposer, SelectorSettings

KEPT = 50
"""Trades of a strategy that its realised figures are of."""
REALISED = "realised"
FIRST = next(iter(KINDS))
"""Whose settings stand in while there is no trade."""


class SelectorStrategy(MethodStrategy):
    """Picks by regime: trend, range, in a volatile market sweeps and scalps, in a transition nothing."""

    class Settings(SelectorSettings):
        """What can be set."""

        least_win_rate: Annotated[float, Field(gt=0, lt=1)] | None = None
        """A strategy is refused while the share of its last 50 trades that was won surely is below it: the
        upper end of the interval. Left out, nothing is asked."""

    gates = (GATE, REALISED)
    extras = (
        "regime",
        "regime_confidence",
        *(f"{name}_{one}" for name, kind in KINDS.items() for one in (*kind.names, *kind.more, AGE)),
        *(f"{name}_{one}" for name in KINDS for one in ("trades", "won_least", "won_most")),
    )

    @classmethod
    def proposer(cls, market: Market, settings: Any) -> SelectorProposer:
        """Return what proposes."""
        return SelectorProposer(market, settings)

    @classmethod
    def own_measures(cls, market: Market, settings: Any) -> SelectorProposer:
        """Return what proposes."""
        return cls.proposer(market, settings)

    def begin(self) -> None:
        """Begin without a trade."""
        super().begin()
        self._picked = Picked("", Proposal())
        self._holding, self._entered, self._left = "", -1, 0
        self._won: dict[str, deque[bool]] = {name: deque(maxlen=KEPT) for name in KINDS}

    @property
    def trading(self) -> Any:
        """The settings of the strategy whose trade is open, or was the last."""
        return getattr(self.settings, self._holding or FIRST)

    @property
    def proposing(self) -> Any:
        """The settings of the strategy that proposes."""
        return getattr(self.settings, self._picked.name or FIRST)

    def propose(self, now: int) -> Proposal:
        """Propose what the regime's strategy does, with its realised figures."""
        self._picked = self.own.pick(now, self._entered)
        proposal = self._picked.proposal
        own = proposal.gates or (Gate(GATE, None, None),)
        proposal.gates = (*own, self._realised(self._picked.name))
        proposal.extras = (*proposal.extras, *(one for name in KINDS for one in self._figures(name)))
        return proposal

    def evaluate(self, now: int) -> Decision:
        """Note how the last trade ended, decide, and remember whose trade is entered."""
        account = self.account
        if account.last_exit_ts != self._left:
            self._left = account.last_exit_ts
            if self._holding:
                self._won[self._holding].append(account.losses_in_row == 0)
        decision = super().evaluate(now)
        if decision.outcome is Outcome.TAKEN and not self.desk.refusal(now):
            self._holding, self._entered = self._picked.name, self._picked.setup
        return decision

    def _figures(self, name: str) -> tuple[float, float, float]:
        """Return how many trades, and the interval of the share that was won."""
        won = self._won[name]
        return (float(len(won)), *wilson(sum(won), len(won)))

    def _realised(self, name: str) -> Gate:
        least = self.settings.least_win_rate
        if least is None or not name:
            return Gate(REALISED, None, None)
        most = self._figures(name)[2]
        return Gate(REALISED, most >= least, most)
