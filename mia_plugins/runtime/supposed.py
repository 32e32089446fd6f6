"""Trades that Kelly kept from being taken: what they would have come to counts among the outcomes."""

from mia_plugins.journal.decision import Decision
from mia_plugins.journal.shadow import Outcomes, ShadowOutcome
from mia_plugins.runtime.account import Account
from mia_plugins.statistics.kelly import KELLY_ZERO


class Supposed:
    """Writes every outcome, and adds those of Kelly's to the account's: else nothing would ever change it."""

    def __init__(self, log: Outcomes, account: Account) -> None:
        self._log, self._account = log, account
        self._stops: dict[int, int] = {}
        """Ticks, by the decision's number."""

    def note(self, number: int, decision: Decision) -> None:
        """Take note of a decision that is followed."""
        if decision.reason == KELLY_ZERO and decision.stop is not None:
            self._stops[number] = decision.stop

    def append(self, row: ShadowOutcome, /) -> None:
        """Write an outcome."""
        self._log.append(row)
        stop = self._stops.pop(row.id, None)
        if stop is None or row.r is None or row.entry is None:
            return
        account = self._account
        risked = abs(row.entry - stop) * account.tick_value
        account.broker.outcomes.append(row.r - float(2 * account.costs.commission / risked))
