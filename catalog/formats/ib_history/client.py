"""A process in which NautilusTrader's historical client runs; all that touches it is here.

It has a process of its own, as threads of the client's abort the one they are in when that ends.
"""

import asyncio
import datetime as dt
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

TIMEOUT = 60
"""s that an answer may take."""
PAGE = 1_000
"""Ticks that one request brings at the most."""
What = Literal["trades bars", "quotes bars", "trades", "quotes"]
Rows = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]
"""Times (UTC ns), prices in points and contracts: a row each, with as many columns as the kind has."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Whom to ask, and about what."""

    host: str
    port: int
    client_id: int
    symbol: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One request."""

    what: What
    start: int
    """UTC s."""
    end: int
    """UTC s."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a request."""

    rows: Rows | None = None
    error: str = ""
    """As the client words it."""


def serve(pipe: Connection, desk: Desk) -> None:
    """Answer what comes through a pipe until it is closed; the first answer tells of the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which ends this
    try:
        asyncio.run(_serve(pipe, desk))
    except (EOFError, OSError):
        pass
    finally:
        os._exit(0)  # see above


async def _serve(pipe: Connection, desk: Desk) -> None:
    try:
        ask = await _connected(desk)
    except (RuntimeError, ValueError, TimeoutError) as error:
        pipe.send(Told(error=str(error) or "no answer"))
        return
    pipe.send(Told())
    while True:
        wanted: Ask = pipe.recv()
        try:
            told = Told(rows=_rows(await ask(wanted), wanted.what))
        except TimeoutError:
            told = Told(error=f"no answer within {TIMEOUT} s")
        except (RuntimeError, ValueError) as error:
            told = Told(error=str(error))
        pipe.send(told)


async def _connected(desk: Desk) -> Callable[[Ask], Awaitable[Sequence[Any]]]:
    """Return what makes requests about a contract that the gateway knows."""
    from nautilus_trader.adapters.interactive_brokers import (
        HistoricalInteractiveBrokersClient,
        IbHistoricalTickType,
        InteractiveBrokersDataClientConfig,
        InteractiveBrokersInstrumentProvider,
        InteractiveBrokersInstrumentProviderConfig,
    )
    from nautilus_trader.model import InstrumentId

    config = InteractiveBrokersDataClientConfig(
        host=desk.host, port=desk.port, client_id=desk.client_id, connection_timeout=10, request_timeout=10
    )
    provider = InteractiveBrokersInstrumentProvider(InteractiveBrokersInstrumentProviderConfig())
    client = HistoricalInteractiveBrokersClient(provider, config)
    ids = [InstrumentId.from_str(f"{desk.symbol}.CME")]
    found = await asyncio.wait_for(client.request_instruments(instrument_ids=ids), TIMEOUT)
    if not found:
        raise ValueError("[200] no such contract")

    async def ask(wanted: Ask) -> Sequence[Any]:
        start, end = (dt.datetime.fromtimestamp(second, dt.UTC) for second in (wanted.start, wanted.end))
        if wanted.what.endswith("bars"):
            price = "LAST" if wanted.what == "trades bars" else "BID"
            request = client.request_bars(
                [f"1-MINUTE-{price}"], end, start, instrument_ids=ids, use_rth=False, timeout=TIMEOUT
            )
        else:
            kind = IbHistoricalTickType.TRADES if wanted.what == "trades" else IbHistoricalTickType.BID_ASK
            request = client.request_ticks(
                kind, start, end, instrument_ids=ids, use_rth=False, timeout=TIMEOUT, limit=PAGE
            )
        answer: Sequence[Any] = await asyncio.wait_for(request, TIMEOUT)
        return answer

    return ask


_PRICES = {"trades": ("price",), "quotes": ("bid_price", "ask_price")}
_SIZES = {"trades": ("size",), "quotes": ("bid_size", "ask_size")}


def _rows(answer: Sequence[Any], what: What) -> Rows:
    prices = _PRICES.get(what, ("open", "high", "low", "close"))
    sizes = _SIZES.get(what, ("volume",))
    shape = (len(answer), -1) if answer else (0, len(prices))
    return (
        np.array([row.ts_event for row in answer], np.int64),
        np.array([[float(getattr(row, name)) for name in prices] for row in answer]).reshape(shape),
        np.array([[int(float(getattr(row, name))) for name in sizes] for row in answer], np.int64).reshape(
            (len(answer), len(sizes))
        ),
    )
