"""A recorded session is asked again, and what the two gateways do not have in common is told."""

import asyncio
from pathlib import Path

import pytest
from google.protobuf.message import Message

from gateway.recording import Recording, asked_again, differences, recording, replayed
from gateway.wire import ib_pb2 as ib
from gateway.wire.frames import encoded
from gateway.wire.numbers import REQUEST_NUMBERS, REQUESTS
from mia_plugins.errors import FileError
from tests.gateway import contract, order
from tests.market import sound_store

OLD = ib.Contract(con_id=49, symbol="ES", sec_type="FUT", local_symbol="ESU5", exchange="CME")
"""A contract of the time in which a session was recorded."""
REQUESTED: list[Message] = [
    ib.StartApiRequest(client_id=5),
    ib.ContractDataRequest(req_id=1, contract=OLD),
    ib.MarketDataRequest(req_id=2, contract=OLD),
    ib.RealTimeBarsRequest(req_id=3, contract=OLD, what_to_show="TRADES"),
    ib.PlaceOrderRequest(order_id=4, contract=OLD, order=order(4).order),
    ib.PositionsRequest(),
]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("recorded") / "catalog"
    sound_store(str(folder))
    return str(folder)


def written(folder: Path, requests: list[Message], responses: list[bytes]) -> Path:
    """Write a session as NautilusTrader's client records one; requests come first."""
    folder.mkdir()
    frames = [("request", encoded(one, REQUEST_NUMBERS)[4:]) for one in requests]
    for number, (kind, body) in enumerate([*frames, *(("response", body) for body in responses)]):
        (folder / f"{number:04}-{kind}.msg").write_bytes(body)
    (folder / "notes.txt").write_text("not a message", encoding="utf-8")
    return folder


def test_a_session_of_our_own_differs_in_nothing(catalog: str, tmp_path: Path) -> None:
    """What the gateway tells, recorded, is what it tells when it is asked again."""
    told = asyncio.run(asyncio.wait_for(replayed(catalog, Recording(REQUESTED, [])), 30))
    kinds = {type(one) for one in told}
    assert {ib.ContractData, ib.TickPrice, ib.RealTimeBarTick, ib.ExecutionDetails, ib.Position} <= kinds
    found = recording(written(tmp_path / "session", REQUESTED, [encoded(one)[4:] for one in told]))
    assert found.requests == REQUESTED
    assert differences(found, asyncio.run(asyncio.wait_for(replayed(catalog, found), 30))) == []


def test_what_is_not_in_common_is_told_once(tmp_path: Path) -> None:
    status = ib.OrderStatus(order_id=1, status="Filled", why_held="locate")
    unknown = encoded(status)[4:] + bytes([0xB0, 0x06, 0x01])  # field 102, a varint
    stranger = (200 + 84).to_bytes(4)
    folder = written(
        tmp_path / "session", [], [unknown, unknown, stranger, encoded(ib.TickReqParams(req_id=1))[4:]]
    )
    told = [ib.OrderStatus(order_id=1, status="Filled", parent_id=2)]
    assert [str(one) for one in differences(recording(folder), told)] == [
        "OrderStatus.#102: is told by the recorded gateway; ib.proto does not have it",
        "OrderStatus.parent_id: is told by this gateway, and never by the recorded one",
        "OrderStatus.why_held: is told by the recorded gateway, and never by this one",
        "TickReqParams: is told by the recorded gateway, and never by this one",
        "message 84: is told by the recorded gateway; ib.proto does not have it",
    ]


def test_futures_of_another_time_become_those_that_lead() -> None:
    again = asked_again(
        ib.MarketDataRequest(req_id=2, contract=ib.Contract(local_symbol="MNQU5", sec_type="FUT"))
    )
    assert isinstance(again, ib.MarketDataRequest)
    assert (again.contract.symbol, again.contract.sec_type, again.req_id) == ("MNQ", "CONTFUT", 2)
    index = ib.MarketDataRequest(req_id=2, contract=contract(symbol="SPX", sec_type="IND"))
    assert asked_again(index) == index


@pytest.mark.parametrize(
    "request_", [kind() for kind in REQUESTS.values()], ids=lambda one: type(one).__name__
)
def test_any_request_can_be_asked_again(request_: Message) -> None:
    assert type(asked_again(request_)) is type(request_)


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        recording(tmp_path / "nowhere")
    with pytest.raises(FileError, match=r"no file is called such as 0007-request\.msg"):
        recording(tmp_path)
    (tmp_path / "0000-response.msg").write_bytes(b"ab")
    with pytest.raises(FileError, match="no room for a message's number"):
        recording(tmp_path)
