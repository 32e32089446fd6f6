"""Each fault of the gateway happens on the message it waits for, and the books stay right."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pydantic import ValidationError

from gateway.faults.script import Fault, FaultScript, When
from gateway.wire import ib_pb2 as ib
from tests.gateway import BID, Client, World, bracket, contract, order, quoted, traded, world

Story = Callable[[World, Client], Awaitable[None]]


def told(story: Story) -> None:
    """Let a story happen in a world of its own."""

    async def tell() -> None:
        async with world(*(quoted(n, BID) for n in range(1, 60))) as made:
            await story(made, await made.client())

    asyncio.run(asyncio.wait_for(tell(), 20))


def held(made: World) -> int:
    """Return the contracts of ESZ6 that the gateway says are held."""
    position = made.gateway.account.positions.get(made.listing().con_id)
    return position.lots if position else 0


def test_an_order_is_rejected_once() -> None:
    async def story(made: World, client: Client) -> None:
        made.fault(do="reject", when={"message": "PlaceOrderRequest"})
        await client.ask(order(1), order(2))
        assert client.errors() == [201]
        assert client.all(ib.ErrorMessage)[-1].id == 1
        assert [done.execution.order_id for done in client.all(ib.ExecutionDetails)] == [2]
        assert held(made) == 1

    told(story)


def test_fills_are_partial_until_they_are_not() -> None:
    async def story(made: World, client: Client) -> None:
        made.fault(do="partial", lots=1)
        await client.ask(order(1, lots=3))
        assert client.last(ib.OrderStatus).filled == "1"
        await made.pass_time()
        assert [done.execution.cum_qty for done in client.all(ib.ExecutionDetails)] == ["1", "2"]
        made.fault(do="partial", lots=0)
        await client.ask(order(2, lots=5))
        assert client.last(ib.ExecutionDetails).execution.shares == "5"
        assert held(made) == 7

    told(story)


def test_an_execution_is_told_twice_but_booked_once() -> None:
    async def story(made: World, client: Client) -> None:
        made.fault(do="duplicate", when={"message": "ExecutionDetails"})
        await client.ask(order(1))
        ids = [done.execution.exec_id for done in client.all(ib.ExecutionDetails)]
        assert len(ids) == 2
        assert len(set(ids)) == 1
        assert held(made) == 1

    told(story)


@pytest.mark.parametrize("lost", ["ExecutionDetails", "CommissionAndFeesReport", "OrderStatus"])
def test_what_is_swallowed_can_be_asked_for(lost: str) -> None:
    async def story(made: World, client: Client) -> None:
        made.fault(do="swallow", when={"message": lost, "times": 0})
        await client.ask(order(1))
        assert [message for message in client.heard if message.DESCRIPTOR.name == lost] == []
        made.fault(do="disarm")
        await client.ask(ib.ExecutionRequest(req_id=9))
        assert client.last(ib.ExecutionDetails).req_id == 9
        assert client.last(ib.CommissionAndFeesReport).commission_and_fees == 2.25
        await client.ask(ib.CompletedOrdersRequest())
        assert client.last(ib.CompletedOrder).order_state.status == "Filled"

    told(story)


def test_the_socket_drops_after_an_order_was_accepted() -> None:
    async def story(made: World, client: Client) -> None:
        made.fault(do="drop", when={"message": "PlaceOrderRequest"})
        client.send(order(7))
        assert await client.gone()
        assert client.all(ib.OrderStatus) == []
        again = await made.client()
        assert held(made) == 1
        assert again.last(ib.NextValidId).order_id == 8
        await again.ask(ib.ExecutionRequest(req_id=1))
        assert again.last(ib.ExecutionDetails).execution.order_id == 7

    told(story)


def test_the_socket_drops_before_an_order_arrives() -> None:
    async def story(made: World, client: Client) -> None:
        made.fault(do="drop", before=True, when={"message": "PlaceOrderRequest"})
        client.send(order(7))
        assert await client.gone()
        assert held(made) == 0

    told(story)


def test_a_fill_while_the_socket_is_down_is_there_afterwards() -> None:
    async def story(made: World, client: Client) -> None:
        made.fault(do="drop_all", when={"message": "OrderStatus", "where": {"status": "Submitted"}})
        client.send(order(1, order_type="LMT", lmt_price=5_999.0))
        assert await client.gone()
        made.gateway.market.move("ES", -8)
        made.gateway.beat()
        made.gateway.happened(made.gateway.exchange.on_market(made.clock(), "ES"))
        again = await made.client()
        await again.ask(ib.PositionsRequest())
        assert [told.position for told in again.all(ib.Position)] == ["1"]

    told(story)


def test_a_restart_refuses_who_comes_first_and_forgets_how_far_ids_were() -> None:
    async def story(made: World, client: Client) -> None:
        await client.ask(order(500))
        made.fault(do="restart", refuse=2, next_id=1)
        assert await client.gone()
        for _ in range(2):
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await made.stranger()
        again = await made.client()
        assert again.last(ib.NextValidId).order_id == 1
        await again.ask(order(500))
        assert again.errors() == [104]  # the number was used before the restart
        assert held(made) == 1

    told(story)


@pytest.mark.parametrize(("data_lost", "code"), [(False, 1102), (True, 1101)])
def test_while_the_link_is_down_nothing_passes_and_then_all_of_it(data_lost: bool, code: int) -> None:
    async def story(made: World, client: Client) -> None:
        await client.ask(ib.MarketDataRequest(req_id=1, contract=contract()))
        await client.ask(order(1, order_type="LMT", lmt_price=5_999.0))
        made.fault(do="lose_link")
        await client.settle()
        assert client.errors() == [1100]
        client.forget()
        made.gateway.market.move("ES", -8)
        await made.pass_time(2)
        await client.ask(order(2))
        assert client.heard == []
        assert len(made.gateway.exchange.executions) == 1  # the exchange goes on, unheard
        made.fault(do="restore_link", data_lost=data_lost)
        await client.settle()
        assert client.errors()[0] == code
        assert sorted(done.execution.order_id for done in client.all(ib.ExecutionDetails)) == [1, 2]
        client.forget()
        made.gateway.market.move("ES", 4)
        await made.pass_time(2)
        assert bool(client.all(ib.TickPrice)) is not data_lost

    told(story)


@pytest.mark.parametrize("data_lost", [False, True])
def test_a_farm_goes_down_and_comes_back(data_lost: bool) -> None:
    async def story(made: World, client: Client) -> None:
        await client.ask(ib.MarketDataRequest(req_id=1, contract=contract()))
        client.forget()
        made.fault(do="lose_farm")
        made.gateway.market.move("ES", 4)
        await made.pass_time()
        assert client.errors() == [2103]
        assert client.all(ib.TickPrice) == []
        await client.ask(order(1))
        assert len(client.all(ib.ExecutionDetails)) == 1  # orders have another way
        made.fault(do="restore_farm", data_lost=data_lost)
        made.gateway.market.move("ES", 4)
        await made.pass_time()
        assert bool(client.all(ib.TickPrice)) is not data_lost

    told(story)


def test_a_farm_flaps_on_beats() -> None:
    async def story(made: World, client: Client) -> None:
        made.script(
            {"name": "down", "do": "lose_farm", "when": {"message": "Beat", "nth": 2}},
            {"name": "up", "do": "restore_farm", "when": {"message": "Beat", "nth": 2, "after": "down"}},
            {"do": "lose_farm", "when": {"message": "Beat", "after": "up"}},
        )
        await made.pass_time(1, beats=10)
        assert made.gateway.faults.fired == ["down", "up", "lose_farm"]
        assert [e.error_code for e in client.all(ib.ErrorMessage)][-3:] == [2103, 2104, 2103]

    told(story)


def test_data_freeze_without_a_word() -> None:
    async def story(made: World, client: Client) -> None:
        await client.ask(ib.MarketDataRequest(req_id=1, contract=contract()))
        client.forget()
        made.fault(do="freeze")
        made.gateway.market.move("ES", 4)
        await made.pass_time()
        assert client.heard == []
        made.fault(do="thaw")
        await made.pass_time()
        assert [told.price for told in client.all(ib.TickPrice)] == [6_001.0, 6_001.25]

    told(story)


@pytest.mark.parametrize(("ticks", "prices"), [(0.0, (6_000.25, 6_000.0)), (3.0, (6_000.0, 5_999.25))])
def test_quotes_are_told_crossed_but_fill_as_they_are(ticks: float, prices: tuple[float, float]) -> None:
    async def story(made: World, client: Client) -> None:
        made.fault(do="cross", ticks=ticks)
        await client.ask(ib.MarketDataRequest(req_id=1, contract=contract()))
        bid, ask = (next(t.price for t in client.all(ib.TickPrice) if t.tick_type == k) for k in (1, 2))
        assert (bid, ask) == prices
        await client.ask(order(1))
        assert client.last(ib.ExecutionDetails).execution.price == 6_000.25
        made.fault(do="uncross")
        await made.pass_time()
        last = {told.tick_type: told.price for told in client.all(ib.TickPrice)}
        assert (last[1], last[2]) == (6_000.0, 6_000.25)

    told(story)


def test_history_is_refused_for_its_pace_by_a_fault() -> None:
    async def story(made: World, client: Client) -> None:
        made.fault(
            do="reject",
            code=162,
            text="pacing violation",
            when={"message": "HistoricalDataRequest", "times": 0},
        )
        request = ib.HistoricalDataRequest(
            req_id=5, contract=contract(), duration="1 D", bar_size_setting="1 min"
        )
        await client.ask(request, request)
        assert client.errors() == [162, 162]

    told(story)


def test_a_client_id_in_use_is_shown_out() -> None:
    async def story(made: World, client: Client) -> None:
        second = await made.stranger()
        second.send(ib.StartApiRequest(client_id=1))
        await second.settle()
        assert second.errors() == [326]
        assert await second.gone()
        assert not client.is_gone
        made.fault(do="reject", code=326, when={"message": "StartApiRequest"})
        third = await made.stranger()
        third.send(ib.StartApiRequest(client_id=3))
        await third.settle()
        assert third.errors() == [326]
        assert made.gateway.of_client(3) == []

    told(story)


def test_a_changed_order_leaves_its_former_self_alive() -> None:
    async def story(made: World, client: Client) -> None:
        made.fault(do="split", when={"message": "PlaceOrderRequest", "where": {"order.lmt_price": 5_998.0}})
        await client.ask(order(1, order_type="LMT", lmt_price=5_999.0))
        await client.ask(order(1, order_type="LMT", lmt_price=5_998.0))
        client.forget()
        await client.ask(ib.OpenOrdersRequest())
        opened = client.all(ib.OpenOrder)
        assert [one.order_id for one in opened] == [1, 1]
        assert len({one.order.perm_id for one in opened}) == 2
        await client.ask(ib.CancelOrderRequest(order_id=1))
        client.forget()
        await client.ask(ib.OpenOrdersRequest())
        assert len(client.all(ib.OpenOrder)) == 1
        await client.ask(ib.GlobalCancelRequest())
        client.forget()
        await client.ask(ib.OpenOrdersRequest())
        assert client.all(ib.OpenOrder) == []

    told(story)


def test_an_open_order_comes_without_the_name_its_client_gave_it() -> None:
    async def story(made: World, client: Client) -> None:
        await client.ask(order(1, order_type="LMT", lmt_price=5_999.0, order_ref="O-1"))
        assert client.last(ib.OpenOrder).order.order_ref == "O-1"
        made.fault(do="rewrite", fields={"order.order_ref": "", "order_id": 0}, when={"message": "OpenOrder"})
        await client.ask(ib.OpenOrdersRequest(), ib.AllOpenOrdersRequest())
        found = [(one.order_id, one.order.order_ref) for one in client.all(ib.OpenOrder)]
        assert found[-2:] == [(0, ""), (1, "O-1")]

    told(story)


def test_a_fill_is_held_back_until_it_is_released() -> None:
    async def story(made: World, client: Client) -> None:
        made.fault(do="hold", when={"message": "ExecutionDetails"})
        made.fault(do="release", when={"message": "CancelOrderRequest"})
        await client.ask(order(1))
        assert client.last(ib.OrderStatus).status == "Filled"
        assert client.all(ib.ExecutionDetails) == []
        await client.ask(ib.CancelOrderRequest(order_id=1))
        assert client.errors() == [161]
        assert len(client.all(ib.ExecutionDetails)) == 1

    told(story)


def test_everybody_is_told_a_notice() -> None:
    async def story(made: World, client: Client) -> None:
        other = await made.client(2)
        made.fault(do="notice", code=1300, text="TWS socket port has been reset to 4102.")
        await client.settle()
        await other.settle()
        assert client.errors() == other.errors() == [1300]

    told(story)


def test_the_market_jumps_through_a_stop() -> None:
    async def story(made: World, client: Client) -> None:
        await client.ask(*bracket(1))
        made.fault(do="move", ticks=-60)
        await client.settle()
        out = client.last(ib.ExecutionDetails).execution
        assert (out.order_id, out.price) == (2, 5_985.0)  # at the bid it gapped to, not at its stop
        assert held(made) == 0

    told(story)


def test_a_fault_waits_for_its_client_its_fields_and_its_turn() -> None:
    async def story(made: World, client: Client) -> None:
        other = await made.client(2)
        made.fault(
            do="reject",
            when={"message": "PlaceOrderRequest", "client": 2, "where": {"order.action": "SELL"}, "nth": 2},
        )
        await client.ask(order(1, "SELL"), order(2, "SELL"))
        await other.ask(order(1, "BUY"), order(2, "SELL"), order(3, "SELL"), order(4, "SELL"))
        assert client.errors() == []
        assert [message.id for message in other.all(ib.ErrorMessage) if message.error_code == 201] == [3]

    told(story)


def test_somebody_may_wait_for_a_message() -> None:
    async def story(made: World, client: Client) -> None:
        seen = made.gateway.faults.until(When(message="PlaceOrderRequest", nth=2))
        await client.ask(order(1))
        assert not seen.done()
        await client.ask(order(2))
        assert seen.done()

    told(story)


def test_trades_wake_stops_where_quotes_do_not() -> None:
    async def tell() -> None:
        async with world(traded(1, BID), quoted(2, BID - 41), traded(3, BID - 40)) as made:
            client = await made.client()
            await made.pass_time(1)
            await client.ask(*bracket(1))
            await made.pass_time(1)
            assert held(made) == 1  # the book is below the stop, and nothing traded there yet
            await made.pass_time(1)
            assert held(made) == 0

    asyncio.run(asyncio.wait_for(tell(), 20))


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"do": "swallow"}, "needs a message"),
        ({"do": "swallow", "when": {"message": "ExecutionDetail"}}, "did you mean 'ExecutionDetails'"),
        ({"do": "reject", "when": {"message": "OrderStatus"}}, "is a response"),
        ({"do": "notice"}, "needs a code"),
        ({"do": "rewrite", "when": {"message": "OpenOrder"}}, "needs fields"),
        ({"do": "drop", "fields": {"order_id": 1}, "when": {"message": "OpenOrder"}}, "only rewrite"),
        (
            {"do": "rewrite", "fields": {"order.order_reff": ""}, "when": {"message": "OpenOrder"}},
            "did you mean 'order_ref'",
        ),
        ({"do": "swallow", "when": {"message": "OrderStatus", "where": {"state": 1}}}, "no field 'state'"),
        ({"do": "freeze", "when": {"message": "Beat", "client": 1}}, "a Beat has no client"),
        ({"do": "split", "when": {"message": "CancelOrderRequest"}}, "PlaceOrderRequest"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(fault: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Fault.model_validate(fault)


def test_a_script_that_waits_for_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs when"):
        FaultScript.model_validate({"faults": ({"do": "freeze"},)})
    with pytest.raises(ValidationError, match="did you mean 'down'"):
        FaultScript.model_validate(
            {
                "faults": (
                    {"do": "freeze", "name": "down", "when": {"message": "Beat"}},
                    {"do": "thaw", "when": {"message": "Beat", "after": "dwon"}},
                )
            }
        )
