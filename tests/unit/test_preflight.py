"""What keeps a node from a gateway is told apart before there is a node: on real sockets, each with its remedy."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.model import InstrumentId

from gateway.wire import ib_pb2 as ib
from mia_plugins.live import dialect
from mia_plugins.live.errors import LiveError
from mia_plugins.live.node import Line
from mia_plugins.live.preflight import BACK_OFF, Preflight
from tests.gateway import ACCOUNT
from tests.served import Served, serving

REFUSED = "Unable to connect as the client id is already in use."


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as one:
        yield one


def flight(port: int, account: str | None = ACCOUNT, **said: Any) -> Preflight:
    """Return a preflight that waits for nothing."""
    line = Line("127.0.0.1", port, account or ACCOUNT, 101, patience=said.pop("patience", 10))
    return Preflight(line, account, **{"sleep": lambda _: None, **said})


@contextmanager
def answering(*answers: bytes | None) -> Iterator[int]:
    """Listen, and answer each connection with bytes, or for None with nothing; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        held = []

        def serve() -> None:
            for answer in answers:
                try:
                    one, _ = listening.accept()
                except OSError:
                    return
                held.append(one)
                if answer is not None:
                    one.recv(100)
                    one.sendall(answer)
                    one.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        for one in held:
            one.close()


def hello(version: int) -> bytes:
    said = f"{version}\x0020261120 12:00:00 UTC\0".encode()
    return len(said).to_bytes(4) + said


def refusal(made: Preflight) -> LiveError:
    with pytest.raises(LiveError) as caught:
        made.fly()
    assert caught.value.remedy
    return caught.value


def test_a_gateway_that_lets_everybody_in_is_left_as_it_was(served: Served) -> None:
    made = flight(served.port)
    assert made.fly() == made.line
    assert made.told == []
    assert served.ids() == []  # ids are free again: the node's clients take them next


@given(st.integers(0, 2**31 - 1))
def test_an_introduction_is_what_protobuf_makes_of_it(client_id: int) -> None:
    assert dialect.start_api(client_id) == ib.StartApiRequest(client_id=client_id).SerializeToString()


@given(st.integers(-1, 2**31 - 1), st.integers(0, 2**50), st.integers(0, 9_999), st.text())
def test_an_error_is_read_as_protobuf_reads_it(request: int, at: int, code: int, text: str) -> None:
    message = ib.ErrorMessage(id=request, error_time=at, error_code=code, error_msg=text)
    said = dialect.fields(message.SerializeToString())
    assert (said[2], said[3], said[4]) == (at, code, text.encode())
    position = ib.Position(account="DU1", position="1", avg_cost=1.5)
    assert dialect.fields(position.SerializeToString())[1] == b"DU1"


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(dialect.NotSpokenError):
        dialect.fields(body)


def test_where_nothing_listens_the_usual_ports_are_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    error = refusal(flight(port))
    assert f"nothing listens on 127.0.0.1:{port}" in error.what
    assert "4002 (IB Gateway, paper)" in error.remedy
    assert "7496 (TWS, real money)" in error.remedy


def test_a_usual_port_on_which_something_listens_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        free, there = one.getsockname()[1], other.getsockname()[1]
        one.close()
        monkeypatch.setattr("mia_plugins.live.preflight.PAPER_PORTS", {there: "TWS"})
        assert f"something listens on {there} (TWS, paper)" in refusal(flight(free)).what


def test_an_unknown_host_is_told() -> None:
    line = Line("no.such.host.invalid", 4002, ACCOUNT, 101)
    assert "'no.such.host.invalid' is not known" in refusal(Preflight(line, ACCOUNT)).what


def test_what_does_not_answer_is_told() -> None:
    with answering(None) as port:
        error = refusal(flight(port, patience=0.3))
    assert "has not answered for 0.3 s" in error.what
    assert "accepted" in error.remedy


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\0\0\3abc", b"220 hello\r\n"])
def test_what_is_no_gateway_is_told(said: bytes) -> None:
    with answering(said) as port:
        assert "is no gateway" in refusal(flight(port)).what


@pytest.mark.parametrize("answers", [(hello(178),), (b"", hello(178))])
def test_an_old_gateway_is_told_whether_it_answers_or_hangs_up_at_first(answers: tuple[bytes, ...]) -> None:
    with answering(*answers) as port:
        error = refusal(flight(port))
    assert "speaks version 178 of the protocol, and 213 is the oldest" in error.what
    assert "newer TWS or IB Gateway" in error.remedy


def test_a_gateway_that_hangs_up_at_whatever_is_said_does_not_trust_us() -> None:
    with answering(b"", b"") as port:
        error = refusal(flight(port))
    assert "hangs up as soon as it is greeted" in error.what
    assert "trusted addresses" in error.remedy


def test_an_account_that_is_not_managed_is_told_with_those_that_are(served: Served) -> None:
    error = refusal(flight(served.port, "DU1234576"))
    assert f"does not manage the account DU1234576; did you mean '{ACCOUNT}'?" in error.what
    assert ACCOUNT in error.remedy


def test_without_orders_any_account_will_do(served: Served) -> None:
    assert flight(served.port, None).fly().client_id == 101


def test_an_id_in_use_is_waited_for(served: Served) -> None:
    other = served.client(101)
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            served.do(other.close)
            while 101 in served.ids():
                pass

    made = flight(served.port, sleep=sleep)
    assert made.fly().client_id == 101
    assert slept == list(BACK_OFF[:2])


@pytest.mark.parametrize("taken", [101, 102])
def test_ids_that_stay_in_use_are_passed_over_and_that_is_told(served: Served, taken: int) -> None:
    served.client(taken)
    made = flight(served.port)
    assert made.fly().client_id == 103
    assert "103 and 104 are used" in made.told[0]
    assert "cannot be changed by this session" in made.told[0]


def test_where_all_ids_are_in_use_it_is_refused(served: Served) -> None:
    fault = {"do": "reject", "code": 326, "text": REFUSED, "when": {"message": "StartApiRequest", "times": 0}}
    served.do(lambda: served.world.fault(**fault))
    error = refusal(flight(served.port))
    assert "client ids 101 to 110 are in use" in error.what
    assert "client_id" in error.remedy


def test_a_gateway_that_takes_no_orders_is_told_where_orders_are_to_be_sent(served: Served) -> None:
    text = "Error validating request: the API interface is currently in Read-Only mode."
    fault = {"do": "reject", "code": 321, "text": text, "when": {"message": "OpenOrdersRequest", "times": 0}}
    served.do(lambda: served.world.fault(**fault))
    error = refusal(flight(served.port))
    assert text in error.what
    assert "Read-Only API" in error.remedy
    assert flight(served.port, None).fly().client_id == 101


def test_contracts_that_are_not_listed_are_named(served: Served) -> None:
    wanted = tuple(InstrumentId.from_str(one) for one in ("ESZ6.XCME", "ESZ9.XCME", "^VIX.CBOE", "QQH7.XCME"))
    error = refusal(flight(served.port, wanted=wanted))
    assert error.what.startswith("the broker does not list ESZ9.XCME (200: No security definition")
    assert "QQH7.XCME (200" in error.what
    assert "ESZ6" not in error.what
    assert "trading permissions" in error.remedy
    assert flight(served.port, wanted=(wanted[0], wanted[2])).fly().client_id == 101


def test_a_gateway_without_its_broker_is_told(served: Served) -> None:
    text = "Connectivity between IBKR and Trader Workstation has been lost."
    fault = {"do": "reject", "code": 1100, "text": text, "when": {"message": "StartApiRequest"}}
    served.do(lambda: served.world.fault(**fault))
    assert text in refusal(flight(served.port)).what


def test_a_gateway_that_falls_silent_after_the_introduction_is_told(served: Served) -> None:
    served.do(lambda: served.world.fault(do="swallow", when={"message": "NextValidId"}))
    assert "has not answered" in refusal(flight(served.port, patience=0.3)).what


def test_a_gateway_that_hangs_up_after_the_introduction_is_told(served: Served) -> None:
    when = {"message": "StartApiRequest"}
    served.do(lambda: served.world.fault(do="drop", before=True, when=when))
    assert "hung up once client 101 had introduced itself" in refusal(flight(served.port)).what
