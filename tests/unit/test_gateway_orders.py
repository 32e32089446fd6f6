"""Orders at the simulated gateway: what is accepted, what fills, and what is told."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.desk.gateway import Gateway, Playing
from gateway.market.timeline import Timeline
from gateway.market.updates import Update
from gateway.wire import ib_pb2 as ib
from mia_plugins.data.sessions import NS
from tests.gateway import (
    ACCOUNT,
    BID,
    NOON,
    Client,
    NoPast,
    World,
    bracket,
    contract,
    order,
    quoted,
    traded,
    world,
)

Story = Callable[[World, Client], Awaitable[None]]


def told(story: Story, *updates: Update) -> None:
    async def tell() -> None:
        async with world(*updates, codes=("ES", "MES"), chain=[]) as made:
            await story(made, await made.client())

    asyncio.run(asyncio.wait_for(tell(), 20))


def fills(client: Client) -> list[tuple[int, str, int, float]]:
    """Return what was filled: the order, the side, the contracts, the price."""
    done = [message.execution for message in client.all(ib.ExecutionDetails)]
    return [(one.order_id, one.side, int(one.shares), one.price) for one in done]


def statuses(client: Client, number: int) -> list[str]:
    """Return how an order stood, without repetitions."""
    found = [told.status for told in client.all(ib.OrderStatus) if told.order_id == number]
    return [status for n, status in enumerate(found) if n == 0 or found[n - 1] != status]


def test_a_market_order_walks_the_book_level_by_level() -> None:
    async def story(_: World, client: Client) -> None:
        await client.ask(order(1, lots=25))
        assert fills(client) == [(1, "BOT", 10, 6000.25), (1, "BOT", 10, 6000.5), (1, "BOT", 5, 6000.75)]
        assert statuses(client, 1) == ["Submitted", "Filled"]
        assert client.last(ib.OrderStatus).avg_fill_price == pytest.approx((2.5 + 5 + 3.75) / 25 + 6000)

    told(story)


def test_what_the_book_does_not_hold_waits_for_the_next_one() -> None:
    async def story(made: World, client: Client) -> None:
        await client.ask(order(1, lots=40))
        assert sum(lots for _, _, lots, _ in fills(client)) == 30
        await client.ask(order(2, lots=1))
        assert len(fills(client)) == 3  # all of this book is gone
        await made.pass_time()
        assert fills(client)[3:] == [(1, "BOT", 10, 6001.0), (2, "BOT", 1, 6001.25)]

    told(story, quoted(1, BID + 3))


def test_a_limit_rests_and_fills_at_its_own_price() -> None:
    async def story(made: World, client: Client) -> None:
        await client.ask(order(1, lots=2, order_type="LMT", lmt_price=5999.5))
        await made.pass_time(1)
        assert fills(client) == []
        await made.pass_time(1)
        assert fills(client) == [(1, "BOT", 2, 5999.5)]
        assert client.last(ib.ExecutionDetails).execution.last_liquidity == 1

    told(story, quoted(1, BID - 2), traded(1, BID - 2), quoted(2, BID - 5))


def test_a_limit_at_the_market_gets_the_better_price() -> None:
    async def story(_: World, client: Client) -> None:
        await client.ask(order(1, "SELL", 12, order_type="LMT", lmt_price=5999.75))
        assert fills(client) == [(1, "SLD", 10, 6000.0), (1, "SLD", 2, 5999.75)]
        assert client.last(ib.ExecutionDetails).execution.last_liquidity == 2

    told(story)


@pytest.mark.parametrize(("tif", "filled"), [("IOC", 10), ("FOK", 0)])
def test_what_is_not_filled_at_once_is_cancelled(tif: str, filled: int) -> None:
    async def story(_: World, client: Client) -> None:
        await client.ask(order(1, lots=12, order_type="LMT", lmt_price=6000.25, tif=tif))
        assert sum(lots for _, _, lots, _ in fills(client)) == filled
        assert statuses(client, 1)[-1] == "Cancelled"
        assert client.errors() == [202]

    told(story)


@pytest.mark.parametrize(
    ("kind", "said", "price"),
    [
        ("STP", {"aux_price": 5999.0}, 5998.75),
        ("STP LMT", {"aux_price": 5999.0, "lmt_price": 5999.0}, None),
        ("MIT", {"aux_price": 6001.0}, 6001.0),
        ("LIT", {"aux_price": 6001.0, "lmt_price": 6001.25}, None),
        ("TRAIL", {"aux_price": 2.0, "trail_stop_price": 5998.0}, 5998.75),
    ],
)
def test_an_order_sleeps_until_the_market_comes_to_its_price(
    kind: str, said: dict[str, Any], price: float | None
) -> None:
    """Up to 6001, then down to 5999: a trailing sell stop of two points wakes there as well."""

    async def story(made: World, client: Client) -> None:
        await client.ask(order(1, "SELL", order_type=kind, **said))
        assert statuses(client, 1) == ["PreSubmitted"]
        for _ in range(3):
            await made.pass_time(1)
        assert [at for _, _, _, at in fills(client)] == ([] if price is None else [price])
        assert statuses(client, 1)[-1] == ("Submitted" if price is None else "Filled")

    told(
        story,
        traded(0.5, BID),
        quoted(1, BID + 4),
        traded(1, BID + 4),
        quoted(2, BID - 5),
        traded(2, BID - 4),
    )


@pytest.mark.parametrize("outside_rth", [False, True])
def test_a_stop_sleeps_in_the_evening_unless_it_is_told_to_wake(outside_rth: bool) -> None:
    async def story(made: World, client: Client) -> None:
        said: dict[str, Any] = {"order_type": "STP", "aux_price": 5999.0, "tif": "GTC"}
        await client.ask(order(1, "SELL", outside_rth=outside_rth, **said))
        assert client.last(ib.OpenOrder).order.outside_rth is outside_rth
        await made.pass_time(4.5 * 3600)
        assert len(fills(client)) == outside_rth

    told(story, quoted(4.4 * 3600, BID - 5), traded(4.4 * 3600, BID - 4))


def test_a_trailing_limit_becomes_a_limit_behind_its_stop() -> None:
    async def story(made: World, client: Client) -> None:
        said: dict[str, Any] = {"aux_price": 1.0, "trail_stop_price": 5999.0, "lmt_price_offset": 0.5}
        await client.ask(order(1, "SELL", order_type="TRAIL LIMIT", **said))
        await made.pass_time(1)
        await client.ask(ib.OpenOrdersRequest())
        assert client.last(ib.OpenOrder).order.trail_stop_price == 6000.0
        await made.pass_time(1)
        assert fills(client) == [(1, "SLD", 1, 5999.75)]

    told(story, quoted(1, BID + 4), traded(1, BID + 4), quoted(2, BID - 1), traded(2, BID))


def test_a_bracket_is_silent_until_its_last_order_and_ends_with_its_exit() -> None:
    async def story(made: World, client: Client) -> None:
        entry, stop, target = bracket(1, lots=2)
        await client.ask(entry, stop)
        assert client.all(ib.OrderStatus) == []
        await client.ask(target)
        assert [one.order_id for one in client.all(ib.OrderStatus)][:3] == [1, 2, 3]
        assert statuses(client, 2) == ["PreSubmitted"]
        assert statuses(client, 3) == ["PreSubmitted", "Submitted"]
        await made.pass_time(1)
        assert fills(client) == [(1, "BOT", 2, 6000.25), (3, "SLD", 2, 6010.0)]
        assert statuses(client, 2)[-1] == "Cancelled"
        await client.ask(ib.OpenOrdersRequest())
        assert made.gateway.exchange.working() == []

    told(story, quoted(1, BID + 60), traded(1, BID + 60))


def test_a_stop_shrinks_as_the_target_fills() -> None:
    async def story(made: World, client: Client) -> None:
        await client.ask(*bracket(1, lots=3))
        made.fault(do="partial", lots=1)
        await made.pass_time(1)
        stop = [one for one in client.all(ib.OpenOrder) if one.order_id == 2][-1]
        assert stop.order.total_quantity == "2"
        made.fault(do="partial", lots=0)
        await made.pass_time(1)
        assert fills(client)[1:] == [(3, "SLD", 1, 6010.0), (2, "SLD", 2, 5980.0)]

    told(story, quoted(1, BID + 60), quoted(2, BID - 80), traded(2, BID - 80))


def test_children_go_with_their_parent() -> None:
    async def story(_: World, client: Client) -> None:
        entry, stop, target = bracket(1)
        assert isinstance(entry, ib.PlaceOrderRequest)
        entry.order.order_type, entry.order.lmt_price = "LMT", 5990.0
        await client.ask(entry, stop, target, ib.CancelOrderRequest(order_id=1))
        assert [statuses(client, n)[-1] for n in (1, 2, 3)] == ["Cancelled"] * 3

    told(story)


def test_a_parent_cancelled_after_a_part_leaves_exits_for_that_part() -> None:
    async def story(made: World, client: Client) -> None:
        made.fault(do="partial", lots=1)
        await client.ask(*bracket(1, lots=3), ib.CancelOrderRequest(order_id=1))
        await client.ask(ib.OpenOrdersRequest())
        assert {(o.key.number, o.lots, o.is_held) for o in made.gateway.exchange.working()} == {
            (2, 1, False),
            (3, 1, False),
        }

    told(story)


@pytest.mark.parametrize(("oca", "left"), [(1, None), (2, 3)])
def test_a_group_cancels_or_reduces(oca: int, left: int | None) -> None:
    async def story(made: World, client: Client) -> None:
        said: dict[str, Any] = {"oca_group": "G", "oca_type": oca, "order_type": "LMT"}
        await client.ask(order(1, lots=5, lmt_price=5990.0, **said))
        made.fault(do="partial", lots=2)
        await client.ask(order(2, lots=5, lmt_price=6001.0, **said))
        first = made.gateway.exchange.orders[next(iter(made.gateway.exchange.orders))]
        assert first.is_working is (left is not None)
        assert left in {None, first.lots}

    told(story)


def test_an_order_is_changed_and_keeps_its_number_of_the_broker() -> None:
    async def story(_: World, client: Client) -> None:
        await client.ask(order(1, order_type="LMT", lmt_price=5990.0))
        perm = client.last(ib.OrderStatus).perm_id
        await client.ask(order(1, lots=2, order_type="LMT", lmt_price=6001.0))
        assert fills(client) == [(1, "BOT", 2, 6000.25)]
        assert client.last(ib.OrderStatus).perm_id == perm
        await client.ask(order(1, lots=3, order_type="LMT", lmt_price=6001.0))
        assert client.errors() == [104]
        assert client.last(ib.OrderStatus).remaining == "0"

    told(story)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"order_type": "LMT", "lmt_price": 6000.1}, 110),
        ({"order_type": "LMT"}, 321),
        ({"order_type": "LMT", "lmt_price": 1.7976931348623157e308}, 321),
        ({"order_type": "STP"}, 321),
        ({"order_type": "TRAIL"}, 321),
        ({"order_type": "PEG MID"}, 387),
        ({"tif": "OPG"}, 10052),
        ({"tif": "GTD"}, 321),
        ({"tif": "GTD", "good_till_date": "tomorrow"}, 321),
        ({"account": "U7654321"}, 321),
        ({"parent_id": 99}, 10006),
        ({"total_quantity": "0"}, 434),
        ({"total_quantity": "-3"}, 434),
        ({"total_quantity": "1.5"}, 321),
        ({"total_quantity": "many"}, 321),
        ({"total_quantity": "nan"}, 321),
        ({"action": "HOLD"}, 321),
        ({"total_quantity": "83"}, 201),  # 2 008 600 $ of margin
    ],
)
def test_an_order_that_cannot_be_is_refused(said: dict[str, Any], code: int) -> None:
    async def story(made: World, client: Client) -> None:
        request = order(1)
        for name, value in said.items():
            setattr(request.order, name, value)
        await client.ask(request)
        assert client.errors() == [code]
        assert client.last(ib.ErrorMessage).id == 1
        assert made.gateway.exchange.orders == {}

    told(story)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"local_symbol": "ESZ9"}, 200),
        ({"symbol": "ES", "sec_type": "FUT"}, 200),
        ({"symbol": "VIX", "sec_type": "IND"}, 200),
    ],
)
def test_an_order_in_what_is_not_listed_is_refused(said: dict[str, Any], code: int) -> None:
    async def story(_: World, client: Client) -> None:
        request = order(1)
        request.contract.CopyFrom(contract(**said))
        await client.ask(request)
        assert client.errors() == [code]

    told(story)


def test_what_cannot_be_cancelled_says_why() -> None:
    async def story(_: World, client: Client) -> None:
        await client.ask(order(1), ib.CancelOrderRequest(order_id=1), ib.CancelOrderRequest(order_id=5))
        assert client.errors() == [161, 10147]

    told(story)


def test_orders_are_each_clients_own_but_a_global_cancel_is_not() -> None:
    async def story(made: World, client: Client) -> None:
        other = await made.client(2)
        await client.ask(order(1, order_type="LMT", lmt_price=5990.0))
        await other.ask(order(1, order_type="LMT", lmt_price=5991.0), ib.OpenOrdersRequest())
        assert {one.order.lmt_price for one in other.all(ib.OpenOrder)} == {5991.0}
        other.forget()
        await other.ask(ib.AllOpenOrdersRequest())
        assert [(o.order.client_id, o.order.lmt_price) for o in other.all(ib.OpenOrder)] == [
            (1, 5990.0),
            (2, 5991.0),
        ]
        await other.ask(ib.GlobalCancelRequest())
        await client.settle()
        assert client.errors() == other.errors() == [202]

    told(story)


def test_orders_of_the_day_end_with_it_and_dated_ones_in_their_time() -> None:
    async def story(made: World, client: Client) -> None:
        limit: dict[str, Any] = {"order_type": "LMT", "lmt_price": 5990.0}
        await client.ask(order(1, **limit), order(2, tif="GTC", **limit))
        await client.ask(order(3, tif="GTD", good_till_date="20261120 13:00:00 US/Eastern", **limit))
        await made.pass_time(3_599)
        assert client.errors() == []
        await made.pass_time(1)
        assert [one.id for one in client.all(ib.ErrorMessage) if one.error_code == 202] == [3]
        await made.pass_time(4 * 3_600)  # 17:00 in New York
        assert [one.key.number for one in made.gateway.exchange.working()] == [2]

    told(story)


def test_what_an_order_would_take_is_told_without_placing_it() -> None:
    async def story(made: World, client: Client) -> None:
        await client.ask(order(1, lots=2, what_if=True))
        state = client.last(ib.OpenOrder).order_state
        assert (state.init_margin_change, state.maint_margin_change) == (48_400.0, 44_000.0)
        assert (state.commission_and_fees, state.equity_with_loan_before) == (4.5, 2_000_000.0)
        assert made.gateway.exchange.orders == {}

    told(story)


def test_positions_account_and_profit_follow_the_fills() -> None:
    async def story(made: World, client: Client) -> None:
        await client.ask(
            ib.PositionsRequest(),
            ib.AccountDataRequest(subscribe=True),
            ib.PnLRequest(req_id=3, account=ACCOUNT),
        )
        await client.ask(order(1, lots=2))
        held = client.last(ib.Position)
        assert (held.position, held.avg_cost, held.account) == ("2", 6000.25 * 50, ACCOUNT)
        await made.pass_time(1)
        worth = {told.key: told.value for told in client.all(ib.AccountValue)}
        assert (worth["InitMarginReq"], worth["TotalCashValue"]) == ("48400.00", "1999995.50")
        profit = client.last(ib.PnL)
        assert (profit.unrealized_pnl, profit.daily_pnl) == (387.5, 383.0)  # 3.875 points, two contracts
        await client.ask(order(2, "SELL", 2))
        assert client.last(ib.Position).position == "0"
        assert client.last(ib.CommissionAndFeesReport).realized_pnl == 375.0 - 4.5
        client.forget()
        await client.ask(ib.AccountSummaryRequest(req_id=4, group="All", tags="NetLiquidation,Cushion"))
        assert {(one.tag, one.value) for one in client.all(ib.AccountSummary)} == {
            ("NetLiquidation", "2000366.00"),
            ("Cushion", "1.000000"),
        }

    told(story, quoted(1, BID + 16))


def test_two_gateways_have_no_execution_in_common() -> None:
    """Who keeps what it was told would take the second one's for the first one's."""

    def begun(at: int) -> int:
        made = World([], ["ES"], [])
        line = Timeline(at, at)
        playing = Playing(made.gateway.market, [], line, NoPast())
        return Gateway(playing, made.gateway.account).exchange.series

    assert len({begun(NOON + second * NS) for second in range(100)}) == 100


def test_executions_are_filtered() -> None:
    async def story(_: World, client: Client) -> None:
        await client.ask(order(1), order(2, "SELL"))
        client.forget()
        for filter_, wanted in (
            (ib.ExecutionFilter(side="SELL"), [2]),
            (ib.ExecutionFilter(client_id=7), []),
            (ib.ExecutionFilter(time="20261120-17:00:00"), [1, 2]),  # noon in New York
            (ib.ExecutionFilter(time="20261120 17:00:01 UTC"), []),
            (ib.ExecutionFilter(symbol="NQ"), []),
        ):
            client.forget()
            await client.ask(ib.ExecutionRequest(req_id=1, execution_filter=filter_))
            assert [number for number, *_ in fills(client)] == wanted
            assert isinstance(client.heard[-1], ib.ExecutionDetailsEnd)

    told(story)
