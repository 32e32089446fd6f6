"""A cancel is told once more where Nautilus waits for its answer, and only where it hits nothing else."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from nautilus_trader.model import ClientOrderId, InstrumentId, OrderStatus

from mia_plugins.runtime.wire import NautilusWire

ES = InstrumentId.from_str("ESZ6.XCME")
WAITS, WORKS, SENT = OrderStatus.PENDING_CANCEL, OrderStatus.ACCEPTED, OrderStatus.SUBMITTED


def asked(
    status: OrderStatus, *, beside: OrderStatus = WAITS, flying: OrderStatus | None = None, live: bool = True
) -> list[str]:
    """Return what is asked for where an order has a status, and others of its contract have theirs."""
    made: list[str] = []
    order, other = (SimpleNamespace(status=one, instrument_id=ES) for one in (status, beside))
    cache = SimpleNamespace(
        order=lambda _: order,
        orders_open=lambda instrument_id: [order, other],
        orders_inflight=lambda instrument_id: [] if flying is None else [SimpleNamespace(status=flying)],
    )
    strategy = SimpleNamespace(
        cache=cache,
        cancel_order=lambda order_id, client_id: made.append(f"cancel {order_id}"),
        cancel_all_orders=lambda there, client_id, strategy_only: made.append(f"all {there} {strategy_only}"),
    )
    NautilusWire(cast("Any", strategy), "IB" if live else None).cancel(ClientOrderId("one"))
    return made


@pytest.mark.parametrize("live", [True, False])
def test_what_works_is_cancelled_by_its_name(live: bool) -> None:
    assert asked(WORKS, live=live) == ["cancel one"]


def test_a_cancel_that_is_waited_for_is_told_once_more() -> None:
    assert asked(WAITS) == ["all ESZ6.XCME False"]
    assert asked(WAITS, flying=WAITS) == ["all ESZ6.XCME False"]


def test_it_is_not_where_something_else_works_or_is_on_its_way_there() -> None:
    assert asked(WAITS, beside=WORKS) == []
    assert asked(WAITS, flying=SENT) == []


def test_a_backtest_loses_no_cancel() -> None:
    assert asked(WAITS, live=False) == ["cancel one"]
