"""Contracts and market data of the gateway: what is listed, and what is told as it happens."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.market.days import stamp, trading_hours
from gateway.market.updates import BookUpdate, Update, ValueUpdate
from gateway.server import GatewayError, loopback
from gateway.wire import ib_pb2 as ib
from mia_plugins.data.sessions import moved
from tests.gateway import BID, DAY, NOON, Client, World, book, contract, options, quoted, traded, world

Story = Callable[[World, Client], Awaitable[None]]


def told(story: Story, *updates: Update) -> None:
    async def tell() -> None:
        chain = options(5_950.0, 6_000.0)
        async with world(*updates, codes=("ES", "NQ"), chain=chain) as made:
            await story(made, await made.client())

    asyncio.run(asyncio.wait_for(tell(), 20))


async def symbols(client: Client, **said: Any) -> list[str]:
    client.forget()
    await client.ask(ib.ContractDataRequest(req_id=1, contract=contract(**said)))
    return [one.contract.local_symbol for one in client.all(ib.ContractData)]


def test_months_are_listed_from_the_one_that_leads() -> None:
    async def story(_: World, client: Client) -> None:
        assert await symbols(client, symbol="ES", sec_type="FUT") == ["ESZ6", "ESH7", "ESM7", "ESU7"]
        assert await symbols(client, symbol="MNQ", sec_type="FUT", exchange="CME") == [
            "MNQZ6",
            "MNQH7",
            "MNQM7",
            "MNQU7",
        ]
        assert await symbols(client, symbol="NQ", sec_type="CONTFUT") == ["NQZ6"]
        assert await symbols(client, symbol="ES", last_trade_date_or_contract_month="202703") == ["ESH7"]
        assert await symbols(client, symbol="ES", last_trade_date_or_contract_month="20270319") == ["ESH7"]
        details = client.last(ib.ContractData).contract_details
        assert (details.min_tick, details.price_magnifier, details.time_zone_id) == ("0.25", 1, "US/Central")
        assert details.trading_hours.startswith("20261119:1700-20261120:1600;20261121:CLOSED;")
        assert details.liquid_hours.startswith("20261120:0830-20261120:1500;")

    told(story)


def test_the_index_and_its_options_are_listed() -> None:
    async def story(_: World, client: Client) -> None:
        assert await symbols(client, symbol="SPX", sec_type="IND", exchange="CBOE", strike=1.797e308) == [
            "SPX"
        ]
        assert client.last(ib.ContractData).contract.con_id == 416904
        assert await symbols(client, symbol="SPX", sec_type="OPT", strike=6_000.0, right="P") == [
            "SPXW  261127P06000000"
        ]
        assert await symbols(client, symbol="SPX", sec_type="OPT", trading_class="SPXW", right="CALL") == [
            "SPXW  261127C05950000",
            "SPXW  261127C06000000",
        ]
        await client.ask(
            ib.SecDefOptParamsRequest(req_id=2, underlying_symbol="SPX", underlying_con_id=416904)
        )
        found = client.last(ib.SecDefOptParameter)
        assert (list(found.expirations), list(found.strikes)) == (["20261127"], [5_950.0, 6_000.0])
        assert isinstance(client.heard[-1], ib.SecDefOptParameterEnd)

    told(story)


@pytest.mark.parametrize(
    "said",
    [
        {"symbol": "YM", "sec_type": "FUT"},
        {"symbol": "ES", "sec_type": "STK"},
        {"con_id": 5},
        {"local_symbol": "ESZ6", "exchange": "CBOT"},
        {"symbol": "VIX", "sec_type": "IND"},
    ],
)
def test_what_is_not_listed_is_not_found(said: dict[str, Any]) -> None:
    async def story(_: World, client: Client) -> None:
        assert await symbols(client, **said) == []
        assert client.errors() == [200]

    told(story)


def test_price_steps_are_told() -> None:
    async def story(_: World, client: Client) -> None:
        await client.ask(ib.MarketRuleRequest(market_rule_id=25), ib.MarketRuleRequest(market_rule_id=7))
        assert client.last(ib.MarketRule).price_increments[0].increment == 0.25
        assert client.errors() == [321]

    told(story)


def top(client: Client) -> dict[int, float]:
    """Return the price told last of each kind of tick."""
    return {one.tick_type: one.price for one in client.all(ib.TickPrice)}


def test_top_of_the_book_is_told_where_it_changed_four_times_a_second() -> None:
    async def story(made: World, client: Client) -> None:
        await client.ask(ib.MarketDataRequest(req_id=1, contract=contract()))
        assert top(client) == {1: 6_000.0, 2: 6_000.25}
        client.forget()
        await made.pass_time(0.2)
        assert client.heard == []  # too soon
        await made.pass_time(0.2)
        assert top(client) == {1: 6_000.25, 2: 6_000.5, 4: 6_000.5}
        assert {one.tick_type: one.size for one in client.all(ib.TickSize)} == {
            0: "10",
            3: "10",
            5: "3",
            8: "3",
        }
        assert client.last(ib.TickString).value == str(NOON // 10**9)
        client.forget()
        await made.pass_time(1)
        assert client.heard == []  # nothing changed
        await client.ask(ib.CancelMarketData(req_id=1))
        made.gateway.market.move("ES", 5)
        await made.pass_time(1)
        assert client.heard == []

    told(story, quoted(0.1, BID + 1), traded(0.15, BID + 2, 3))


def test_later_months_cost_more() -> None:
    async def story(made: World, client: Client) -> None:
        await client.ask(
            ib.MarketDataRequest(req_id=1, contract=contract(local_symbol="ESH7"), snapshot=True)
        )
        carry = round(BID * 0.0075)
        assert top(client) == {1: 6_000.0 + carry / 4, 2: 6_000.25 + carry / 4}
        assert isinstance(client.heard[-1], ib.TickSnapshotEnd)
        assert made.gateway.sessions[0].wants.ticks == {}

    told(story)


def test_an_index_has_a_value_alone_and_moves_with_its_future() -> None:
    async def story(made: World, client: Client) -> None:
        await client.ask(ib.MarketDataRequest(req_id=1, contract=contract(symbol="SPX", sec_type="IND")))
        assert top(client) == {4: 5_990.0}  # where the chain was taken
        await made.pass_time(1)
        assert top(client) == {4: 5_992.0}

    told(story, quoted(0.5, BID + 8))


def test_an_option_has_greeks_and_open_interest_and_follows_the_index() -> None:
    async def story(made: World, client: Client) -> None:
        call = contract(local_symbol="SPXW  261127C06000000")
        await client.ask(ib.MarketDataRequest(req_id=1, contract=call, generic_tick_list="101,106"))
        computed = {one.tick_type: one for one in client.all(ib.TickOptionComputation)}
        assert set(computed) == {10, 11, 13}
        assert (computed[13].delta, computed[13].opt_price, computed[13].und_price) == (0.5, 20.5, 5_990.0)
        assert {one.tick_type: one.size for one in client.all(ib.TickSize)}[27] == "1234"
        assert top(client) == {1: 20.0, 2: 21.0}
        await made.pass_time(1)
        later = client.last(ib.TickOptionComputation)
        assert later.delta == pytest.approx(0.5 + 0.002 * 2)
        assert later.opt_price == pytest.approx(20.5 + 0.5 * 2 + 0.002 * 2**2 / 2)
        assert top(client) == {1: 21.0, 2: 22.05}  # bids round down and asks up

    told(story, quoted(0.5, BID + 8))


def test_each_trade_and_each_best_price_is_told_by_tick() -> None:
    async def story(made: World, client: Client) -> None:
        for number, kind in enumerate(("AllLast", "BidAsk", "MidPoint"), 1):
            await client.ask(ib.TickByTickRequest(req_id=number, contract=contract(), tick_type=kind))
        await made.pass_time(1)
        ticks = client.all(ib.TickByTickData)
        trades = [t.historical_tick_last for t in ticks if t.tick_type == 2]
        assert [(t.price, t.size) for t in trades] == [(6_000.25, "2"), (6_000.0, "1")]
        quotes = [t.historical_tick_bid_ask for t in ticks if t.tick_type == 3]
        assert [(q.price_bid, q.price_ask) for q in quotes] == [(6_000.25, 6_000.5), (6_000.0, 6_000.25)]
        assert [t.historical_tick_mid_point.price for t in ticks if t.tick_type == 4] == [
            6_000.375,
            6_000.125,
        ]
        await client.ask(ib.TickByTickRequest(req_id=9, contract=contract(), tick_type="Greeks"))
        await client.ask(
            ib.TickByTickRequest(req_id=9, contract=contract(symbol="SPX", sec_type="IND"), tick_type="Last")
        )
        assert client.errors() == [321, 10189]

    told(story, traded(0.1, BID + 1, 2), quoted(0.2, BID + 1), traded(0.3, BID), quoted(0.4, BID))


@pytest.mark.parametrize("is_smart", [False, True])
def test_rows_of_the_book_are_told_so_that_they_are_the_book(is_smart: bool) -> None:
    """Operations applied by a client give the book, whatever it grows or shrinks to."""
    kind: type[ib.MarketDepth | ib.MarketDepthL2] = ib.MarketDepthL2 if is_smart else ib.MarketDepth

    async def story(made: World, client: Client) -> None:
        rows: dict[int, list[tuple[float, str]]] = {0: [], 1: []}
        request = ib.MarketDepthRequest(req_id=1, contract=contract(), num_rows=4, is_smart_depth=is_smart)
        await client.ask(request)
        for _ in range(5):
            for message in client.all(kind):
                row = message.market_depth_data
                side = rows[row.side]
                if row.operation == 0:
                    side.insert(row.position, (row.price, row.size))
                elif row.operation == 1:
                    side[row.position] = (row.price, row.size)
                else:
                    del side[row.position]
            client.forget()
            shown = made.gateway.market.book(made.listing())
            assert rows[1] == [(level.ticks / 4, str(level.lots)) for level in shown.bids[:4]]
            assert rows[0] == [(level.ticks / 4, str(level.lots)) for level in shown.asks[:4]]
            await made.pass_time(1)

    shapes = [
        book(BID + 3, levels=6),
        book(BID, lots=4, levels=2),
        book(BID - 2, BID + 4, levels=5),
        book(levels=1),
    ]
    told(story, *(BookUpdate(NOON + n * 10**9 + 1, "ES", shape) for n, shape in enumerate(shapes)))


def test_bars_of_five_seconds_hold_what_traded_in_them() -> None:
    async def story(made: World, client: Client) -> None:
        await client.ask(ib.RealTimeBarsRequest(req_id=1, contract=contract(), what_to_show="TRADES"))
        await made.pass_time(12, beats=60)
        bars = [
            (bar.time - NOON // 10**9, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.count)
            for bar in client.all(ib.RealTimeBarTick)
        ]
        assert bars == [
            (0, 6_000.25, 6_001.0, 6_000.0, 6_000.5, "10", 4),
            (5, 6_000.5, 6_000.5, 6_000.5, 6_000.5, "0", 0),  # nothing traded: it stands where it closed
        ]

    told(story, *(traded(n, BID + t, n) for n, t in ((1, 1), (2, 4), (3, 0), (4, 2))))


def test_the_vix_is_told() -> None:
    async def tell() -> None:
        values = [ValueUpdate(NOON + n * 10**9, "VIX", 17.0 + n / 3) for n in range(1, 3)]
        async with world(*values, codes=("ES", "VIX")) as made:
            client = await made.client()
            await made.pass_time(1)
            await client.ask(ib.MarketDataRequest(req_id=1, contract=contract(symbol="VIX", sec_type="IND")))
            assert top(client) == {4: 17.33}
            await made.pass_time(1)
            assert top(client) == {4: 17.67}

    asyncio.run(asyncio.wait_for(tell(), 20))


def test_days_are_moved_by_trading_days() -> None:
    monday, friday = DAY.replace(day=16), DAY
    assert moved(friday, monday, DAY.replace(day=23)) == DAY.replace(day=30)  # four on, over Thanksgiving
    assert moved(monday, monday, friday) == friday


def test_hours_are_told_in_chicago() -> None:
    assert trading_hours(NOON).split(";")[0] == "20261119:1700-20261120:1600"
    assert stamp(NOON) == "20261120 17:00:00 UTC"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "example.com", "", "::"])
def test_it_listens_to_this_machine_alone(host: str) -> None:
    with pytest.raises(GatewayError, match="serves this machine alone"):
        loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_has_several_names(host: str) -> None:
    assert loopback(host) == host
