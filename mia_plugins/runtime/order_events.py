"""An event of an order as a row, and a row as an event: all that a desk reads of one."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from mia_plugins.runtime.brackets import STATES
from mia_plugins.runtime.orders import price_of, ticks_of
from mia_plugins.runtime.steps import Step

FILLED = "OrderFilled"
HEEDED = frozenset({*STATES, FILLED, "OrderModifyRejected", "OrderCancelRejected"})
"""Events that a desk does anything about."""


def kind_of(event: Any) -> str:
    """Return Nautilus' name of an event."""
    return str(getattr(event, "kind", type(event).__name__))


def told_of(event: Any) -> Mapping[str, Any]:
    """Return an event as the columns of a step."""
    kind = kind_of(event)
    told: dict[str, Any] = {
        "name": kind,
        "ts": event.ts_event,
        "order_id": str(event.client_order_id),
        "reason": _text(getattr(event, "reason", None)),
    }
    if kind == FILLED:
        fee = event.commission
        told |= {
            "lots": int(event.last_qty),
            "ticks": ticks_of(event.last_px),
            "fee": None if fee is None else str(fee.as_decimal()),
            "trade_id": str(event.trade_id),
            "instrument_id": str(event.instrument_id),
        }
    elif kind == "OrderUpdated":
        told |= {
            "lots": int(event.quantity),
            "ticks": _ticks(event.price),
            "trigger": _ticks(event.trigger_price),
        }
    return told


class Fee(NamedTuple):
    """A commission."""

    amount: Decimal
    """$."""

    def as_decimal(self) -> Decimal:
        """Return it in $."""
        return self.amount


def told_again(step: Step) -> Any:
    """Return a step as the event that it tells of."""
    return _named(step.name)(step)


@cache
def _named(kind: str) -> type["ToldAgain"]:
    """Return the class of an event, which has Nautilus' name: desks go by it."""
    return type(kind, (ToldAgain,), {})


class ToldAgain:
    """An event as it was told, for a desk."""

    def __init__(self, step: Step) -> None:
        self.kind = step.name
        self.ts_event = self.ts_init = step.ts
        self.client_order_id = step.order_id
        self.trade_id, self.instrument_id = step.trade_id, step.instrument_id
        self.reason = step.reason
        self.last_qty = self.quantity = step.lots
        self.last_px = self.price = _price(step.ticks)
        self.trigger_price = _price(step.trigger)
        self.commission = None if step.fee is None else Fee(Decimal(step.fee))


def _ticks(price: Any) -> int | None:
    return None if price is None else ticks_of(price)


def _price(ticks: int | None) -> Any:
    return None if ticks is None else price_of(ticks)


def _text(reason: object) -> str | None:
    return None if reason is None else str(reason)
