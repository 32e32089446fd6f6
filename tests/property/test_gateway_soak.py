"""Random orders, markets and faults of every kind: afterwards client and gateway agree on all of it."""

import asyncio
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any, get_args

import pytest

from gateway.exchange.order import OrderKind
from gateway.faults.script import Action
from gateway.market.updates import Update
from gateway.wire import ib_pb2 as ib
from tests.gateway import BID, CASH, Client, World, bracket, order, quoted, traded, world

STEPS = 40
FAULTS: list[dict[str, Any]] = [
    {"do": "reject", "when": {"message": "PlaceOrderRequest"}},
    {"do": "swallow", "when": {"message": "ExecutionDetails"}},
    {"do": "swallow", "when": {"message": "CommissionAndFeesReport"}},
    {"do": "swallow", "when": {"message": "OrderStatus", "times": 3}},
    {"do": "swallow", "when": {"message": "PlaceOrderRequest"}},
    {"do": "duplicate", "when": {"message": "ExecutionDetails", "times": 2}},
    {"do": "duplicate", "when": {"message": "PlaceOrderRequest"}},
    {"do": "rewrite", "fields": {"order.order_ref": ""}, "when": {"message": "OpenOrder"}},
    {"do": "hold", "when": {"message": "ExecutionDetails"}},
    {"do": "release"},
    {"do": "drop", "when": {"message": "PlaceOrderRequest"}},
    {"do": "drop", "before": True, "when": {"message": "PlaceOrderRequest"}},
    {"do": "drop", "before": True, "when": {"message": "ExecutionDetails"}},
    {"do": "drop_all", "when": {"message": "Beat", "nth": 3}},
    {"do": "restart", "refuse": 1},
    {"do": "notice", "code": 1300, "text": "the port was reset"},
    {"do": "lose_link", "when": {"message": "PlaceOrderRequest"}},
    {"do": "lose_link"},
    {"do": "restore_link"},
    {"do": "restore_link", "data_lost": True},
    {"do": "lose_farm"},
    {"do": "restore_farm"},
    {"do": "freeze"},
    {"do": "thaw"},
    {"do": "cross", "ticks": 2.0},
    {"do": "uncross"},
    {"do": "partial", "lots": 1},
    {"do": "partial", "lots": 0},
    {"do": "split", "when": {"message": "PlaceOrderRequest"}},
    {"do": "move", "ticks": -12.0},
    {"do": "move", "ticks": 12.0},
    {"do": "disarm"},
]
END = ("disarm", "restore_link", "restore_farm", "thaw", "uncross", "release")


def walk(rng: Random) -> list[Update]:
    """Return a market that goes up and down, a quote and a trade a second."""
    updates: list[Update] = []
    bid = BID
    for second in range(1, STEPS + 5):
        bid += rng.randint(-4, 4)
        updates += [quoted(second, bid, lots=rng.randint(1, 8)), traded(second + 0.5, bid, 2)]
    return updates


def some_order(number: int, rng: Random) -> list[Any]:
    """Return a bracket, or an order of any kind."""
    if rng.random() < 0.3:
        away = rng.randint(1, 4)
        return bracket(number, rng.randint(1, 3), stop=6_000.0 - away, target=6_000.25 + away)
    price = (BID + rng.randint(-8, 8)) / 4
    kind = rng.choice(list(OrderKind))
    said: dict[str, Any] = {"order_type": kind, "lmt_price": price, "aux_price": price}
    if kind.startswith("TRAIL"):
        said = {"order_type": kind, "aux_price": rng.randint(1, 6) / 4, "lmt_price_offset": 0.25}
    return [order(number, rng.choice(("BUY", "SELL")), rng.randint(1, 4), **said)]


class Trader:
    """A client that comes back whenever it is cut off."""

    def __init__(self, made: World, rng: Random) -> None:
        self.made, self.rng = made, rng
        self.number = 1
        self.heard = set[str]()
        """Ids of the executions it was told of at any time."""

    async def connected(self) -> Client:
        while not self.made.clients or self.made.clients[-1].is_gone:
            try:
                await self.made.client()
            except (asyncio.IncompleteReadError, ConnectionError):
                continue
        client = self.made.clients[-1]
        self.heard |= {told.execution.exec_id for told in client.all(ib.ExecutionDetails)}
        return client

    async def trade(self) -> None:
        requests = some_order(self.number, self.rng)
        self.number += len(requests)
        await (await self.connected()).ask(*requests)

    async def cancel(self) -> None:
        await (await self.connected()).ask(ib.CancelOrderRequest(order_id=self.rng.randint(1, self.number)))

    async def change(self) -> None:
        keys = list(self.made.gateway.exchange.orders)
        if keys and (number := self.rng.choice(keys).number) > 0:
            changed = order(number, lots=self.rng.randint(1, 5), order_type="LMT", lmt_price=6_000.0)
            await (await self.connected()).ask(changed)

    async def fault(self) -> None:
        self.made.fault(**self.rng.choice(FAULTS))

    async def wait(self) -> None:
        await self.made.pass_time(1, beats=3)


def soaked(seed: int, check: Callable[[Trader, Client], None]) -> None:
    """Let random things happen, then set all right again, and ask for everything."""

    async def tell() -> None:
        rng = Random(seed)
        async with world(*walk(rng)) as made:
            trader = Trader(made, rng)
            steps = [
                trader.trade,
                trader.trade,
                trader.cancel,
                trader.change,
                trader.fault,
                trader.wait,
                trader.wait,
            ]
            for _ in range(STEPS):
                await rng.choice(steps)()
            for last in END:
                made.fault(do=last)
            made.fault(do="partial", lots=0)
            made.gateway.faults.refusing = 0
            client = await trader.connected()
            await client.settle()
            client = await trader.connected()
            client.forget()
            await client.ask(ib.ExecutionRequest(req_id=1), ib.PositionsRequest(), ib.AllOpenOrdersRequest())
            check(trader, client)

    asyncio.run(asyncio.wait_for(tell(), 60))


def agreed(trader: Trader, client: Client) -> None:
    """Check what a client is told against the gateway's books, and those against the fills alone."""
    exchange, account = trader.made.gateway.exchange, trader.made.gateway.account
    told = [message.execution for message in client.all(ib.ExecutionDetails)]
    ids = [one.exec_id for one in told]
    assert len(ids) == len(set(ids)) == len(exchange.executions)
    assert trader.heard <= set(ids)  # nothing was told that did not happen
    held = sum(int(one.shares) * (1 if one.side == "BOT" else -1) for one in told)
    assert [int(one.position) for one in client.all(ib.Position)] in ([held], [])
    paid = sum(
        (Decimal(str(one.price)) * int(one.shares) * (50 if one.side == "BOT" else -50) for one in told),
        Decimal(0),
    )
    fees = sum(
        (Decimal(str(c.commission_and_fees)) for c in client.all(ib.CommissionAndFeesReport)), Decimal(0)
    )
    position = next(iter(account.positions.values()), None)
    assert abs(account.settled - (CASH - paid - fees + (position.cost if position else 0))) < Decimal("0.01")
    filled = Counter[int]()
    for done in exchange.executions:
        filled[done.perm_id] += done.lots
    working = {one.order.perm_id: one for one in client.all(ib.OpenOrder)}
    assert set(working) == {one.perm_id for one in exchange.working()}
    for perm_id, one in working.items():
        assert int(one.order.filled_quantity) <= int(one.order.total_quantity)
        assert int(one.order.filled_quantity) == filled[perm_id] or _was_split(trader)


def _was_split(trader: Trader) -> bool:
    """Say whether an order has two numbers: fills before that were under the one it had then."""
    return "split" in trader.made.gateway.faults.fired


def test_faults_of_every_kind_are_drawn() -> None:
    assert {fault["do"] for fault in FAULTS} == set(get_args(Action))


@pytest.mark.parametrize("seed", range(12))
def test_after_all_faults_client_and_gateway_agree(seed: int) -> None:
    soaked(seed, agreed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(12, 300))
def test_after_many_more_they_agree(seed: int) -> None:
    soaked(seed, agreed)
