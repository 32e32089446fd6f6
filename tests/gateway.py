"""A gateway on a socket, a clock that tests turn, and a client that speaks the protocol byte by byte."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import numpy as np
from google.protobuf.message import Message

from gateway.desk.gateway import Gateway, Playing
from gateway.exchange.account import Account
from gateway.faults.script import Fault, FaultScript
from gateway.market.book import Book, Level
from gateway.market.chain import ChainRow, chain_row
from gateway.market.listing import Listing
from gateway.market.market import Market
from gateway.market.past import NOTHING, Prices
from gateway.market.timeline import Timeline
from gateway.market.updates import BookUpdate, TradeUpdate, Update
from gateway.server import Server
from gateway.wire import ib_pb2 as ib
from gateway.wire.frames import GREETING, Unknown, encoded, framed, response_of
from gateway.wire.numbers import REQUEST_NUMBERS
from mia_plugins.data.columns import Quotes
from mia_plugins.data.sessions import NS, utc_ns

DAY = dt.date(2026, 11, 20)
"""A Friday: ESZ6 leads."""
NOON = utc_ns(DAY, dt.time(12))
ACCOUNT = "DU1234567"
CASH = Decimal(2_000_000)
"""$."""
BID = 24_000
"""Ticks: 6000.00 points."""


def book(bid: int = BID, ask: int | None = None, lots: int = 10, levels: int = 3) -> Book:
    """Return a book with the same size at each level."""
    best = bid + 1 if ask is None else ask
    return Book(
        tuple(Level(bid - n, lots) for n in range(levels)),
        tuple(Level(best + n, lots) for n in range(levels)),
    )


def quoted(second: float, bid: int = BID, *, lots: int = 10, code: str = "ES") -> BookUpdate:
    """Return a book so many seconds after noon."""
    return BookUpdate(NOON + round(second * NS), code, book(bid, lots=lots))


def traded(second: float, ticks: int, lots: int = 1, code: str = "ES") -> TradeUpdate:
    """Return a trade so many seconds after noon."""
    return TradeUpdate(NOON + round(second * NS), code, ticks, lots)


def options(*strikes: float, spot: float = 5_990.0) -> list[ChainRow]:
    """Return a call and a put of each strike that expire in a week."""
    rows = []
    for strike in strikes:
        for is_call in (True, False):
            made = chain_row(
                {
                    "underlying": "SPX",
                    "strike": strike,
                    "is_call": is_call,
                    "spot": spot,
                    "bid": 20.0,
                    "ask": 21.0,
                    "iv": 0.15,
                    "delta": 0.5 if is_call else -0.5,
                    "gamma": 0.002,
                    "open_interest": 1_234,
                    "volume": 55,
                },
                DAY + dt.timedelta(days=7),
            )
            assert made
            rows.append(made)
    return rows


class Clock:
    """Time as a test has it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


class NoPast:
    """A past in which nothing happened."""

    def prices(self, code: str, what: str, span: tuple[int, int], seconds: int) -> Prices:
        return NOTHING

    def quotes(self, code: str, span: tuple[int, int]) -> Quotes:
        return Quotes(*([np.empty(0, np.int64)] * 5))


class World:
    """A gateway on a socket whose time stands still until it is told to go on."""

    def __init__(self, updates: Iterable[Update], codes: Iterable[str], chain: list[ChainRow]) -> None:
        self.clock = Clock()
        market = Market(codes, DAY, chain)
        playing = Playing(market, updates, Timeline(NOON, NOON), NoPast())
        self.gateway = Gateway(playing, Account(ACCOUNT, CASH), self.clock)
        self.server = Server(self.gateway)
        self.clients: list[Client] = []

    def listing(self, local_symbol: str = "ESZ6") -> Listing:
        return next(one for one in self.gateway.market.listings if one.local_symbol == local_symbol)

    def fault(self, **fault: object) -> None:
        """Arm a fault."""
        self.gateway.faults.arm(Fault.model_validate(fault))

    def script(self, *faults: dict[str, object]) -> None:
        """Arm the faults of a script."""
        self.gateway.faults.load(FaultScript.model_validate({"faults": tuple(faults)}))

    async def client(self, number: int = 1) -> "Client":
        """Return a client that has been let in."""
        client = await self.stranger()
        await client.ask(ib.StartApiRequest(client_id=number))
        client.number = number
        return client

    async def stranger(self, versions: bytes = b"v213..225") -> "Client":
        """Return a client that has said hello."""
        client = Client(*await asyncio.open_connection("127.0.0.1", self.server.port))
        self.clients.append(client)
        await client.greet(versions)
        return client

    async def pass_time(self, seconds: float = 1.0, beats: int = 1) -> None:
        """Let time go on and the market with it; clients are told all of it before this returns."""
        for _ in range(beats):
            self.clock.now += round(seconds * NS / beats)
            self.gateway.beat()
        for client in self.clients:
            if not client.is_gone and client.number >= 0:
                await client.settle()


class Client:
    """A client of the protocol, made of its frames alone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.heard: list[Message] = []
        self.number = -1
        self.hello = b""

    @property
    def is_gone(self) -> bool:
        return self._reader.at_eof() or self._writer.is_closing()

    async def greet(self, versions: bytes) -> None:
        self._writer.write(GREETING + framed(versions))
        self.hello = await self._frame()

    async def ask(self, *requests: Message) -> list[Message]:
        """Send requests, and return all that comes before the answer to what is asked after them."""
        before = len(self.heard)
        self.send(*requests)
        await self.settle()
        return self.heard[before:]

    def send(self, *requests: Message) -> None:
        for request in requests:
            self._writer.write(encoded(request, REQUEST_NUMBERS))

    def send_bytes(self, data: bytes) -> None:
        self._writer.write(data)

    async def settle(self) -> None:
        """Hear all that was said so far: answers keep the order of their questions."""
        self.send(ib.CurrentTimeRequest())
        while True:
            try:
                message = response_of(await self._frame())
            except (asyncio.IncompleteReadError, ConnectionError):
                self._writer.close()
                return
            assert not isinstance(message, Unknown)
            if isinstance(message, ib.CurrentTime):
                return
            self.heard.append(message)

    async def gone(self) -> bool:
        """Say whether the gateway has hung up."""
        try:
            while await asyncio.wait_for(self._reader.read(4_096), 5):
                pass
        except ConnectionError:
            pass
        return True

    def all[M: Message](self, kind: type[M]) -> list[M]:
        return [message for message in self.heard if isinstance(message, kind)]

    def last[M: Message](self, kind: type[M]) -> M:
        return self.all(kind)[-1]

    def errors(self) -> list[int]:
        """Return the numbers of the errors it was told, without the news of farms."""
        codes = [message.error_code for message in self.all(ib.ErrorMessage)]
        return [code for code in codes if code not in {2104, 2106, 2158}]

    def forget(self) -> None:
        self.heard.clear()

    async def _frame(self) -> bytes:
        length = int.from_bytes(await self._reader.readexactly(4))
        return await self._reader.readexactly(length)

    def close(self) -> None:
        self._writer.close()


@asynccontextmanager
async def world(
    *updates: Update, codes: Iterable[str] = ("ES",), chain: list[ChainRow] | None = None
) -> AsyncIterator[World]:
    """Yield a gateway whose market begins with a book of ES, 6000.00 to 6000.25, ten contracts a level."""
    books = [quoted(0, code=code) for code in codes if code != "VIX"]
    made = World([*books, *updates], codes, chain or [])
    await made.server.listen(0)
    made.gateway.open()
    try:
        yield made
    finally:
        for client in made.clients:
            client.close()
        await made.server.close()


def contract(one: Listing | None = None, **said: Any) -> ib.Contract:
    """Return how a client names a listing; ESZ6 if nothing is said."""
    if one is not None:
        return ib.Contract(con_id=one.con_id, exchange=one.exchange)
    return ib.Contract(**(said or {"local_symbol": "ESZ6", "sec_type": "FUT", "exchange": "CME"}))


def order(number: int, action: str = "BUY", lots: int = 1, **said: Any) -> ib.PlaceOrderRequest:
    """Return a request for an order in ESZ6, at the market unless said otherwise."""
    fields: dict[str, Any] = {"order_type": "MKT", "tif": "DAY", "transmit": True, **said}
    made = ib.Order(action=action, total_quantity=str(lots), **fields)
    return ib.PlaceOrderRequest(order_id=number, contract=contract(), order=made)


def bracket(number: int, lots: int = 1, stop: float = 5_990.0, target: float = 6_010.0) -> list[Message]:
    """Return an entry at the market with stop and target, as one is placed."""
    exits: dict[str, Any] = {"parent_id": number, "tif": "GTC"}
    return [
        order(number, lots=lots, transmit=False),
        order(number + 1, "SELL", lots, order_type="STP", aux_price=stop, transmit=False, **exits),
        order(number + 2, "SELL", lots, order_type="LMT", lmt_price=target, **exits),
    ]
