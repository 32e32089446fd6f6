"""A gateway on a loop of its own, for what connects to it from other threads."""

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gateway.market.chain import ChainRow
from tests.gateway import Client, World, world


@dataclass
class Served:
    """A gateway on a loop of its own."""

    loop: asyncio.AbstractEventLoop
    world: World

    @property
    def port(self) -> int:
        return self.world.server.port

    def do(self, work: Callable[[], Any]) -> Any:
        """Have something done on its loop; return what came of it."""

        async def done() -> Any:
            found = work()
            return await found if asyncio.iscoroutine(found) else found

        return asyncio.run_coroutine_threadsafe(done(), self.loop).result(10)

    def client(self, number: int) -> Client:
        return self.do(lambda: self.world.client(number))  # type: ignore[no-any-return]

    def ids(self) -> list[int]:
        """Return the ids that are taken now."""
        return self.do(lambda: [one.client_id for one in self.world.gateway.sessions])  # type: ignore[no-any-return]


@contextmanager
def serving(codes: tuple[str, ...] = ("ES", "VIX"), chain: list[ChainRow] | None = None) -> Iterator[Served]:
    """Serve until left."""
    loop, started, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: list[Served] = []

    async def serve() -> None:
        async with world(codes=codes, chain=chain) as one:
            found.append(Served(loop, one))
            started.set()
            await over.wait()

    gc.collect()  # actors of other tests: their native part may be let go of in this thread alone
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()
