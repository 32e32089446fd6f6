"""The protocol's frames and messages: as the project's own file has them, and whatever arrives."""

import asyncio
import struct
from pathlib import Path

import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.wire import ib_pb2 as ib
from gateway.wire.compiling import FOLDER, compile_into
from gateway.wire.frames import (
    MOST_BYTES,
    Unknown,
    WireError,
    encoded,
    length_of,
    request_of,
    response_of,
    version_for,
)
from gateway.wire.numbers import REQUEST_NUMBERS, REQUESTS, RESPONSES, name_of
from tests.gateway import contract, world


def test_what_is_committed_follows_from_the_messages(tmp_path: Path) -> None:
    compile_into(tmp_path)
    for name in ("ib_pb2.py", "ib_pb2.pyi"):
        assert (tmp_path / name).read_text() == (FOLDER / name).read_text(), (
            "run: uv run python -m gateway.wire.compiling"
        )


def test_every_message_is_used() -> None:
    """Each has a number, or is part of one that has."""
    used = {name_of(message) for message in (*REQUESTS.values(), *RESPONSES.values())}
    parts = {
        field.message_type.name
        for message in ib.DESCRIPTOR.message_types_by_name.values()
        for field in message.fields
        if field.message_type
    }
    assert set(ib.DESCRIPTOR.message_types_by_name) == used | parts


def test_numbers_agree_with_the_brokers_own_package() -> None:
    """Run where `nautilus-ibapi` is installed: its licence keeps it from being a dependency."""
    folder = pytest.importorskip("ibapi.protobuf", reason="nautilus-ibapi is not installed").__path__[0]
    theirs = {}
    for path in Path(folder).glob("*_pb2.py"):
        module = pytest.importorskip(f"ibapi.protobuf.{path.stem}")
        theirs.update(module.DESCRIPTOR.message_types_by_name)
    for name, ours in ib.DESCRIPTOR.message_types_by_name.items():
        for field in ours.fields:
            other = theirs[name].fields_by_number[field.number]
            assert other.name.lower() == field.name.replace("_", ""), (name, field.name)
            assert other.type == field.type


@given(st.binary(max_size=200))
def test_any_body_is_a_message_or_is_refused(body: bytes) -> None:
    for read in (request_of, response_of):
        try:
            found = read(body)
        except WireError:
            continue
        assert isinstance(found, Message | Unknown)


@settings(max_examples=50)
@given(
    number=st.integers(-(2**31), 2**31 - 1),
    price=st.floats(allow_nan=False),
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
)
def test_a_message_is_read_as_it_was_written(number: int, price: float, text: str) -> None:
    order = ib.Order(action=text, lmt_price=price, parent_id=number)
    asked = ib.PlaceOrderRequest(order_id=number, contract=ib.Contract(symbol=text), order=order)
    frame = encoded(asked, REQUEST_NUMBERS)
    assert length_of(frame[:4]) == len(frame) - 4
    assert request_of(frame[4:]) == asked


@pytest.mark.parametrize(
    ("hello", "version"),
    [(b"v213..225", 223), (b"v213..222 +PACEAPI", 222), (b"v100..214", 214), (b"v213", 213)],
)
def test_a_version_both_speak_is_found(hello: bytes, version: int) -> None:
    assert version_for(hello) == version


@pytest.mark.parametrize(
    "hello", [b"v157..178", b"v224..230", b"v230..224", b"", b"GET / HTTP/1.1", b"v1..2..3"]
)
def test_who_speaks_no_such_version_is_refused(hello: bytes) -> None:
    with pytest.raises(WireError, match=r"version"):
        version_for(hello)


@pytest.mark.parametrize("length", [0, MOST_BYTES + 1])
def test_a_frame_is_of_some_length(length: int) -> None:
    with pytest.raises(WireError, match="bytes"):
        length_of(struct.pack("!I", length))


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"API\0" + b"\xff" * 40,
        b"API\0" + struct.pack("!I", 9) + b"v157..178",
        b"API\0" + struct.pack("!I", 9) + b"v213..223" + struct.pack("!Ii", 6, 203) + b"\xff\xff",
        b"API\0" + struct.pack("!I", 9) + b"v213..223" + struct.pack("!I", 2) + b"ab",
    ],
    ids=["a browser", "noise", "an old client", "a broken order", "no number"],
)
def test_who_speaks_no_protocol_is_cut_off_and_others_are_not(sent: bytes) -> None:
    async def tell() -> None:
        async with world() as made:
            good = await made.client()
            reader, writer = await asyncio.open_connection("127.0.0.1", made.server.port)
            writer.write(sent)
            while await asyncio.wait_for(reader.read(1_000), 5):
                pass
            writer.close()
            await good.ask(ib.ContractDataRequest(req_id=1, contract=contract()))
            assert good.last(ib.ContractData).contract.local_symbol == "ESZ6"

    asyncio.run(asyncio.wait_for(tell(), 20))


def test_a_request_that_is_not_served_is_told_and_the_session_goes_on() -> None:
    async def tell() -> None:
        async with world() as made:
            client = await made.client()
            client.send_bytes(struct.pack("!Ii", 4, 200 + 21) + struct.pack("!Ii", 4, 50))
            await client.settle()
            assert client.errors() == [10000, 10000]
            texts = [one.error_msg for one in client.all(ib.ErrorMessage)][-2:]
            assert "does not serve" in texts[0]
            assert "older text dialect" in texts[1]

    asyncio.run(asyncio.wait_for(tell(), 20))


def test_nothing_is_answered_before_a_client_says_who_it_is() -> None:
    async def tell() -> None:
        async with world() as made:
            client = await made.stranger()
            assert client.hello == b"223\x0020261120 17:00:00 UTC\x00"
            client.send(ib.PositionsRequest(), ib.StartApiRequest(client_id=4))
            await client.settle()
            assert client.errors() == [504]
            assert client.last(ib.ManagedAccounts).accounts_list == "DU1234567"

    asyncio.run(asyncio.wait_for(tell(), 20))
