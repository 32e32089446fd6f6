"""From the state file to the account, and on: what was counted before the process ended is counted again."""

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal

from mia_plugins.runtime.account import Account, Fill, Role
from mia_plugins.runtime.broker import BrokerAccount, Closed
from risk.state.store import Executed, RiskState, StateError


class Keeping:
    """One account's link to its state file, on one trading day."""

    def __init__(self, state: RiskState, broker: BrokerAccount, day: dt.date) -> None:
        self._state, self._broker, self._day = state, broker, day
        self._resumed = day
        sent = state.claims()
        self.mark = f"{sent}r" if sent else ""
        """What the numbers of decisions begin with in order ids: a restart counts from 1 again."""
        self._kept = (broker.peak, broker.day_peak)

    def claim(self, order_id: str) -> bool:
        """Note an order before it is sent; say whether it had never been."""
        return self._state.claim(order_id)

    def take(self, execution_id: str, strategy: str, account: Account, fill: Fill, reason: str = "") -> bool:
        """Note an execution and count it, unless that was done before; say whether it was not."""
        if not self.note(execution_id, strategy, fill, reason):
            return False
        account.take(fill, reason)
        self.rose()
        return True

    def knows(self, execution_id: str) -> bool:
        """Say whether an execution was noted."""
        return self._state.knows(execution_id)

    def note(self, execution_id: str, strategy: str, fill: Fill, reason: str) -> bool:
        """Note an execution that is about to be counted; say whether that had never been done."""
        return self._state.executed(execution_id, self._day, Executed(strategy, _json_of(fill), reason))

    def rose(self) -> None:
        """Note the highest the account has been, if it has risen."""
        highest = (self._broker.peak, self._broker.day_peak)
        if highest == self._kept:
            return
        self._kept = highest
        self._state.rose(self._day, str(self._broker.peak), str(self._broker.day_peak))

    def begins(self, day: dt.date) -> bool:
        """Start a trading day, unless it was resumed; say whether its counters begin anew."""
        if day > self._day:
            self.begin_day(day)
        return day != self._resumed

    def go_on(self, day: dt.date) -> None:
        """Start the trading day that is resumed: when its session opens, counters do not begin anew."""
        if day > self._day:
            self.begin_day(day)
        self._resumed = day

    def begin_day(self, day: dt.date) -> None:
        """Start a trading day for every strategy of the account."""
        held = {account.product: account.position for account in self._broker.accounts if account.position}
        if held:
            told = ", ".join(f"{lots:+d} {product}" for product, lots in sorted(held.items()))
            raise StateError(
                f"{told} are held over from {self._day}, which its executions do not close",
                "leave the position at the broker, and start again: what it executed there is counted",
            )
        self._day = day
        self._broker.begin_session()
        for account in self._broker.accounts:
            account.begin_session()
        self._state.begin_day(day, _base_of(self._broker))


def resumed(
    state: RiskState, day: dt.date, broker: BrokerAccount, accounts: Mapping[str, Account]
) -> Keeping:
    """Bring an account to where it was when its process ended, and on to a trading day."""
    keeping = restored(state, day, broker, accounts)
    keeping.go_on(day)
    return keeping


def restored(
    state: RiskState, day: dt.date, broker: BrokerAccount, accounts: Mapping[str, Account]
) -> Keeping:
    """Bring an account to where it was when its process ended; `accounts` are its parts by strategy.

    It is still on the trading day on which that was; without one it begins on the day that is told.
    """
    found = state.last_day()
    if found is None:
        state.begin_day(day, _base_of(broker))
        return Keeping(state, broker, day)
    last, base = found
    if last > day:
        raise StateError(
            f"{state.path} knows of {last}, and the trading day is {day}: time has run back",
            "set the clock, or name the folder of this account with --state",
        )
    _restore(broker, base)
    for one in state.executions(last):
        if one.strategy not in accounts:
            raise StateError(
                f"{state.path} has executions of {one.strategy} on {last}, which the run does not have",
                "run the same strategies until the day is over",
            )
        accounts[one.strategy].take(_fill_of(one.fill), one.reason)
    peaks = state.peaks(last)
    if peaks:
        peak, top = (Decimal(text) for text in peaks)
        # Executions that were counted again may have lifted them beyond what was noted last.
        broker.peak, broker.day_peak = max(broker.peak, peak), max(broker.day_peak, top)
    return Keeping(state, broker, last)


def _base_of(broker: BrokerAccount) -> str:
    """Return what an account begins a day with."""
    return json.dumps({
        "realized": str(broker.realized),
        "losses_in_row": broker.losses_in_row,
        "peak": str(broker.peak),
        "outcomes": list(broker.outcomes),
        "closed": [(one.ts, str(one.net), one.exit, str(one.day)) for one in broker.closed],
    })  # fmt: skip


def _restore(broker: BrokerAccount, base: str) -> None:
    """Bring an account to where a day began."""
    told = json.loads(base)
    broker.realized = Decimal(told["realized"])
    broker.losses_in_row = told["losses_in_row"]
    broker.outcomes.extend(told["outcomes"])
    broker.closed.extend(
        Closed(ts, Decimal(net), how, Decimal(made)) for ts, net, how, made in told["closed"]
    )
    broker.begin_session()
    broker.peak = max(Decimal(told["peak"]), broker.balance)


def _json_of(fill: Fill) -> str:
    return json.dumps([
        fill.ts, fill.order_id, fill.decision, str(fill.role), fill.side, fill.lots, fill.ticks,
        str(fill.fee), fill.first_stop,
    ])  # fmt: skip


def _fill_of(text: str) -> Fill:
    ts, order_id, decision, role, side, lots, ticks, fee, first_stop = json.loads(text)
    return Fill(ts, order_id, decision, Role(role), side, lots, ticks, Decimal(fee), first_stop)
