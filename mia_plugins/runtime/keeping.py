"""What keeps orders and executions beyond the end of a process; a backtest keeps nothing."""

import datetime as dt
from typing import Any, Protocol

from mia_plugins.runtime.account import Fill


class Keeper(Protocol):
    """The state of the account that strategies trade; each call is on the disk when it returns."""

    @property
    def mark(self) -> str:
        """What the numbers of decisions begin with in order ids, so that a restart has ids of its own."""

    def claim(self, order_id: str) -> bool:
        """Note an order before it is sent; say whether it had never been."""

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

    def claim(self, order_id: str) -> bool:
        """Let it be sent."""
        del order_id
        return True

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
