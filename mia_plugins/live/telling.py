"""What the log of a living run tells: decisions, orders, incidents, and what changed between two looks."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from mia_plugins.live.logs import Log, LogLevel
from mia_plugins.live.look import Look
from mia_plugins.live.taking import decision_look, incident_look
from mia_plugins.live.wording import price_text
from mia_plugins.runtime.hearing import HeardDecision, HeardOrder, HeardTrade
from mia_plugins.runtime.killing import Kill

EVERY = 60 * 1_000_000_000
"""ns between two lines that say how the run stands."""
STOPPING = "stopping"
"""The state in which a halt is how a session ends."""
ORDERS = {
    "OrderSubmitted": ("order_sent", LogLevel.INFO),
    "OrderAccepted": ("order_accepted", LogLevel.INFO),
    "OrderRejected": ("order_rejected", LogLevel.ERROR),
    "OrderDenied": ("order_denied", LogLevel.ERROR),
    "OrderFilled": ("order_filled", LogLevel.INFO),
    "OrderCanceled": ("order_cancelled", LogLevel.INFO),
    "OrderExpired": ("order_expired", LogLevel.WARNING),
    "OrderUpdated": ("order_changed", LogLevel.INFO),
    "OrderTriggered": ("order_triggered", LogLevel.INFO),
    "OrderModifyRejected": ("change_rejected", LogLevel.WARNING),
    "OrderCancelRejected": ("cancel_rejected", LogLevel.WARNING),
}
"""What Nautilus' events are called in the log; others say nothing yet."""


class Change(NamedTuple):
    """Something that is other than it was."""

    what: str
    level: LogLevel
    more: dict[str, Any]


class Teller:
    """Tells a log what it hears, and what changes from look to look."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._before: Look | None = None
        self._due = 0

    def hear_decision(self, heard: HeardDecision) -> None:
        """Tell of a candidate: decision_taken, decision_blocked or decision_rejected."""
        one = decision_look(heard)
        self._log.tell(
            f"decision_{one.outcome}", ts=one.ts, strategy=one.strategy_id, decision=one.id,
            product=one.product, side=one.side, size=one.size, reason=heard.decision.reason, why=one.why,
            score=one.score, stop=_points(one.stop), target=_points(one.target),
        )  # fmt: skip

    def hear_trade(self, heard: HeardTrade) -> None:
        """Tell of a round trip that is closed."""
        self._log.tell(
            "trade_closed", ts=heard.ts, strategy=heard.strategy_id, decision=heard.decision, net=heard.net
        )

    def hear_order(self, heard: HeardOrder) -> None:
        """Tell of an order's event."""
        if heard.kind in ORDERS:
            what, level = ORDERS[heard.kind]
            self._log.tell(
                what, level, heard.ts, strategy=heard.strategy_id, order=heard.order_id, role=heard.role,
                decision=heard.decision or None, product=heard.product, side=heard.side, lots=heard.lots,
                price=_points(heard.ticks), reason=heard.reason,
            )  # fmt: skip

    def append(self, row: tuple[object, ...], /) -> None:
        """Tell of an incident, a row of `INCIDENTS`."""
        one, (number, limit, unit) = incident_look(row), row[4:7]
        level = {"clear": LogLevel.INFO, "warn": LogLevel.WARNING}.get(one.level, LogLevel.ERROR)
        self._log.tell(
            "incident", level, one.ts, who=one.who, incident=one.what, does=one.level, told=one.told,
            number=number, limit=limit, unit=unit,
        )  # fmt: skip

    def show(self, look: Look) -> None:
        """Tell what has changed since the look before, and each minute how the run stands."""
        for one in changes(self._before, look):
            self._log.tell(one.what, one.level, look.ts, **one.more)
        self._before = look
        if look.ts >= self._due:
            self._due = look.ts + EVERY
            self._log.tell("standing", ts=look.ts, **standing(look))


def changes(before: Look | None, look: Look) -> Iterator[Change]:
    """Yield what is other than it was a look before; of the first look what is not as it should be."""
    was = before.is_connected if before else False
    known = before is not None and before.connection.seconds is not None
    if look.is_connected and not was:
        yield Change("connection_restored" if known else "connected", LogLevel.INFO, {})
    elif was and look.connection.is_stale:  # in a break nobody knows
        yield Change("connection_lost", LogLevel.ERROR, {"seconds": look.connection.seconds})
    old = set(before.stale) if before else set()
    for one in look.ages:
        if one.is_stale and one.name not in old:
            more = {"data": one.name, "seconds": one.seconds, "limit": one.limit}
            yield Change("data_stale", LogLevel.WARNING, more)
        elif one.name in old and one.seconds is not None and not one.is_stale:
            yield Change("data_back", LogLevel.INFO, {"data": one.name, "seconds": one.seconds})
    yield from _stops(before, look)
    if before is None or before.state != look.state:
        yield Change("state", LogLevel.INFO, {"state": look.state})


def _stops(before: Look | None, look: Look) -> Iterator[Change]:
    """Yield halts and the kill switch, as they are set and as they are over."""
    was = (before.halt, before.halted_by) if before else (Kill.OFF, "")
    if (look.halt, look.halted_by) != was:
        more = {"does": look.halt.name.lower(), "reason": look.halted_by or was[1]}
        level = LogLevel.ERROR if look.halt and look.state != STOPPING else LogLevel.INFO
        yield Change("halt" if look.halt else "halt_over", level, more)
    if look.kill is not (before.kill if before else Kill.OFF):
        more = {"does": look.kill.name.lower()}
        level = LogLevel.ERROR if look.kill else LogLevel.INFO
        yield Change("kill_switch" if look.kill else "kill_switch_off", level, more)


def standing(look: Look) -> dict[str, Any]:
    """Return how a run stands, in numbers."""
    money = look.money
    return {
        "run": look.facts.name,
        "mode": look.facts.mode,
        "state": look.state,
        "connected": None if look.connection.seconds is None else look.is_connected,
        "ages": {one.name: one.seconds for one in look.ages},
        "positions": {one.strategy_id: one.position for one in look.strategies},
        "orders": len(look.orders),
        "day": money.day,
        "made_today": money.made_today,
        "open": money.open,
        "at_stops": money.at_stops,
        "balance": money.balance,
        "trades_today": money.trades_today,
        "limits": {one.name: one.share for one in look.limits if one.share is not None},
    }


def _points(ticks: int | None) -> float | None:
    """Return a price in points."""
    return None if ticks is None else float(price_text(ticks))
