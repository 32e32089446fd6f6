"""What keeps orders and executions beyond the end of a process; a backtest keeps nothing."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Protocol

from mia_plugins.runtime.account import Fill
from mia_plugins.runtime.brackets import Bracket


class Keeper(Protocol):
    """The state of the account that strategies trade; what a call noted outlives the process."""

    @property
    def mark(self) -> str:
        """What the numbers of decisions begin with in order ids, so that a restart has ids of its own."""

    def claim(self, orders: Sequence[str], strategy: str, bracket: Bracket) -> str:
        """Note a bracket with orders before they are sent; return one that had been, or ""."""

    def keep(self, strategy: str, bracket: Bracket) -> None:
        """Note what has changed of a bracket; one that is done is not gone on with."""

    def note(self, execution_id: str, strategy: str, fill: Fill, reason: str) -> bool:
        """Note an execution before it is counted; say whether it had never been."""

    def rose(self) -> None:
        """Note the highest that the account has been."""

    def begins(self, day: dt.date) -> bool:
        """Note a trading day as its session opens; say whether counters begin anew, and do not go on."""


class KeptLater:
    """Stands for a keeper until there is one: what strategies are made with before the broker was asked."""

    def __init__(self) -> None:
        self._keeper: Keeper = Unkept()

    def hand_over(self, keeper: Keeper) -> None:
        """Have another keep from now on."""
        self._keeper = keeper

    def __getattr__(self, name: str) -> Any:
        return getattr(self._keeper, name)


class Unkept:
    """Keeps nothing."""

    mark = ""

    def claim(self, orders: Sequence[str], strategy: str, bracket: Bracket) -> str:
        """Let them be sent."""
        del orders, strategy, bracket
        return ""

    def keep(self, strategy: str, bracket: Bracket) -> None:
        """Keep nothing."""
        del strategy, bracket

    def note(self, execution_id: str, strategy: str, fill: Fill, reason: str) -> bool:
        """Let it be counted."""
        del execution_id, strategy, fill, reason
        return True

    def rose(self) -> None:
        """Keep nothing."""

    def begins(self, day: dt.date) -> bool:
        """Let counters begin anew."""
        del day
        return True
