"""A real gateway process and a real LiveNode on sockets: data, a bracket, and books that agree."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.faults.remote import ControlError, Remote
from gateway.market.days import session_from
from mia_plugins.data.instruments import lead_contract
from tests.conftest import ROOT
from tests.market import sound_store

FAULTS = """
faults:
  - name: the target is reached
    do: move
    ticks: 120
    when: {message: CommissionAndFeesReport}
"""


class Running:
    """A gateway in a process of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-P", "-m", "mia_plugins", "gateway", "--catalog", str(folder)]
        command += ["--port", "0", "--control", "0", "--pace", "60", "--json", *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert self.process.stdout
        lines = iter(self.process.stdout.readline, "")
        text = ""
        for line in lines:
            text += line
            if line.startswith("}"):
                break
        found: dict[str, Any] = json.loads(text or "{}")
        assert found.get("ok"), self.process.communicate()[1]
        self.port, self.control = int(found["port"]), int(found["control"])

    def end(self) -> str:
        """Ask it to end, and return what it logged."""
        self.process.terminate()
        _, log = self.process.communicate(timeout=20)
        assert self.process.returncode == 0, log
        return str(log)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gateway") / "catalog"
    sound_store(str(folder))
    return folder


@pytest.fixture(scope="module")
def session(catalog: Path) -> tuple[list[dict[str, Any]], dict[str, Any], str]:
    """Return what a node said, the gateway's books after it, and the gateway's log."""
    script = catalog.parent / "faults.yaml"
    script.write_text(FAULTS, encoding="utf-8")
    running = Running(catalog, "--faults", str(script))
    symbol = lead_contract("ES", session_from(time.time_ns()).day).symbol
    command = [sys.executable, "-m", "tests.live_node", str(running.port), symbol]
    node = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=False)
    assert node.returncode == 0, node.stdout + node.stderr
    said = [json.loads(line) for line in node.stdout.splitlines() if line.startswith("{")]
    with Remote(running.control) as remote:
        books = remote.state() | {"control": running.control}
        with pytest.raises(ControlError, match="do: Input should be"):
            remote.ask(do="explode")
    return said, books, running.end()


Session = tuple[list[dict[str, Any]], dict[str, Any], str]


def kinds(session: Session) -> list[str]:
    return [line["what"] for line in session[0]]


def test_an_unmodified_node_gets_its_data(session: Session) -> None:
    instrument = next(line for line in session[0] if line["what"] == "instrument")
    assert (instrument["tick"], instrument["multiplier"]) == ("0.25", "50")
    assert {"quote", "trade", "bar", "deltas"} <= set(kinds(session))


def test_it_trades_a_bracket_and_both_sides_agree(session: Session) -> None:
    said, books, _ = session
    node = [(line["id"], line["price"], line["lots"]) for line in said if line["what"] == "OrderFilled"]
    assert [(one["id"], one["price"], one["lots"]) for one in books["executions"]] == node
    assert len(node) == 2
    # It jumped to the target, which lay 20 points above what was asked when the node made up its mind.
    assert node[1][1] - node[0][1] > 15
    assert {line["commission"] for line in said if line["what"] == "OrderFilled"} == {"2.25 USD"}
    assert books["positions"] == {}
    assert [one["status"] for one in books["orders"]] == ["Filled", "Cancelled", "Filled"]
    assert books["fired"] == ["the target is reached"]
    gained = (node[1][1] - node[0][1]) * 50 - 4.5
    assert float(books["settled"]) == 250_000 + gained


def test_stop_and_target_reach_the_broker_for_any_hour(session: Session) -> None:
    assert [one["outside_rth"] for one in session[1]["orders"]] == [False, True, True]


def test_it_stops_clean(session: Session) -> None:
    stopped = next(line for line in session[0] if line["what"] == "stopped")
    assert (stopped["orders"], stopped["positions"]) == (0, 0)
    assert kinds(session)[-1] == "done"
    assert session[1]["clients"] == []
    assert "fault of the gateway's own" not in session[2]
    assert "that this gateway does not serve" not in session[2]


def test_nobody_answers_once_it_has_ended(session: Session) -> None:
    with pytest.raises(ControlError, match="no gateway can be told anything on port"):
        Remote(session[1]["control"])
