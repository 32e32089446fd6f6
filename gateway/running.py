"""A gateway from a catalog, run until it is told to end."""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from gateway.desk.gateway import Gateway, Playing
from gateway.exchange.account import Account
from gateway.faults.control import listen
from gateway.faults.script import FaultScript
from gateway.market.days import session_from
from gateway.market.market import Market
from gateway.market.past import CatalogPast
from gateway.market.replay import Replay
from gateway.market.timeline import Timeline
from gateway.server import LOOPBACK, GatewayError, Server
from gateway.wire.frames import NEWEST
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.files import Files
from mia_plugins.data.sessions import NS
from mia_plugins.data.skipping import NOTHING_SKIPPED, Skipping

MINUTE = 60 * NS


@dataclass(frozen=True, slots=True)
class Asked:
    """What a gateway is to be."""

    catalog: str
    port: int
    control: int | None = None
    """The port for faults and questions; None for none, 0 for any."""
    host: str = LOOPBACK
    start: int | None = None
    """When in the catalog the market begins to play, UTC ns; None for 9:30 of its first day."""
    pace: float = 1.0
    account: str = "DU1234567"
    cash: Decimal = Decimal(250_000)
    faults: FaultScript | None = None
    paced_history: bool = True
    skips_closed: bool = False
    """Whether closed hours longer than those of every night are left out."""
    newest: int = NEWEST
    """The newest version of the protocol it speaks."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a gateway listens."""

    api: int
    control: int | None
    clock: dict[str, float]
    """An instant of the machine's, the market's at it (both UTC ns), and the pace from there."""


def gateway_of(asked: Asked, now: Callable[[], int] = time.time_ns) -> Gateway:
    """Return the gateway that plays a catalog."""
    replay = Replay(Catalog.open(Files(asked.catalog)))
    first, last = replay.span()
    start = replay.first() if asked.start is None else asked.start
    if not first <= start <= last:
        days = [session_from(ts).day for ts in (first, last)]
        raise GatewayError(
            f"the market is to begin at a time that {asked.catalog} does not hold",
            f"choose a --start from {days[0]} to {days[1]}",
        )
    wall = now()
    start += wall % MINUTE  # minutes of the catalog's are then minutes of the machine's
    skipping = Skipping.closed_hours(start) if asked.skips_closed else NOTHING_SKIPPED
    timeline = Timeline(start, wall, asked.pace, skipping)
    day = session_from(wall).day
    market = Market(replay.codes, day, replay.chain(start, day))
    playing = Playing(market, replay.updates(start), timeline, CatalogPast(replay, timeline))
    gateway = Gateway(playing, Account(asked.account, asked.cash), now)
    gateway.pacing.is_on = asked.paced_history
    if asked.faults:
        gateway.faults.load(asked.faults)
    return gateway


def run(asked: Asked, started: Callable[[Ports], None]) -> None:
    """Run a gateway until Ctrl-C or SIGTERM; `started` is told where it listens."""
    asyncio.run(serve(gateway_of(asked), asked, started))


async def serve(gateway: Gateway, asked: Asked, started: Callable[[Ports], None]) -> None:
    """Serve until a signal asks to end."""
    server = Server(gateway, asked.newest)
    port = await server.listen(asked.port, asked.host)
    control = None
    if asked.control is not None:
        told = await listen(gateway, asked.control, asked.host, port)
        control = told.sockets[0].getsockname()[1]
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    playing = asyncio.create_task(server.play())
    started(Ports(port, control, gateway.clock))
    await asyncio.wait({playing, asyncio.create_task(ended.wait())}, return_when=asyncio.FIRST_COMPLETED)
    await server.close()
    if playing.done():
        playing.result()
    playing.cancel()


def log_to_stderr(level: int) -> None:
    """Let the gateway tell what it does."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("mia.gateway")
    logger.addHandler(handler)
    logger.setLevel(level)
