"""A recorded session held against this gateway: `python -m gateway.recording FOLDER --catalog CATALOG`.

NautilusTrader's client records frames where IBAPI_RECORDING_DIR names a folder: a file each, in order, such
as `0007-request.msg`, of a message's number and its body. What a real gateway answered is compared in kind:
which messages it tells, and which of their fields. Values differ, of course.
"""

import argparse
import asyncio
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

from gateway.running import Asked, gateway_of
from gateway.server import Server
from gateway.wire import ib_pb2 as ib
from gateway.wire.frames import GREETING, Unknown, WireError, encoded, framed, request_of, response_of
from gateway.wire.numbers import REQUEST_NUMBERS, name_of
from mia_plugins.data.sessions import NS
from mia_plugins.errors import FileError

_FILE = re.compile(r"(\d+)-(request|response)\.msg")


@dataclass(frozen=True, slots=True)
class Recording:
    """What passed between a client and a gateway, in its order."""

    requests: list[Message]
    responses: list[Message | Unknown]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that a recorded gateway and this one do not have in common."""

    message: str
    field: str
    """"" for the whole message."""
    what: str

    def __str__(self) -> str:
        """Return it in a line."""
        return f"{self.message}{'.' + self.field if self.field else ''}: {self.what}"


NOT_KNOWN = "is told by the recorded gateway; ib.proto does not have it"
NOT_TOLD = "is told by the recorded gateway, and never by this one"
TOLD_ALONE = "is told by this gateway, and never by the recorded one"


def recording(folder: Path) -> Recording:
    """Return what a folder holds; requests that are not served here are left out."""
    try:
        files = sorted((int(found[1]), found[2], path) for path, found in _files(folder))
    except OSError as error:
        raise FileError(f"{folder} cannot be read: {error.strerror}", "name a folder of a session") from error
    if not files:
        raise FileError(
            f"{folder} holds no recording: no file is called such as 0007-request.msg",
            "name the folder of one session, within that of IBAPI_RECORDING_DIR",
        )
    requests, responses = [], []
    for _, kind, path in files:
        try:
            if kind == "response":
                responses.append(response_of(path.read_bytes()))
            elif isinstance(request := request_of(path.read_bytes()), Message):
                requests.append(request)
        except WireError as error:
            raise FileError(f"{path} is no message: {error}", "was it written whole?") from error
    return Recording(requests, responses)


def _files(folder: Path) -> Iterator[tuple[Path, re.Match[str]]]:
    for path in folder.iterdir():
        if found := _FILE.fullmatch(path.name):
            yield path, found


def differences(recorded: Recording, told: Iterable[Message]) -> list[Difference]:
    """Return what a recorded gateway and this one do not have in common, each once."""
    theirs, ours = _fields(one for one in recorded.responses if isinstance(one, Message)), _fields(told)
    found = {
        Difference(f"message {one.number}", "", NOT_KNOWN)
        for one in recorded.responses
        if isinstance(one, Unknown)
    }
    for message, fields in theirs.items():
        if message not in ours:
            found.add(Difference(message, "", NOT_TOLD))
            continue
        missing = fields - ours[message]
        found |= {Difference(message, path, NOT_KNOWN if "#" in path else NOT_TOLD) for path in missing}
        found |= {Difference(message, path, TOLD_ALONE) for path in ours[message] - fields}
    return sorted(found, key=str)


def _fields(messages: Iterable[Message]) -> dict[str, set[str]]:
    """Return the paths of the fields that are set in messages of each kind."""
    found: dict[str, set[str]] = defaultdict(set)
    for message in messages:
        found[name_of(message)] |= set(_paths(message, ""))
    return found


def _paths(message: Message, before: str) -> Iterator[str]:
    for field, value in message.ListFields():
        path = f"{before}{field.name}"
        yield path
        if field.message_type:
            for one in value if field.is_repeated else [value]:
                yield from _paths(one, f"{path}.")
    unknown = UnknownFieldSet(message)
    yield from (f"{before}#{unknown[number].field_number}" for number in range(len(unknown)))


def asked_again(request: Message) -> Message:
    """Return a request about the contract that leads now, where it was about one of another time."""
    again = type(request)()
    again.CopyFrom(request)
    contract = getattr(again, "contract", None)
    if isinstance(contract, ib.Contract) and contract.sec_type in {"FUT", "CONTFUT"}:
        symbol = contract.symbol or re.sub(r"[A-Z]\d$", "", contract.local_symbol)
        contract.CopyFrom(ib.Contract(symbol=symbol, sec_type="CONTFUT", exchange=contract.exchange))
    return again


@dataclass(slots=True)
class Clock:
    """Time that goes on with the beats, so that nobody has to wait for it."""

    now: int
    """UTC ns."""

    def __call__(self) -> int:
        """Return the time."""
        return self.now


async def replayed(catalog: str, recorded: Recording, beats: int = 60) -> list[Message]:
    """Return what this gateway tells when it is asked what was recorded, and for some seconds after."""
    clock = Clock(time.time_ns())
    gateway = gateway_of(Asked(catalog, port=0, pace=60.0, paced_history=False), clock)
    server = Server(gateway)
    reader, writer = await asyncio.open_connection("127.0.0.1", await server.listen(0))
    gateway.open()
    writer.write(GREETING + framed(b"v213..223"))
    heard: list[Message] = []
    listening = asyncio.create_task(_listen(reader, heard))
    if not any(isinstance(one, ib.StartApiRequest) for one in recorded.requests):
        writer.write(encoded(ib.StartApiRequest(client_id=1), REQUEST_NUMBERS))
    for request in recorded.requests:
        writer.write(encoded(asked_again(request), REQUEST_NUMBERS))
        await _answered(heard, writer)
        gateway.beat()
    for _ in range(beats):
        clock.now += NS // 4
        gateway.beat()
        await _answered(heard, writer)
    writer.close()
    await server.close()
    await asyncio.gather(listening, return_exceptions=True)
    return [one for one in heard if not isinstance(one, ib.CurrentTime)]


async def _listen(reader: asyncio.StreamReader, heard: list[Message]) -> None:
    is_hello = True
    while True:
        body = await reader.readexactly(int.from_bytes(await reader.readexactly(4)))
        if not is_hello and isinstance(message := response_of(body), Message):
            heard.append(message)
        is_hello = False


async def _answered(heard: list[Message], writer: asyncio.StreamWriter) -> None:
    """Return once all that was asked before is answered."""
    before = sum(isinstance(one, ib.CurrentTime) for one in heard)
    writer.write(encoded(ib.CurrentTimeRequest(), REQUEST_NUMBERS))
    while sum(isinstance(one, ib.CurrentTime) for one in heard) == before:
        await asyncio.sleep(0)


def main() -> int:
    """Tell the differences; return how many there are, at most one."""
    parser = argparse.ArgumentParser(description="Hold a recorded session against the simulated gateway.")
    parser.add_argument("folder", type=Path, help="of one session, within that of IBAPI_RECORDING_DIR")
    parser.add_argument("--catalog", default="data/catalog", help="what the simulated gateway plays")
    given = parser.parse_args()
    recorded = recording(given.folder)
    found = differences(recorded, asyncio.run(replayed(given.catalog, recorded)))
    for one in found:
        sys.stdout.write(f"{one}\n")
    sys.stdout.write(f"{len(recorded.requests)} requests asked again, {len(found)} differences\n")
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main())
