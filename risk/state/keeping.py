"""From the state file to the account, and on: what was counted before the process ended is counted again."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from mia_plugins.runtime.account import Account, Fill
from mia_plugins.runtime.brackets import Bracket
from mia_plugins.runtime.broker import BrokerAccount, Closed
from risk.state.files import StateError
from risk.state.store import Executed, RiskState
from risk.state.written import bracket_of, fill_of, fill_text, kept


class Keeping:
    """One account's link to its state file, on one trading day."""

    def __init__(
        self, state: RiskState, broker: BrokerAccount, accounts: Mapping[str, Account], day: dt.date
    ) -> None:
        """`accounts` are the broker's parts by strategy."""
        self._state, self._broker, self.accounts, self._day = state, broker, accounts, day
        self._resumed = day
        sent = state.claims()
        self.mark = f"{sent}r" if sent else ""
        """What the numbers of decisions begin with in order ids: a restart counts from 1 again."""
        self._kept = (broker.peak, broker.day_peak)

    def claim(self, orders: Sequence[str], strategy: str, bracket: Bracket) -> str:
        """Note a bracket with orders before they are sent; return one that had been, or ""."""
        return self._state.claim(orders, kept(strategy, bracket))

    def keep(self, strategy: str, bracket: Bracket) -> None:
        """Note what has changed of a bracket; one that is done is not gone on with."""
        self._state.keep(kept(strategy, bracket))

    def brackets(self) -> dict[str, Bracket]:
        """Return the brackets that are not done, by strategy, as they were noted last."""
        return {one.strategy: bracket_of(one) for one in self._state.brackets()}

    def filled(self, order_id: str) -> int:
        """Return how many contracts of an order were noted as executed, on any day."""
        return sum(fill_of(text).lots for text in self._state.fills(order_id))

    def take(self, execution_id: str, strategy: str, fill: Fill, reason: str = "") -> bool:
        """Note an execution and count it, unless that was done before; say whether it was not."""
        if not self.note(execution_id, strategy, fill, reason):
            return False
        self.accounts[strategy].take(fill, reason)
        self.rose()
        return True

    def knows(self, execution_id: str) -> bool:
        """Say whether an execution was noted."""
        return self._state.knows(execution_id)

    def note(self, execution_id: str, strategy: str, fill: Fill, reason: str) -> bool:
        """Note an execution that is about to be counted; say whether that had never been done."""
        return self._state.executed(execution_id, self._day, Executed(strategy, fill_text(fill), reason))

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
        """Start a trading day for every strategy of the account; what is held is held on."""
        base = _base_of(self._broker, self._open())
        self._day = day
        self._broker.begin_session()
        for account in self._broker.accounts:
            account.begin_session()
        self._state.begin_day(day, base)

    def _open(self) -> dict[str, list[str]]:
        """Return the fills of what is held, by strategy."""
        found = self._state.last_day()
        if found is None or not any(account.position for account in self.accounts.values()):
            return {}
        last, base = found
        fills = {who: list(texts) for who, texts in json.loads(base).get("open", {}).items()}
        for one in self._state.executions(last):
            fills.setdefault(one.strategy, []).append(one.fill)
        since = {who: _since_flat([fill_of(text) for text in texts]) for who, texts in fills.items()}
        return {who: [fill_text(fill) for fill in held] for who, held in since.items() if held}


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
        state.begin_day(day, _base_of(broker, {}))
        return Keeping(state, broker, accounts, day)
    last, base = found
    if last > day:
        raise StateError(
            f"{state.path} knows of {last}, and the trading day is {day}: time has run back",
            "set the clock, or name the folder of this account with --state",
        )
    _replay(state, last, base, accounts, broker)
    peaks = state.peaks(last)
    if peaks:
        peak, top = (Decimal(text) for text in peaks)
        # Executions that were counted again may have lifted them beyond what was noted last.
        broker.peak, broker.day_peak = max(broker.peak, peak), max(broker.day_peak, top)
    return Keeping(state, broker, accounts, last)


def _replay(
    state: RiskState, day: dt.date, base: str, accounts: Mapping[str, Account], broker: BrokerAccount
) -> None:
    """Count what a day began with and what was executed on it."""
    held, executed = json.loads(base).get("open", {}), state.executions(day)
    for strategy in (*held, *(one.strategy for one in executed)):
        if strategy not in accounts:
            raise StateError(
                f"{state.path} has executions of {strategy} on {day}, which the run does not have",
                "run the same strategies until the day is over",
            )
    for strategy, texts in held.items():
        for text in texts:
            accounts[strategy].take(fill_of(text))
    _restore(broker, base)
    for one in executed:
        accounts[one.strategy].take(fill_of(one.fill), one.reason)


def _since_flat(fills: list[Fill]) -> list[Fill]:
    """Return those of one strategy's fills that what it holds came of."""
    found: list[Fill] = []
    position = 0
    for fill in fills:
        before, position = position, position + fill.side * fill.lots
        if not position:
            found = []
        elif before * position < 0:  # it turned round: a part of the fill closed what was held
            lots = abs(position)
            found = [replace(fill, lots=lots, fee=fill.fee * lots / fill.lots)]
        else:
            found.append(fill)
    return found


def _base_of(broker: BrokerAccount, held: Mapping[str, list[str]]) -> str:
    """Return what an account begins a day with; `held` are the fills of what is held, by strategy."""
    return json.dumps({
        "open": held,
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
    for account in broker.accounts:
        account.begin_session()
    broker.peak = max(Decimal(told["peak"]), broker.balance)
