"""A strategy of ours that takes a side at one bar: brackets and exits are those of every method."""

from typing import Any, Literal

from mia_plugins.decisions import Proposal
from mia_plugins.features import Market
from mia_plugins.units import Nanoseconds
from strategies.decision.base import MethodSettings, MethodStrategy


class Wishing(MethodStrategy):
    """Proposes a side once."""

    class Settings(MethodSettings):
        """When, and which side."""

        enter_at: Nanoseconds
        """UTC ns."""
        enter: Literal[-1, 1] = 1
        """+1 buys, -1 sells."""
        turn_at: Nanoseconds = Nanoseconds(0)
        """When it proposes the other side: UTC ns; 0 never."""

    @classmethod
    def own_measures(cls, market: Market, settings: Any) -> None:
        """Return nothing: it looks at the clock of the bars alone."""
        del market, settings

    def propose(self, now: int) -> Proposal:
        """Propose the side at its bar."""
        settings = self.settings
        side = {settings.enter_at: settings.enter, settings.turn_at: -settings.enter}.get(now, 0)
        return self.bracketed(Proposal(side=side, is_candidate=bool(side)), now)
