"""A node is killed while it holds a bracket; the next one goes on with it, on a real gateway's socket."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.faults.remote import Remote
from gateway.market.days import session_from
from gateway.wire import ib_pb2 as ib
from mia_plugins.data.instruments import Contract, lead_contract
from tests.conftest import ROOT
from tests.gateway import Client
from tests.integration.test_gateway_node import Running
from tests.market import sound_store

Said = list[dict[str, Any]]


class Nodes:
    """Nodes of one state on one gateway, one after the other."""

    def __init__(self, folder: Path, running: Running, contract: Contract) -> None:
        self._state, self.running, self.contract = folder / "state", running, contract

    def run(self, do: str, killed_at: str = "") -> Said:
        """Run a node until it ends, or is killed as soon as it says something; return what it said."""
        command = [sys.executable, "-m", "tests.adopting_node", str(self.running.port), self.contract.symbol]
        node = subprocess.Popen(
            [*command, str(self._state), do], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )  # fmt: skip
        said: Said = []
        assert node.stdout
        for line in node.stdout:
            said += [json.loads(line)] if line.startswith("{") else []
            is_in = do == "enter" and said and said[-1].get("position")  # who was killed too late had entered
            if killed_at and said and (said[-1]["what"] == killed_at or is_in):
                node.kill()
                break
        _, errors = node.communicate(timeout=90)
        assert node.returncode == (-9 if killed_at else 0), f"{said[-3:]} {errors}"
        return said

    def books(self) -> dict[str, Any]:
        with Remote(self.running.control) as remote:
            return remote.state()

    def fall(self, ticks: int) -> None:
        with Remote(self.running.control) as remote:
            remote.ask(do="move", ticks=-ticks)
            remote.until("Beat", nth=3)


async def somebody_else(port: int, contract: Contract) -> None:
    """Buy a contract of the next quarter, and have an order for one of this quarter work far away."""
    client = Client(*await asyncio.open_connection("127.0.0.1", port))
    await client.greet(b"v213..225")
    await client.ask(ib.StartApiRequest(client_id=7))
    for number, (symbol, kind) in enumerate([(contract.next.symbol, "MKT"), (contract.symbol, "LMT")], 1):
        order = ib.Order(action="BUY", total_quantity="1", order_type=kind, tif="DAY", transmit=True)
        if kind == "LMT":
            order.lmt_price = 4_000.0
        named = ib.Contract(local_symbol=symbol, sec_type="FUT", exchange="CME")
        await client.ask(ib.PlaceOrderRequest(order_id=number, contract=named, order=order))
    while not client.all(ib.ExecutionDetails):
        await asyncio.sleep(0.1)
        await client.settle()
    client.close()


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    sound_store(str(tmp_path / "catalog"))
    running = Running(tmp_path / "catalog")
    yield Nodes(tmp_path, running, lead_contract("ES", session_from(time.time_ns()).day))
    running.end()


def one(said: Said, what: str) -> dict[str, Any]:
    return next(line for line in said if line["what"] == what)


def test_a_bracket_outlives_its_node_and_what_is_none_of_ours_is_left_alone(nodes: Nodes) -> None:
    last = nodes.run("enter", killed_at="OrderFilled")[-1]
    (order_id, lots, stop), *_ = last["open"]
    assert (order_id, lots, last["position"]) == ("one-ES-1-S", 2, 2)
    asyncio.run(somebody_else(nodes.running.port, nodes.contract))

    said = nodes.run("leave", killed_at="flat")
    found = one(said, "found")
    assert (found["counted"], found["ended"], found["blocked"]) == ([], [], "foreign")
    assert len(found["foreign"]) == 2
    assert f"holds +1 {nodes.contract.next.symbol}, and its executions add up to +0" in found["foreign"][0]
    assert "an order of somebody else works at the broker: PERM-" in found["foreign"][1]
    begun = one(said, "begun")
    assert (begun["position"], begun["open"]) == (2, last["open"])
    assert ["one-ES-1-S", 2, stop] in begun["open"]
    flat = one(said, "flat")
    books = nodes.books()
    ours = [each for each in books["executions"] if each["client"] != 7]
    assert (flat["position"], [each["side"] for each in ours]) == (0, ["BUY", "SELL"])
    assert float(flat["realized"]) == sum(
        (-1 if each["side"] == "BUY" else 1) * each["lots"] * each["price"] * 50 - float(each["commission"])
        for each in ours
    )
    assert {symbol: each["lots"] for symbol, each in books["positions"].items()} == {
        nodes.contract.next.symbol: 1
    }
    assert [each["client"] for each in books["orders"] if each["is_working"]] == [7]


@pytest.mark.long
def test_what_its_stop_filled_while_nobody_looked_is_counted_once(nodes: Nodes) -> None:
    nodes.run("enter", killed_at="OrderFilled")
    said = nodes.run("hold", killed_at="OrderUpdated")
    assert one(said, "OrderUpdated")["open"][0][2] == one(said, "begun")["open"][0][2] + 1
    nodes.fall(200)
    said = nodes.run("leave")
    found = one(said, "found")
    assert [line.rpartition(" of ")[2] for line in found["counted"]] == ["one-ES (stop)"]
    assert found["ended"] == ["one-ES-1-S is filled", "one-ES-1-T is canceled"]
    books = nodes.books()
    assert float(books["settled"]) == 250_000 + float(one(said, "flat")["realized"])
    assert (books["positions"], [each for each in books["orders"] if each["is_working"]]) == ({}, [])


@pytest.mark.long
@pytest.mark.parametrize("killed_at", ["begun", "OrderInitialized", "OrderSubmitted", "OrderAccepted"])
def test_killed_on_the_way_in_nothing_is_sent_twice_and_nothing_is_left(nodes: Nodes, killed_at: str) -> None:
    for _ in range(3):
        nodes.run("enter", killed_at=killed_at)
    flat = one(nodes.run("leave"), "flat")
    books = nodes.books()
    assert (books["positions"], [each for each in books["orders"] if each["is_working"]]) == ({}, [])
    assert float(books["settled"]) == 250_000 + float(flat["realized"])
    sent = [each["ref"] for each in books["orders"]]
    assert len(sent) == len(set(sent))
