"""The broker's own word, asked of a gateway on a real socket, of which drops and other clients are no secret."""

import time
from collections.abc import Callable
from decimal import Decimal

import pytest

from gateway.wire import ib_pb2 as ib
from mia_plugins.live.node import Line
from mia_plugins.live.witness import AWAY, Witness, Working
from tests.gateway import ACCOUNT, CASH, contract, order
from tests.served import Served
from tests.unit.test_preflight import served

__all__ = ["served"]
EVERY = 0.05
"""Seconds between two questions."""


def witness_of(served: Served, account: str = ACCOUNT) -> Witness:
    return Witness(Line("127.0.0.1", served.port, account, 101), EVERY)


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end, "not within 10 s"
        time.sleep(0.01)


def test_it_tells_orders_of_all_clients_positions_and_money(served: Served) -> None:
    one = served.client(7)
    served.do(lambda: one.ask(order(1, lots=3)))
    away = order(2, "SELL", 2, order_type="LMT", lmt_price=6_100.0, order_ref="ema-ES-1-T")
    served.do(lambda: one.ask(away))
    with witness_of(served) as witness:
        until(lambda: witness.money)
        assert witness.word
        (working,) = witness.word.orders
        assert working == Working(working.perm_id, 7, "ema-ES-1-T", "ESZ6", -2, "LMT")
        assert working.told == "ema-ES-1-T of client 7, -2 ESZ6 LMT"
        assert witness.word.positions == {"ESZ6": 3}
        assert witness.money
        assert witness.money.total
        assert abs(witness.money.total - CASH) < Decimal(1_000)
        assert served.ids() == [7, 101 + AWAY]
        served.do(lambda: one.ask(ib.CancelOrderRequest(order_id=2), order(3, "SELL", 3)))
        until(lambda: witness.word and not witness.word.orders and not witness.word.positions)
    until(lambda: served.ids() == [7])


def test_it_goes_on_after_a_drop_and_takes_the_next_id_where_one_is_taken(served: Served) -> None:
    served.client(101 + AWAY)
    with witness_of(served) as witness:
        until(lambda: witness.word)
        assert served.ids() == [101 + AWAY, 102 + AWAY]
        served.do(lambda: served.world.fault(do="drop_all"))
        before = time.time_ns()
        until(lambda: witness.word and witness.word.at > before)


@pytest.mark.parametrize(
    ("message", "field", "said"),
    [
        ("Position", "position", "?"),
        ("Position", "position", "NaN"),
        ("Position", "position", "Infinity"),
        ("OpenOrder", "order.total_quantity", "?"),
        ("OpenOrder", "order.total_quantity", "NaN"),
    ],
)
def test_what_is_no_number_ends_nothing_and_it_asks_again(
    served: Served, message: str, field: str, said: str
) -> None:
    one = served.client(7)
    served.do(lambda: one.ask(order(1), order(2, "SELL", order_type="LMT", lmt_price=6_100.0)))
    rewritten = {"do": "rewrite", "when": {"message": message, "client": 101 + AWAY}, "fields": {field: said}}
    served.do(lambda: served.world.fault(**rewritten))
    with witness_of(served) as witness:
        until(lambda: witness.word)
        assert witness.word
        assert (len(witness.word.orders), witness.word.positions) == (1, {"ESZ6": 1})
        assert (f"'{said}' where a number belongs" in witness.reason) is (message == "Position")


def test_an_order_of_what_is_no_future_is_left_out_whatever_its_size(served: Served) -> None:
    one = served.client(7)
    served.do(lambda: one.ask(order(2, "SELL", order_type="LMT", lmt_price=6_100.0)))
    stock = {"contract.sec_type": "STK", "order.total_quantity": ""}
    when = {"message": "OpenOrder", "client": 101 + AWAY, "times": 0}
    served.do(lambda: served.world.fault(do="rewrite", when=when, fields=stock))
    with witness_of(served) as witness:
        until(lambda: witness.money)
        assert witness.word
        assert (witness.word.orders, witness.reason) == ((), "")


def test_other_accounts_and_what_is_no_future_are_none_of_its_business(served: Served) -> None:
    one = served.client(7)
    served.do(lambda: one.ask(order(1)))
    with witness_of(served, "DU7654321") as witness:
        until(lambda: witness.money)
        assert witness.word
        assert (witness.word.orders, witness.word.positions) == ((), {})
        assert witness.money
        assert witness.money.total is None
    assert contract().local_symbol == "ESZ6"


def test_where_nobody_listens_it_waits_and_can_be_ended() -> None:
    begun = time.monotonic()
    with Witness(Line("127.0.0.1", 1, ACCOUNT, 101), 60.0) as witness:
        time.sleep(0.1)
        assert witness.word is None
    assert time.monotonic() - begun < 5
