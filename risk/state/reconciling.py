"""What the broker executed and the state does not know of is counted; brackets are brought to where they are.

What then differs is none of ours: it is left alone, and told.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mia_plugins.data.sessions import session_on
from mia_plugins.runtime.account import Fill, Role
from mia_plugins.runtime.brackets import DONE, Bracket, OrderState
from mia_plugins.runtime.leaving import GONE
from mia_plugins.runtime.orders import ticks_of
from risk.state.files import StateError
from risk.state.keeping import Keeping
from risk.state.rebuilding import rebuild, unexplained
from risk.state.reports import Reports, contract_of

ROLES = {"E": Role.ENTRY, "S": Role.STOP, "T": Role.TARGET, "X": Role.EXIT}
"""By the letter with which the last part of an order id begins."""
BY_HAND = "by_hand"
"""The reason of what was left by an order that is none of ours."""


@dataclass
class Found:
    """What the broker's reports came to."""

    counted: list[str] = field(default_factory=list)
    """A line of each execution that the state did not know."""
    ended: list[str] = field(default_factory=list)
    """A line of each order that is over, of which the state did not know."""
    foreign: list[str] = field(default_factory=list)
    """A line of each position, order and execution that is none of ours, or that nobody can look after."""
    passing: set[str] = field(default_factory=set)
    """Those of them of which the broker tells from then on whether they are gone."""
    brackets: dict[str, Bracket] = field(default_factory=dict)
    """By strategy: those that go on."""


class Reconciling:
    """One start's work."""

    def __init__(self, keeping: Keeping, reports: Reports) -> None:
        self._keeping, self._reports, self._accounts = keeping, reports, keeping.accounts
        self._found = Found()
        self._brackets = keeping.brackets()
        self._owners = {
            order.order_id: (strategy, bracket, order)
            for strategy, bracket in self._brackets.items()
            for order in bracket.orders
        }
        self._open = [
            order
            for _, _, order in self._owners.values()
            if order.is_open and keeping.filled(order.order_id) < order.lots
        ]

    def work(self, day: dt.date) -> Found:
        """Count what is missing, in the order of time, go on to a trading day, and compare.

        What was executed before its session opened belongs to the days before, such as a stop of theirs.
        """
        opens = session_on(day).open
        unknown = [one for one in self._reports.fills if not self._keeping.knows(str(one.trade_id))]
        unknown.sort(key=lambda one: (one.ts_event, str(one.trade_id)))
        for one in unknown:
            if one.ts_event >= opens:
                self._keeping.go_on(day)
            self._count(one)
        for bracket in self._brackets.values():
            rebuild(bracket, self._keeping.filled, self._reports)
        self._infer()
        self._keeping.go_on(day)
        self._compare()
        self._tell_foreign_orders()
        self._found.ended += [_end_of(order) for order in self._open if not order.is_open]
        self._hand_on()
        return self._found

    def _count(self, report: Any) -> None:
        order_id, side = str(report.client_order_id or ""), _side_of(report)
        lots, reason = min(int(report.last_qty), self._room(order_id)), ""
        strategy, number, role = self._whose(order_id)
        if not strategy:
            strategy, reason = self._held_by(report, side), BY_HAND
        if not strategy or lots <= 0:
            return
        account, told = self._accounts[strategy], report.commission
        fee = account.costs.commission * lots if told is None else told.as_decimal()
        bracket = self._brackets.get(strategy)
        number = bracket.decision if bracket and reason else number
        fill = Fill(
            int(report.ts_event), order_id or str(report.venue_order_id), number, role, side, lots,
            ticks_of(report.last_px), fee, bracket.first_stop if bracket else None,
        )  # fmt: skip
        if reason and bracket:
            bracket.exits.append(_by_hand(fill))
        self._take(str(report.trade_id), strategy, fill, reason or (bracket.leaving if bracket else ""))

    def _take(self, execution_id: str, strategy: str, fill: Fill, reason: str) -> None:
        if self._keeping.take(execution_id, strategy, fill, reason):
            told = f"{fill.side * fill.lots:+d} at {fill.ticks} ticks of {strategy} ({fill.role})"
            self._found.counted.append(f"{execution_id}: {told}")

    def _room(self, order_id: str) -> int:
        """Return how many contracts of an order may have been executed that were not counted.

        Where an execution is told of without its commission, Nautilus makes one up under another id.
        """
        told, known = self._reports.orders.get(order_id), self._owners.get(order_id)
        if told is None and known is None:
            return 1 << 30
        most = told.filled if told is not None else known[2].lots if known is not None else 0
        return most - self._keeping.filled(order_id)

    def _whose(self, order_id: str) -> tuple[str, int, Role]:
        """Return strategy, decision and role of an order of ours; no strategy of one that is not."""
        if known := self._owners.get(order_id):
            strategy, bracket, order = known
            return (strategy, bracket.decision, order.role) if strategy in self._accounts else _NOBODY
        strategy, _, rest = order_id.rpartition("-")[0].rpartition("-")
        number, letter = rest.rpartition("r")[2], order_id.rpartition("-")[2][:1]
        if strategy in self._accounts and number.isdigit() and letter in ROLES:
            return strategy, int(number), ROLES[letter]
        return _NOBODY

    def _held_by(self, report: Any, side: int) -> str:
        """Return the one strategy whose position an execution by somebody else makes smaller."""
        product, lots = contract_of(report.instrument_id)[:-2], int(report.last_qty)
        held = [
            name
            for name, one in self._accounts.items()
            if one.product == product and -one.position * side >= lots
        ]
        if len(held) == 1:
            return held[0]
        if self._reports.positions is None:  # else they tell whether anything of it is left
            why = "no strategy holds" if not held else f"{' and '.join(sorted(held))} hold"
            self._found.foreign.append(
                f"the broker executed {side * lots:+d} {product} ({report.trade_id}) for an order that is "
                f"none of ours, and {why} what it would leave"
            )
        return ""

    def _infer(self) -> None:
        """Count what nobody tells of any more, and that the positions show."""
        for contract, (names, missing) in self._differences():
            bracket = self._brackets.get(names[0]) if len(names) == 1 else None
            if bracket is None or not missing:
                continue
            for order, lots, ticks in unexplained(bracket, missing):
                fee = self._accounts[names[0]].costs.commission * lots
                trip = self._accounts[names[0]].trip
                fill = Fill(
                    trip.ts_open if trip else order.ts, order.order_id, bracket.decision, order.role,
                    order.side, lots, ticks, fee, bracket.first_stop,
                )  # fmt: skip
                execution_id = f"{contract}-{order.order_id}-{order.filled}"
                self._take(execution_id, names[0], fill, bracket.leaving)
            rebuild(bracket, self._keeping.filled, self._reports)
            if not any(order.is_open for order in bracket.orders):
                self._infer_by_hand(contract, names[0], bracket)

    def _infer_by_hand(self, contract: str, strategy: str, bracket: Bracket) -> None:
        """Count that somebody else left what a bracket holds and the broker does not: at its stop."""
        account, price = self._accounts[strategy], bracket.stop.ticks
        missing = (self._reports.positions or {}).get(contract, 0) - account.position
        lots = min(abs(missing), abs(account.position))
        if missing * account.position >= 0 or price is None:
            return
        side = 1 if missing > 0 else -1
        ts = account.trip.ts_open if account.trip else bracket.entry.ts
        order_id = f"{bracket.base_id}-H{len(bracket.exits) + 1}"
        fee = account.costs.commission * lots
        fill = Fill(ts, order_id, bracket.decision, Role.EXIT, side, lots, price, fee, bracket.first_stop)
        bracket.exits.append(_by_hand(fill))
        self._take(f"{contract}-{order_id}", strategy, fill, BY_HAND)

    def _differences(self) -> Iterator[tuple[str, tuple[list[str], int]]]:
        """Yield contracts, the strategies in each, and how many more the broker holds than they do."""
        ours: dict[str, list[str]] = {}
        for strategy, account in self._accounts.items():
            if account.position or strategy in self._brackets:
                ours.setdefault(self._contract_of(strategy), []).append(strategy)
        theirs = self._reports.positions
        if theirs is None:
            return
        for contract in sorted({*ours, *theirs}):
            names = ours.get(contract, [])
            counted = sum(self._accounts[name].position for name in names if name in self._accounts)
            yield contract, (names, theirs.get(contract, 0) - counted)

    def _contract_of(self, strategy: str) -> str:
        """Return what a strategy holds: its bracket's; without one, what the broker holds of its product."""
        bracket = self._brackets.get(strategy)
        if bracket is not None and bracket.instrument_id:
            return contract_of(bracket.instrument_id)
        product = self._accounts[strategy].product
        held = [one for one in self._reports.positions or () if one[:-2] == product]
        return held[0] if len(held) == 1 else product

    def _compare(self) -> None:
        """Tell of positions that are none of ours, and part with brackets whose position is gone."""
        for bracket in self._brackets.values():
            bracket.leaving = "" if bracket.leaving == GONE else bracket.leaving
        for contract, (names, missing) in self._differences():
            if not missing:
                continue
            positions = {name: self._accounts[name].position for name in names if name in self._accounts}
            held = sum(positions.values())
            self._tell_of(
                contract,
                f"the broker holds {held + missing:+d} {contract}, and its executions add up to {held:+d}",
            )
            is_gone = all(one * held > 0 for one in positions.values()) and (held + missing) * held <= 0
            for name, position in positions.items():
                if position * missing < 0 and name in self._brackets:
                    self._part_with(name, is_gone=is_gone)

    def _part_with(self, name: str, *, is_gone: bool) -> None:
        """Have orders cancelled that guard nothing and would open a position; those of a part are left."""
        bracket = self._brackets[name]
        who = f"{bracket.base_id} of {name}"
        works = ", ".join(order.order_id for order in bracket.orders if order.is_open)
        if is_gone:
            bracket.leaving = GONE
            told = f"{who} has nothing to guard any more: {works or 'nothing'} is cancelled"
        else:
            del self._brackets[name]
            told = (
                f"{who} is left alone with its orders, which are for more than is held: "
                f"look after {works or 'what is left'} at the broker"
            )
        self._found.foreign.append(told)

    def _tell_foreign_orders(self) -> None:
        for one in self._reports.orders.values():
            if one.state in DONE or one.order_id in self._owners:
                continue
            whose = (
                "of ours that the state does not know" if self._whose(one.order_id)[0] else "of somebody else"
            )
            at = "the market" if one.ticks is None else f"{one.ticks} ticks"
            told = f"{one.order_id}, {one.side * one.lots:+d} {one.contract} at {at}"
            self._tell_of(one.contract, f"an order {whose} works at the broker: {told}")

    def _tell_of(self, contract: str, told: str) -> None:
        """Tell of what is none of ours in a contract; whoever trades its product sees when it is gone."""
        self._found.foreign.append(told)
        if any(one.product == contract[:-2] for one in self._accounts.values()):
            self._found.passing.add(told)

    def _hand_on(self) -> None:
        """Keep the brackets as they are, and hand on those that are not done."""
        for strategy, bracket in self._brackets.items():
            self._keeping.keep(strategy, bracket)
            if bracket.is_done:
                continue
            if strategy not in self._accounts:
                raise StateError(
                    f"the bracket {bracket.base_id} of {strategy} is open, which the run does not have",
                    "run the same strategies until it is done",
                )
            self._found.brackets[strategy] = bracket
        for strategy, account in self._accounts.items():
            if account.position and strategy not in self._brackets:
                self._found.foreign.append(
                    f"{strategy} holds {account.position:+d} {account.product}, and no order of it is known"
                )


_NOBODY = ("", 0, Role.EXIT)


def reconcile(keeping: Keeping, day: dt.date, reports: Reports) -> Found:
    """Bring an account to what the broker reports, and on to a trading day."""
    return Reconciling(keeping, reports).work(day)


def _side_of(report: Any) -> int:
    return 1 if str(report.order_side).endswith("BUY") else -1


def _end_of(order: OrderState) -> str:
    return f"{order.order_id} is {order.state}{f': {order.reason}' if order.reason else ''}"


def _by_hand(fill: Fill) -> OrderState:
    """Return an order that somebody else gave as one of a bracket's."""
    order = OrderState(fill.order_id, Role.EXIT, fill.side, fill.lots, None, fill.ts, "market", fill.lots)
    order.state, order.reason, order.ts_done = "filled", BY_HAND, fill.ts
    return order
