"""A script of faults: when each happens, told by messages that pass, and what it is."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gateway.wire.numbers import REQUESTS, RESPONSES, name_of
from mia_plugins.errors import did_you_mean
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Ticks

BEAT = "Beat"
"""Not a message: the market was played and told once more."""
MESSAGES = {name_of(message): message for message in (*REQUESTS.values(), *RESPONSES.values())}

Plain = str | bool | int | float
Action = Literal[
    "swallow",
    "duplicate",
    "reject",
    "rewrite",
    "hold",
    "release",
    "drop",
    "drop_all",
    "restart",
    "notice",
    "lose_link",
    "restore_link",
    "lose_farm",
    "restore_farm",
    "freeze",
    "thaw",
    "cross",
    "uncross",
    "partial",
    "split",
    "move",
    "disarm",
]
ON_MESSAGES = {"swallow", "duplicate", "reject", "rewrite", "hold", "drop", "split"}
"""What happens to a message, not to everybody."""


class When(BaseSettings):
    """The message on which a fault happens, a request or a response by its name in ib.proto.

    What happens to the message itself happens at once; all else, once what belongs to it has been told.
    """

    message: str
    """Such as PlaceOrderRequest or ExecutionDetails; or Beat, each time the market is played and told."""
    nth: Annotated[int, Field(ge=1)] = 1
    """On which of them it happens first."""
    times: Annotated[int, Field(ge=0)] = 1
    """On how many of them from there on; 0 for all."""
    client: int | None = None
    """Only those of one client."""
    where: dict[str, Plain] = Field(default_factory=dict)
    """Only those with these values, by the field's path: `order.order_type: LMT`."""
    after: str = ""
    """Counted only once the fault of this name happened."""

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        """Refuse a message or a field that there is not."""
        if self.message == BEAT:
            if self.where or self.client is not None:
                raise ValueError("a Beat has no client and no fields: leave out client and where")
            return self
        if self.message not in MESSAGES:
            known = did_you_mean(self.message, [*MESSAGES, BEAT])
            raise ValueError(f"there is no message '{self.message}'{known}")
        for path in self.where:
            refuse_unknown(self.message, path)
        return self


class Fault(BaseSettings):
    """One fault."""

    do: Action
    """What happens."""
    when: When | None = None
    """On which message; over the control port it may be left out: at once."""
    name: str = ""
    """By which others follow it, and which the state tells."""
    code: int = 0
    """Of an error or a notice, as the protocol numbers them; 0 for the usual one."""
    text: str = ""
    """Of an error or a notice."""
    fields: dict[str, Plain] = Field(default_factory=dict)
    """What rewrite sets, by the field's path."""
    data_lost: bool = False
    """Whether a restored link or farm has forgotten what was subscribed: 1101 instead of 1102."""
    refuse: Annotated[int, Field(ge=0)] = 0
    """Connections that are refused after a restart."""
    next_id: Annotated[int, Field(ge=0)] = 0
    """The number that orders begin with again after a restart; 0 keeps counting."""
    lots: Annotated[int, Field(ge=0)] = 1
    """Contracts that a fill has at the most, from partial on; 0 ends it."""
    symbol: str = "ES"
    """Whose prices move."""
    ticks: Ticks = Ticks(0.0)
    """How far prices move; by how much bid and ask are crossed, 0 for exchanged."""
    before: bool = False
    """Whether drop cuts the connection before the message is delivered."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """Refuse what lacks a part, or has one that does not belong."""
        message = self.when.message if self.when else ""
        if self.do in ON_MESSAGES and message in {"", BEAT}:
            raise ValueError(f"{self.do} needs a message that it happens to: when: {{message: …}}")
        if self.do == "reject" and MESSAGES.get(message) not in set(REQUESTS.values()):
            raise ValueError(f"reject answers a request; {message} is a response")
        if self.do == "split" and message != "PlaceOrderRequest":
            raise ValueError("split happens to a PlaceOrderRequest")
        if self.do == "notice" and not self.code:
            raise ValueError("notice needs a code, such as 1300")
        if bool(self.fields) != (self.do == "rewrite"):
            raise ValueError("rewrite needs fields, and only rewrite has any")
        for path in self.fields:
            refuse_unknown(message, path)
        return self


class FaultScript(BaseSettings):
    """Faults, each of which waits for its message."""

    faults: tuple[Fault, ...]
    """In the order in which they are looked at."""

    @model_validator(mode="after")
    def _followed_are_there(self) -> Self:
        """Refuse to wait for a fault that there is not, and a fault that nothing lets happen."""
        names = {fault.name for fault in self.faults if fault.name}
        for fault in self.faults:
            if fault.when is None:
                raise ValueError(f"the fault '{fault.name or fault.do}' needs when: on which message")
            if fault.when.after and fault.when.after not in names:
                known = did_you_mean(fault.when.after, names)
                raise ValueError(f"no fault is called '{fault.when.after}'{known}")
        return self


def refuse_unknown(message: str, path: str) -> None:
    """Refuse the path of a field that a message has not."""
    fields = MESSAGES[message].DESCRIPTOR.fields_by_name
    for word in path.split("."):
        if word not in fields:
            raise ValueError(f"{message} has no field '{path}'{did_you_mean(word, fields)}")
        inner = fields[word].message_type
        fields = inner.fields_by_name if inner else {}
