"""How bytes carry messages: a length, a number and a protobuf body; and how a client says hello.

Knows nothing of what the messages mean. Lengths and numbers are big-endian, four bytes each.
"""

import re
import struct
from dataclasses import dataclass

from google.protobuf.message import DecodeError, Message

from gateway.wire.numbers import PROTOBUF, REQUESTS, RESPONSE_NUMBERS, RESPONSES

GREETING = b"API\0"
OLDEST = 213
"""The first version of the protocol that speaks protobuf alone, which is all this gateway speaks."""
NEWEST = 223
MOST_BYTES = 0xFFFFFF
"""The longest frame there is; a longer one comes from something that is no client."""
_LENGTH = struct.Struct("!I")
_NUMBER = struct.Struct("!i")
_HELLO = re.compile(rb"v(\d{1,6})(?:\.\.(\d{1,6}))?(?: .*)?", re.DOTALL)


class WireError(Exception):
    """Bytes that are no message of the protocol: the connection cannot go on."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A request that this gateway does not serve."""

    number: int
    """As on the wire, less 200 where it is protobuf."""
    is_text: bool
    """Whether it is of the older dialect."""


def length_of(head: bytes) -> int:
    """Return how many bytes follow a frame's first four; one that cannot be is an error."""
    (length,) = _LENGTH.unpack(head)
    if not 0 < length <= MOST_BYTES:
        raise WireError(f"a frame of {length} bytes: 1 to {MOST_BYTES} are possible")
    return int(length)


def framed(body: bytes) -> bytes:
    """Return a body with its length before it."""
    return _LENGTH.pack(len(body)) + body


def version_for(hello: bytes, newest: int = NEWEST) -> int:
    """Return the protocol's version to speak with a client that says `v213..225`; else an error."""
    found = _HELLO.fullmatch(hello)
    if found is None:
        raise WireError(f"'{hello[:40]!r}' where a client says which versions it speaks, such as v213..225")
    low = int(found[1])
    high = int(found[2] or found[1])
    version = min(high, newest)
    if version < max(low, OLDEST):
        raise WireError(
            f"the client speaks versions {low} to {high} of the protocol, this gateway {OLDEST} to {newest}"
        )
    return version


def hello(version: int, time: str) -> bytes:
    """Return the answer to a client's hello; `time` is `YYYYMMDD HH:MM:SS UTC`."""
    return framed(f"{version}\0{time}\0".encode())


def request_of(body: bytes) -> Message | Unknown:
    """Return the request that a body is."""
    return _decoded(body, REQUESTS)


def response_of(body: bytes) -> Message | Unknown:
    """Return the response that a body is: a client reads with it."""
    return _decoded(body, RESPONSES)


def encoded(message: Message, numbers: dict[type[Message], int] = RESPONSE_NUMBERS) -> bytes:
    """Return the frame of a message: a response, or with their numbers a request."""
    return framed(_NUMBER.pack(numbers[type(message)] + PROTOBUF) + message.SerializeToString())


def _decoded(body: bytes, known: dict[int, type[Message]]) -> Message | Unknown:
    if len(body) < _NUMBER.size:
        raise WireError(f"a frame of {len(body)} bytes has no room for a message's number")
    (number,) = _NUMBER.unpack_from(body)
    if number <= PROTOBUF:
        return Unknown(number, is_text=True)
    kind = known.get(number - PROTOBUF)
    if kind is None:
        return Unknown(number - PROTOBUF, is_text=False)
    message = kind()
    try:
        message.ParseFromString(body[_NUMBER.size :])
    except DecodeError as error:
        raise WireError(f"message {number - PROTOBUF} is no {kind.DESCRIPTOR.name}: {error}") from error
    return message
