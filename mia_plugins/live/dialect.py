"""A few words of Interactive Brokers' protocol: enough to ask a gateway who it is, and no more.

Nautilus speaks it from then on, but tells little of why a gateway does not let it in.
"""

import socket
import struct
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

GREETING = b"API\0"
OLDEST, NEWEST = 213, 225
"""Versions of the protocol that Nautilus speaks: those of protobuf alone."""
PROTOBUF = 200
"""What is added to the number of a message whose body is protobuf."""
START_API, OPEN_ORDERS, CONTRACT_DATA_REQUEST = 71, 5, 9
ALL_OPEN_ORDERS, POSITIONS, CANCEL_POSITIONS, SUMMARY, CANCEL_SUMMARY = 16, 61, 64, 62, 63
ERROR, NEXT_VALID_ID, CONTRACT_DATA, MANAGED_ACCOUNTS = 4, 9, 10, 15
CONTRACT_DATA_END, OPEN_ORDERS_END = 52, 53
OPEN_ORDER, POSITION, POSITIONS_END, SUMMARY_VALUE, SUMMARY_END = 5, 61, 62, 63, 64
IN_USE = 326
"""The error of a client id that somebody else has."""
MOST_BYTES = 0xFFFFFF
"""The longest frame there is."""
FAREWELL = 1.0
"""Seconds that the other side has to notice that it is hung up, whatever it still sends."""
_HEAD, _NUMBER, _REAL = struct.Struct("!I"), struct.Struct("!i"), struct.Struct("<d")
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5

type Fields = dict[int, int | bytes]
"""A protobuf message: varints and bytes, by number; a real number is its eight bytes."""


class NotSpokenError(Exception):
    """What was said is nothing of the protocol's."""


def varint(number: int) -> bytes:
    """Return a whole number, 0 or more, as protobuf writes it."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*found, number))


def start_api(client_id: int) -> bytes:
    """Return the body of what a client introduces itself with."""
    return number_field(1, client_id)


def number_field(number: int, value: int) -> bytes:
    """Return a field of a whole number, 0 or more."""
    return varint(number << 3 | _VARINT) + varint(value)


def bytes_field(number: int, value: str | bytes) -> bytes:
    """Return a field of text or of a message."""
    said = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | _BYTES) + varint(len(said)) + said


def real_field(number: int, value: float) -> bytes:
    """Return a field of a real number."""
    return varint(number << 3 | _EIGHT) + _REAL.pack(value)


def text_at(said: Fields, number: int) -> str:
    """Return a field as text."""
    found = said.get(number, b"")
    return found.decode(errors="replace") if isinstance(found, bytes) else str(found)


def real_at(said: Fields, number: int) -> float | None:
    """Return a field as a real number; None where it is not there."""
    found = said.get(number)
    if found is None:
        return None
    if not isinstance(found, bytes) or len(found) != _REAL.size:
        raise NotSpokenError("no real number where one stands")
    return float(_REAL.unpack(found)[0])


def texts(body: bytes, number: int) -> list[str]:
    """Return a repeated field of text."""
    return [found.decode(errors="replace") for found in _repeated(body, number)]


def reals(body: bytes, number: int) -> list[float]:
    """Return a repeated field of real numbers, packed or not."""
    found = b"".join(_repeated(body, number))
    if len(found) % _REAL.size:
        raise NotSpokenError("a real number that is cut off")
    return [value for (value,) in _REAL.iter_unpack(found)]


def number_at(said: Fields, number: int) -> int:
    """Return a field that is a whole number; 0 where it is not there."""
    found = said.get(number, 0)
    return found if isinstance(found, int) else 0


def message_at(said: Fields, number: int) -> Fields:
    """Return a field that is a message; one without fields where it is not there."""
    found = said.get(number, b"")
    return fields(found) if isinstance(found, bytes) else {}


def fields(body: bytes) -> Fields:
    """Return the fields of a message; of what is repeated the last."""
    return dict(_every(body))


def _repeated(body: bytes, number: int) -> list[bytes]:
    return [found for key, found in _every(body) if key == number and isinstance(found, bytes)]


def _every(body: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield the fields of a message with their numbers."""
    at = 0
    while at < len(body):
        key, at = _read_varint(body, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _read_varint(body, at)
            yield key >> 3, value
            continue
        if kind == _BYTES:
            length, at = _read_varint(body, at)
        elif kind in {_EIGHT, _FOUR}:
            length = 8 if kind == _EIGHT else 4
        else:
            raise NotSpokenError(f"a field of kind {kind}")
        if at + length > len(body):
            raise NotSpokenError("a message that is cut off")
        yield key >> 3, body[at : at + length]
        at += length


def _read_varint(body: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while at < len(body) and shift < 70:
        number |= (body[at] & 0x7F) << shift
        shift += 7
        at += 1
        if body[at - 1] < 0x80:
            return number, at
    raise NotSpokenError("a number that has no end")


class Talk:
    """One connection to a gateway."""

    def __init__(self, host: str, port: int, patience: float) -> None:
        """`patience` is how long connecting and each answer may take, in s."""
        self._patience = patience
        self._socket = socket.create_connection((host, port), patience)

    def __enter__(self) -> Self:
        """Go on."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up, and wait a moment for the other side to notice: the client id is free again then."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
            end = time.monotonic() + FAREWELL
            while (left := end - time.monotonic()) > 0:
                self._socket.settimeout(left)
                if not self._socket.recv(65_536):
                    break
        except OSError:
            pass
        self._socket.close()

    def greet(self, oldest: int = OLDEST) -> int:
        """Say hello and return the version of the protocol that the gateway has chosen."""
        hello = f"v{oldest}..{NEWEST}".encode()
        self._socket.sendall(GREETING + _HEAD.pack(len(hello)) + hello)
        said = self._frame()
        version = said.split(b"\0")[0]
        if not version.isdigit() or len(version) > 6:
            raise NotSpokenError(f"{said[:30]!r} where a gateway says its version")
        return int(version)

    def say(self, number: int, body: bytes = b"") -> None:
        """Send a message."""
        self._socket.sendall(_HEAD.pack(len(body) + _NUMBER.size) + _NUMBER.pack(number + PROTOBUF) + body)

    def fileno(self) -> int:
        """Return what `select` waits for."""
        return self._socket.fileno()

    def heard(self) -> Iterator[tuple[int, Fields]]:
        """Yield what comes, by the number of its kind."""
        return ((number, fields(body)) for number, body in self.messages())

    def messages(self) -> Iterator[tuple[int, bytes]]:
        """Yield what comes, by the number of its kind; messages of the older dialect are passed over."""
        while True:
            body = self._frame()
            if len(body) < _NUMBER.size:
                raise NotSpokenError(f"a frame of {len(body)} bytes")
            (number,) = _NUMBER.unpack_from(body)
            if number > PROTOBUF:
                yield number - PROTOBUF, body[_NUMBER.size :]

    def _frame(self) -> bytes:
        (length,) = _HEAD.unpack(self._exactly(_HEAD.size))
        if length > MOST_BYTES:
            raise NotSpokenError(f"{length} bytes at once")
        return self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            more = self._socket.recv(count - len(found))
            if not more:
                raise EOFError("it hung up")
            found += more
        return found
