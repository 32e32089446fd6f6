"""A client's connection: who it is, what it asked for, and what it is told."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from google.protobuf.message import Message

from gateway.desk.subscriptions import Subscriptions
from gateway.wire import ib_pb2 as ib
from gateway.wire.frames import encoded
from gateway.wire.numbers import name_of

if TYPE_CHECKING:
    from gateway.desk.gateway import Gateway

NOTICE = -1
"""The request that an unsolicited message answers."""
MOST_UNREAD = 32 * 2**20
"""Bytes that may wait for a client: one that reads nothing is cut off, as a broker would."""
LOUD = {"TickPrice", "TickSize", "TickString", "TickByTickData", "MarketDepth", "MarketDepthL2"}
"""What is told too often to be logged."""

log = logging.getLogger("mia.gateway")


@dataclass(slots=True, eq=False)
class Session:
    """One connection."""

    gateway: "Gateway"
    writer: asyncio.StreamWriter
    client_id: int = -1
    """-1 until it has said who it is."""
    wants: Subscriptions = field(default_factory=Subscriptions)
    """What it is told as it happens."""

    @property
    def is_ready(self) -> bool:
        """Whether it has said who it is."""
        return self.client_id >= 0

    @property
    def name(self) -> str:
        """How the log names it."""
        return f"client {self.client_id}" if self.is_ready else "a client"

    def send(self, *messages: Message) -> None:
        """Tell the client, as far as no fault stands between."""
        for message in messages:
            for one in self.gateway.faults.outgoing(self, message):
                self.write(one)

    def write(self, message: Message) -> None:
        """Write a message, whatever faults there are."""
        if self.writer.is_closing():
            return
        if name_of(message) not in LOUD:
            log.debug(">> %s %s", self.name, told(message))
        self.writer.write(encoded(message))
        if self.writer.transport.get_write_buffer_size() > MOST_UNREAD:
            log.warning("%s reads nothing: %d MB wait for it, it is cut off", self.name, MOST_UNREAD >> 20)
            self.drop()

    def error(self, request: int, code: int, text: str) -> None:
        """Tell of an error of a request or an order, or of something nobody asked for."""
        now = self.gateway.now() // 1_000_000
        self.send(
            ib.ErrorMessage(
                id=request, error_time=now, error_code=code, error_msg=text, advanced_order_reject_json=""
            )
        )

    def drop(self) -> None:
        """Cut the connection, without a word."""
        self.writer.transport.abort()


def told(message: Message) -> str:
    """Return a message in one line."""
    text = " ".join(str(message).split())
    return f"{name_of(message)} {text[:300]}"
