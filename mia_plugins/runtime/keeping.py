"""What keeps orders and executions beyond the end of a process; a backtest keeps nothing."""

import datetime as dt
from typing import Protocol

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
