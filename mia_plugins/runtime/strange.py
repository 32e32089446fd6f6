"""What brokers tell and no backtest does: fills without a fee, and orders that are none of ours."""

from decimal import Decimal
from typing import Any

from mia_plugins.runtime.bracketing import DeskError
from mia_plugins.runtime.context import Context
from mia_plugins.runtime.incidents import Incident, Level
from mia_plugins.runtime.killing import Kill

FOREIGN = "foreign"
"""What incidents call what is none of ours, and the reason of what it keeps from being entered."""
FOUND = "foreign_at_start"
"""The reason where only the next start can show that it is gone."""
NO_FEE = "no_commission"
LATE = "late_fill"
"""The reason of what is left that an order took after it was thought to be over."""


def fee_of(context: Context, event: Any) -> Decimal:
    """Return the fee of a fill in $: what was told of it, or where a broker told nothing, the fee model's."""
    fee = Decimal(0) if event.commission is None else event.commission.as_decimal()
    usual = context.account.costs.commission * int(event.last_qty)
    if fee or not usual or not context.terms.is_live:
        return fee
    told = f"no commission was told of {event.trade_id}: {usual} $ is taken, as the settings have it"
    _tell(context, event.ts_event, Incident(NO_FEE, Level.WARN, told, 0.0, float(usual), "$"))
    return usual


def tell_of_another(context: Context, event: Any) -> None:
    """Leave an order alone that is not a desk's own: others trade there too; entries stop by default."""
    told = f"{context.who} is told of the order {event.client_order_id}, which is not its own"
    if not context.terms.is_live:
        raise DeskError(told)
    blocks = context.blocks_foreign
    _tell(context, event.ts_event, Incident(FOREIGN, Level.STOP_ENTRIES if blocks else Level.WARN, told))
    if blocks:
        context.halt.set(FOREIGN, Kill.STOP, event.ts_event)


def tell_late(context: Context, order_id: str, now: int) -> None:
    """Tell of a fill after an order was thought to be over, at an instant (UTC ns)."""
    _tell(context, now, Incident(LATE, Level.WARN, f"{order_id} was filled after it was thought to be over"))


def _tell(context: Context, now: int, incident: Incident) -> None:
    context.warnings.add(incident.what, incident.told)
    context.incidents.tell(now, context.strategy_id, incident)
