"""Takes a `Look` of a living run. On the node's thread only: what it reads is changed by nobody meanwhile.

It changes nothing: a run that is looked at decides like one that is not.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from mia_plugins.data.instruments import Contract
from mia_plugins.data.sessions import NS
from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.live.look import (
    Age,
    DecisionLook,
    Facts,
    IncidentLook,
    LimitLook,
    Look,
    MoneyLook,
    OrderLook,
    StrategyLook,
)
from mia_plugins.live.wording import measured, plain_text
from mia_plugins.runtime.account import Account
from mia_plugins.runtime.brackets import OrderState
from mia_plugins.runtime.context import Context
from mia_plugins.runtime.hearing import HeardDecision, HeardOrder, HeardTrade
from mia_plugins.runtime.killing import Halt, Kill, never
from mia_plugins.runtime.stakes import open_of
from mia_plugins.runtime.vitals import Vitals
from mia_plugins.statistics.limits import LEFT
from mia_plugins.tape.tape import Tape

AGE = "age."
"""How the names of sources begin that tell how many seconds ago something was heard of: age.ES."""
CONNECTION = "connection"
"""The source that tells for how many seconds the broker has not been reached."""
REMEMBERED = 20
"""Decisions and incidents that are kept."""


class Watched(Protocol):
    """What is read of a strategy: `MiaStrategy` has all of it."""

    context: Context
    contract: Contract | None
    tape: Tape
    account: Account
    decided: int
    decision: Decision | None


@dataclass(frozen=True)
class Patience:
    """The seconds after which something is stale."""

    data: float = 10.0
    connection: float = 2.0
    own: Mapping[str, float] = field(default_factory=dict)
    """By the name of what has a patience of its own, such as account."""


class Recent:
    """What was decided and what went wrong lately."""

    def __init__(self) -> None:
        self.decisions: deque[DecisionLook] = deque(maxlen=REMEMBERED)
        self.incidents: deque[IncidentLook] = deque(maxlen=REMEMBERED)
        self.rests: dict[tuple[str, str], LimitLook] = {}
        """What rules said last was left of their limits, by rule and strategy."""

    def hear_decision(self, heard: HeardDecision) -> None:
        """Take note of a candidate."""
        self.decisions.appendleft(decision_look(heard))
        self.note(heard.strategy_id, heard.ts, heard.decision, heard.columns)

    def note(self, strategy_id: str, ts: int, made: Decision, columns: JournalColumns) -> None:
        """Take note of what is left of each limit that was asked about at an instant (UTC ns)."""
        for rule, unit, number in zip(columns.rules, columns.units, made.numbers, strict=False):
            if number is not None and unit.endswith(LEFT):
                self.rests[rule, strategy_id] = LimitLook(rule, ts, number, unit, strategy_id=strategy_id)

    def hear_trade(self, heard: HeardTrade) -> None:
        """Keep nothing: the account tells what trades came to."""

    def hear_order(self, heard: HeardOrder) -> None:
        """Keep nothing: brackets tell how orders stand."""

    def append(self, row: tuple[object, ...], /) -> None:
        """Take note of an incident, a row of `INCIDENTS`."""
        self.incidents.appendleft(incident_look(row))


@dataclass
class Sight:
    """What is looked at."""

    facts: Facts
    strategies: Sequence[Watched]
    vitals: Vitals
    halt: Halt = field(default_factory=Halt)
    kill: Sequence[int] = field(default_factory=never)
    recent: Recent = field(default_factory=Recent)
    patience: Patience = field(default_factory=Patience)
    state: str = "starting"
    """Whoever runs the node keeps it up to date."""


def look_of(sight: Sight, now: int) -> Look:
    """Return how a run stands at an instant (UTC ns)."""
    sources, patience = sight.vitals.sources, sight.patience
    connection = sources[CONNECTION](now) if CONNECTION in sources else None
    prices = _prices(sight, now)
    return Look(
        ts=now,
        facts=sight.facts,
        state=plain_text(sight.state),
        connection=Age(CONNECTION, connection, patience.connection),
        ages=tuple(_ages(sight, now)),
        strategies=tuple(_strategy(one, prices) for one in sight.strategies),
        orders=tuple(_orders(sight.strategies, now)),
        money=_money(sight.vitals, prices),
        limits=_limits(sight),
        decisions=tuple(sight.recent.decisions),
        incidents=tuple(sight.recent.incidents),
        halt=sight.halt.level,
        halted_by=plain_text(sight.halt.reason),
        kill=Kill(sight.kill[0]),
    )


def decision_look(heard: HeardDecision) -> DecisionLook:
    """Return a candidate with what was against it in words."""
    made = heard.decision
    return DecisionLook(
        ts=heard.ts,
        id=heard.id,
        strategy_id=heard.strategy_id,
        product=heard.product,
        side=made.side,
        size=made.size,
        outcome=str(made.outcome),
        why=why(made, heard.columns),
        score=made.score,
        stop=made.stop,
        target=made.target,
    )


def why(made: Decision, columns: JournalColumns) -> str:
    """Return what was against a decision, with the number it was judged by; "" where nothing was."""
    if made.outcome is Outcome.TAKEN or not made.reason:
        return ""
    units = dict(zip(columns.rules, columns.units, strict=False))
    numbers = dict(zip(columns.rules, made.numbers, strict=False))
    number = numbers.get(made.reason)
    told = made.reason if number is None else f"{made.reason}: {measured(number, units.get(made.reason, ''))}"
    return plain_text(told)


def incident_look(row: tuple[object, ...]) -> IncidentLook:
    """Return a row of `INCIDENTS`."""
    ts, who, what, level, *_, told = row
    assert isinstance(ts, int)  # noqa: S101 the table's first column
    return IncidentLook(ts, *(plain_text(str(word)) for word in (who, what, level, told)))


def _prices(sight: Sight, now: int) -> dict[str, int]:
    """Return the last prices by the product decided on: of the pulse, or of the tape where none beats."""
    tapes = {one.context.product: one.tape.price for one in sight.strategies}
    found = {product: price for product, price in tapes.items() if price > 0}
    for product, pulse in sight.vitals.pulses.items():
        last = pulse.peek(now)
        if last is not None and last[1] > 0:
            found[product] = last[1]
    return found


def _ages(sight: Sight, now: int) -> Iterator[Age]:
    """Yield how old data are: what somebody measures, and the pulses that nobody does."""
    vitals, patience = sight.vitals, sight.patience
    found = {
        name.removeprefix(AGE): source(now) for name, source in vitals.sources.items() if name.startswith(AGE)
    }
    for product, pulse in vitals.pulses.items():
        last = pulse.peek(now)
        found.setdefault(product, None if last is None else (now - last[0]) / NS)
    for name, seconds in sorted(found.items()):
        yield Age(plain_text(name), seconds, patience.own.get(name, patience.data))


def _strategy(one: Watched, prices: Mapping[str, int]) -> StrategyLook:
    account, trip, bracket = one.account, one.account.trip, one.account.bracket
    price = prices.get(one.context.product)
    stop, target = (bracket.stop, bracket.target) if bracket else (None, None)
    average = None
    if trip is not None:
        average = trip.paid / trip.bought if trip.side > 0 else trip.got / trip.sold
    return StrategyLook(
        strategy_id=one.context.strategy_id,
        symbol=_symbol(one),
        price=price,
        position=account.position,
        average=average,
        stop=stop.ticks if stop and stop.is_open else None,
        target=target.ticks if target and target.is_open else None,
        open=None if trip is None else open_of(account, price),
        made_today=account.realized_today,
        trades_today=account.trades_today,
        leaving=plain_text(bracket.leaving) if bracket else "",
        decided=one.decided if one.decided >= 0 else None,
        said=_said(one.decision),
    )


def _said(made: Decision | None) -> str:
    if made is None:
        return ""
    told = "no candidate" if made.outcome is Outcome.NONE else str(made.outcome)
    return plain_text(f"{told}: {made.reason}" if made.reason else told)


def _symbol(one: Watched) -> str:
    return one.contract.symbol if one.contract is not None else one.context.traded


def _orders(strategies: Sequence[Watched], now: int) -> Iterator[OrderLook]:
    """Yield the orders that can still be filled, a strategy after the other, in the order they were sent."""
    for one in strategies:
        bracket = one.account.bracket
        for order in sorted(bracket.orders, key=_sent) if bracket is not None else ():
            if order.is_open:
                yield OrderLook(
                    one.context.strategy_id,
                    _symbol(one),
                    order.order_id,
                    str(order.role),
                    order.side,
                    order.lots,
                    order.filled,
                    order.ticks,
                    order.type,
                    order.state,
                    (now - order.ts) / NS,
                )


def _sent(order: OrderState) -> int:
    return order.ts


def _money(vitals: Vitals, prices: Mapping[str, int]) -> MoneyLook:
    broker = vitals.broker
    return MoneyLook(
        made_today=broker.realized_today,
        open=broker.open(prices),
        at_stops=sum((stake.worst for stake in broker.stakes(prices)), Decimal(0)),
        balance=broker.balance,
        peak=broker.peak,
        trades_today=broker.trades_today,
        losses_in_row=broker.losses_in_row,
    )


def _limits(sight: Sight) -> tuple[LimitLook, ...]:
    """Return what acts first, then the nearest: what rules said was left counts as half the way.

    Rules are asked about what is proposed, also where that is not enough for a candidate.
    """
    for one in sight.strategies:
        if one.decision is not None:
            columns = one.context.book.columns
            sight.recent.note(one.context.strategy_id, one.decided, one.decision, columns)
    gauges = [
        LimitLook(g.name, g.ts, g.number, g.unit, g.limit, g.share, g.does)
        for told in sight.vitals.gauges
        for g in told()
    ]
    return tuple(sorted((*gauges, *sight.recent.rests.values()), key=_nearest_first))


def _nearest_first(one: LimitLook) -> tuple[bool, float, str, str]:
    return not one.is_reached, -(0.5 if one.share is None else one.share), one.name, one.strategy_id
