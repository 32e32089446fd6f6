"""The control port: faults while the gateway runs, and a look at its books. A line of JSON a question.

{"do": "move", "ticks": -40}                       a fault, at once
{"do": "swallow", "when": {"message": "ExecutionDetails"}}       a fault that waits for its message
{"until": {"message": "PlaceOrderRequest"}}        answered once that has passed
{"ask": "state"}                                   positions, orders, fills, money, and where clients connect
"""

import asyncio
import json
import logging
from asyncio import StreamReader, StreamWriter
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from gateway.exchange.account import CENT
from gateway.faults.script import Fault, When
from gateway.market.days import stamp

if TYPE_CHECKING:
    from gateway.desk.gateway import Gateway

log = logging.getLogger("mia.gateway")

MOST_BYTES = 64 * 1024
"""The longest line that is read."""


class Control:
    """The port's end in the gateway."""

    def __init__(self, gateway: "Gateway", port: int | None = None) -> None:
        """Answers tell of this gateway, to which clients connect on `port`."""
        self._gateway, self._port = gateway, port

    async def converse(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Answer line by line until the other side leaves."""
        try:
            while line := await reader.readline():
                answer = await self.answer(line)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError) as error:
            log.warning("the control port cuts off who sends no lines: %s", error)
        finally:
            writer.close()

    async def answer(self, line: bytes) -> dict[str, Any]:
        """Return the answer to a line; a mistake in it is told, and changes nothing."""
        try:
            asked = json.loads(line)
            if not isinstance(asked, dict):
                raise TypeError('a line is a JSON object such as {"ask": "state"}')  # noqa: TRY301
            return await self._answer(asked)
        except ValidationError as error:
            rows = error.errors(include_url=False)
            texts = [f"{'.'.join(map(str, row['loc'])) or 'fault'}: {row['msg']}" for row in rows]
            return {"ok": False, "error": "; ".join(texts)}
        except (ValueError, TypeError) as error:
            return {"ok": False, "error": str(error)}

    async def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "ask" in asked:
            if asked != {"ask": "state"}:
                raise ValueError('what can be asked is {"ask": "state"}')
            return {"ok": True, "port": self._port, **state(self._gateway)}
        if "until" in asked:
            await self._gateway.faults.until(When.model_validate_json(json.dumps(asked["until"])))
            return {"ok": True}
        fault = Fault.model_validate_json(json.dumps(asked))
        if fault.symbol not in self._gateway.market.boards:
            raise ValueError(f"there is no market in '{fault.symbol}'")
        self._gateway.faults.arm(fault)
        return {"ok": True}


def state(gateway: "Gateway") -> dict[str, Any]:
    """Return the gateway's books, as JSON has them: money in $ as text, prices in points."""
    account, marks = gateway.account, gateway.market.mark
    return {
        "time": stamp(gateway.now()),
        "clock": gateway.clock,
        "clients": sorted(session.client_id for session in gateway.ready()),
        "next_id": gateway.next_id,
        "positions": {
            held.listing.local_symbol: {"lots": held.lots, "average_cost": float(held.average)}
            for held in account.positions.values()
            if held.lots
        },
        "settled": str(account.settled.quantize(CENT)),
        "net_liquidation": str(account.liquidation(marks).quantize(CENT)),
        "orders": [
            {
                "client": order.key.client,
                "number": order.number,
                "perm_id": order.perm_id,
                "symbol": order.listing.local_symbol,
                "side": "BUY" if order.terms.is_buy else "SELL",
                "kind": order.terms.kind,
                "lots": order.lots,
                "filled": order.filled,
                "status": order.status,
                "is_working": order.is_working,
                "outside_rth": order.terms.outside_rth,
                "ref": order.terms.ref,
            }
            for order in gateway.exchange.orders.values()
        ],
        "executions": [
            {
                "id": done.exec_id,
                "client": done.key.client,
                "number": done.number,
                "symbol": done.listing.local_symbol,
                "side": "BUY" if done.is_buy else "SELL",
                "lots": done.lots,
                "price": done.listing.points(done.ticks),
                "commission": str(done.commission),
            }
            for done in gateway.exchange.executions
        ],
        "fired": list(gateway.faults.fired),
        "beats": gateway.beats,
    }


async def listen(gateway: "Gateway", port: int, host: str, clients: int) -> asyncio.Server:
    """Begin to listen for questions about a gateway; `clients` is the port on which it has those."""
    return await asyncio.start_server(Control(gateway, clients).converse, host, port, limit=MOST_BYTES)
