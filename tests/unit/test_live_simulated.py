"""A gateway that runs already is the one that its control port tells of."""

import asyncio

import pytest

from gateway.faults.control import listen
from mia_plugins.live.errors import LiveError
from mia_plugins.live.simulated import LOOPBACK, Gateway, _running
from tests.gateway import world


def found(*, listens_on: int, port: int) -> Gateway:
    """Return a gateway that clients reach on one port, looked for on another or the same."""

    async def look() -> Gateway:
        async with world() as made, await listen(made.gateway, 0, LOOPBACK, listens_on) as control:
            return await asyncio.to_thread(_running, control.sockets[0].getsockname()[1], port)

    return asyncio.run(asyncio.wait_for(look(), 20))


def test_a_gateway_that_runs_is_found_by_its_control_port() -> None:
    assert found(listens_on=4102, port=4102).port == 4102


def test_another_port_than_the_gateways_own_is_refused() -> None:
    with pytest.raises(LiveError, match="listens on 4102, and the file says `port: 4302`") as refused:
        found(listens_on=4102, port=4302)
    assert refused.value.remedy == "write `port: 4102`"
