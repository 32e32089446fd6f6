"""Connections: who comes in, what they send, and the beat at which the market is played."""

import asyncio
import ipaddress
import logging
from asyncio import IncompleteReadError, StreamReader, StreamWriter

from gateway.desk.answering import receive
from gateway.desk.gateway import Gateway
from gateway.desk.session import Session
from gateway.market.days import stamp
from gateway.wire.frames import GREETING, NEWEST, WireError, hello, length_of, request_of, version_for
from mia_plugins.errors import MiaError

log = logging.getLogger("mia.gateway")

LOOPBACK = "127.0.0.1"
BEAT = 0.02
"""Seconds between two beats."""
PATIENCE = 10.0
"""Seconds that a client has to say hello."""


class GatewayError(MiaError):
    """The gateway cannot run as it is asked to."""


def loopback(host: str) -> str:
    """Return an address of this machine alone; any other is refused."""
    try:
        if ipaddress.ip_address(LOOPBACK if host == "localhost" else host).is_loopback:
            return host
    except ValueError:
        pass
    raise GatewayError(
        f"the gateway does not listen on '{host}': it has no password, and serves this machine alone",
        f"leave the host out, or write {LOOPBACK}",
    )


class Server:
    """The gateway on a port."""

    def __init__(self, gateway: Gateway, newest: int = NEWEST) -> None:
        """`newest` is the newest version of the protocol it speaks."""
        self.gateway, self.newest = gateway, newest
        self.port = 0
        self._server: asyncio.Server | None = None

    async def listen(self, port: int, host: str = LOOPBACK) -> int:
        """Begin to listen; return the port, which is chosen where it is 0."""
        try:
            self._server = await asyncio.start_server(self._accept, loopback(host), port)
        except OSError as error:
            raise GatewayError(
                f"port {port} cannot be had: {error.strerror}",
                "choose another --port, or end what listens there",
            ) from error
        self.port = self._server.sockets[0].getsockname()[1]
        return int(self.port)

    async def play(self) -> None:
        """Play the market until cancelled."""
        self.gateway.open()
        while True:
            self.gateway.beat()
            await asyncio.sleep(BEAT)

    async def close(self) -> None:
        """Cut all connections and cease to listen."""
        if self._server:
            self._server.close()
        for session in list(self.gateway.sessions):
            session.drop()

    async def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        faults = self.gateway.faults
        if faults.refusing:
            faults.refusing -= 1
            writer.transport.abort()
            return
        session = Session(self.gateway, writer)
        self.gateway.sessions.append(session)
        try:
            await self._converse(session, reader)
        except WireError as error:
            log.warning("%s is cut off: %s", session.name, error)
        except (IncompleteReadError, ConnectionError, TimeoutError):
            pass
        except Exception:
            log.exception("%s is cut off by a fault of the gateway's own", session.name)
        finally:
            self.gateway.sessions.remove(session)
            log.info("%s is gone", session.name)
            writer.close()

    async def _converse(self, session: Session, reader: StreamReader) -> None:
        """Say hello, and answer what comes."""
        async with asyncio.timeout(PATIENCE):
            greeting = await reader.readexactly(len(GREETING))
            if greeting != GREETING:
                raise WireError(f"'{greeting!r}' where a client greets with {GREETING!r}")
            version = version_for(await _frame(reader), self.newest)
        session.writer.write(hello(version, stamp(self.gateway.now())))
        while True:
            request = request_of(await _frame(reader))
            if session.writer.is_closing():
                return
            receive(session, request)
            await session.writer.drain()


async def _frame(reader: StreamReader) -> bytes:
    length = length_of(await reader.readexactly(4))
    return await reader.readexactly(length)
