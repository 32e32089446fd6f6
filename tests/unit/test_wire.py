"""A cancel is told once more where Nautilus waits for its answer, and only where it hits nothing else."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from nautilus_trader.model import ClientOrderId, InstrumentId, OrderStatus, Quantity

from mia_plugins.runtime.wire import NautilusWire

ES = InstrumentId.from_str("ESZ6.XCME")
WAITS, WORKS, SENT = OrderStatus.PENDING_CANCEL, OrderStatus.ACCEPTED, OrderStatus.SUBMITTED


def an_order(status: OrderStatus, parent: str = "", filled: int = 0) -> Any:
    """Return an order; one with a parent guards it."""
    return SimpleNamespace(
        status=status,
        instrument_id=ES,
        parent_order_id=ClientOrderId(parent) if parent else None,
        filled_qty=Quantity.from_int(filled),
    )


def asked(
    status: OrderStatus, *, beside: OrderStatus = WAITS, flying: OrderStatus | None = None, live: bool = True
) -> list[str]:
    """Return what is asked for where an order has a status, and others of its contract have theirs."""
    flies = {} if flying is None else {"three": an_order(flying)}
    return asked_among({"one": an_order(status), "two": an_order(beside)}, flies, live=live)


def asked_among(opened: dict[str, Any], flying: dict[str, Any], *, live: bool = True) -> list[str]:
    """Return what is asked for where the order `one` is to go, among others of its contract by their names."""
    for name, order in (opened | flying).items():
        order.client_order_id = ClientOrderId(name)
    made: list[str] = []
    cache = SimpleNamespace(
        order=lambda order_id: (opened | flying).get(str(order_id)),
        orders_open=lambda instrument_id: list(opened.values()),
        orders_inflight=lambda instrument_id: list(flying.values()),
    )
    strategy = SimpleNamespace(
        cache=cache,
        cancel_order=lambda order_id, client_id: made.append(f"cancel {order_id}"),
        cancel_all_orders=lambda there, client_id, strategy_only: made.append(f"all {there} {strategy_only}"),
    )
    others = NautilusWire(cast("Any", strategy), "IB" if live else None).cancel(ClientOrderId("one"))
    return made + [f"not for {others}"] * bool(others)


@pytest.mark.parametrize("live", [True, False])
def test_what_works_is_cancelled_by_its_name(live: bool) -> None:
    assert asked(WORKS, live=live) == ["cancel one"]


def test_a_cancel_that_is_waited_for_is_told_once_more() -> None:
    assert asked(WAITS) == ["all ESZ6.XCME False"]
    assert asked(WAITS, flying=WAITS) == ["all ESZ6.XCME False"]


def test_it_is_not_where_something_else_works_or_is_on_its_way_there() -> None:
    assert asked(WAITS, beside=WORKS) == ["not for two"]
    assert asked(WAITS, flying=SENT) == ["not for three"]


def test_an_entry_that_filled_nothing_takes_along_what_guards_it() -> None:
    guards = {name: an_order(WORKS, parent="one") for name in ("stop", "target")}
    assert asked_among({"one": an_order(WAITS)} | guards, {}) == ["all ESZ6.XCME False"]
    assert asked_among({}, {"one": an_order(WAITS)} | guards) == ["all ESZ6.XCME False"]


def test_what_guards_something_held_or_an_entry_that_goes_on_stays() -> None:
    stop = {"stop": an_order(WORKS, parent="one")}
    assert asked_among({"one": an_order(WAITS, filled=1)} | stop, {}) == ["not for stop"]
    other = {"two": an_order(WORKS), "its stop": an_order(WORKS, parent="two")}
    assert asked_among({"one": an_order(WAITS)} | other, {}) == ["not for its stop, two"]
    orphan = {"orphan": an_order(WORKS, parent="gone")}
    assert asked_among({"one": an_order(WAITS)} | orphan, {}) == ["not for orphan"]


def test_a_backtest_loses_no_cancel() -> None:
    assert asked(WAITS, live=False) == ["cancel one"]
