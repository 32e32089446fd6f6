"""Lets faults happen on the messages that pass. Nothing here waits for a clock."""

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from google.protobuf.message import Message

from gateway.faults.acts import ACTS, to_message
from gateway.faults.script import BEAT, ON_MESSAGES, Fault, FaultScript, When
from gateway.market.book import Book, Level
from gateway.wire.numbers import name_of

if TYPE_CHECKING:
    from gateway.desk.gateway import Gateway
    from gateway.desk.session import Session

log = logging.getLogger("mia.gateway")


@dataclass(slots=True)
class Armed:
    """A fault, or somebody, that waits for a message."""

    when: When
    fault: Fault | None = None
    reached: asyncio.Future[None] | None = None
    seen: int = 0
    """Messages of its kind that passed."""

    def takes(self, message: str, session: "Session | None", body: Message | None) -> bool:
        """Take note of a message; say whether it is one on which it happens."""
        when = self.when
        if when.message != message or self.is_over:
            return False
        if when.client is not None and (session is None or session.client_id != when.client):
            return False
        if not all(value_at(body, path) == wanted for path, wanted in when.where.items()):
            return False
        self.seen += 1
        return self.seen >= when.nth

    @property
    def is_over(self) -> bool:
        """Whether it has happened as often as it is to."""
        return bool(self.when.times) and self.seen >= self.when.nth + self.when.times - 1


class Injector:
    """All faults of a gateway."""

    def __init__(self, gateway: "Gateway") -> None:
        """Begin with none."""
        self.gateway = gateway
        self.fired: list[str] = []
        """Names of the faults that happened, in their order; a nameless one is called by what it does."""
        self.held: list[tuple[Session, Message]] = []
        """Responses that wait to be released."""
        self.crossed: int | None = None
        """Ticks by which told prices are crossed: 0 for exchanged, None for as they are."""
        self.refusing = 0
        """Connections that are still to be refused."""
        self._armed: list[Armed] = []
        self._due: list[Fault] = []
        self._is_acting = False

    def load(self, script: FaultScript) -> None:
        """Arm all faults of a script."""
        for fault in script.faults:
            self.arm(fault)

    def arm(self, fault: Fault) -> None:
        """Let a fault wait for its message; without one it happens at once."""
        if fault.when is None:
            self._act(fault)
        else:
            self._armed.append(Armed(fault.when, fault))

    def disarm(self) -> None:
        """Forget the faults that wait; who waits for a message goes on waiting."""
        self._armed = [armed for armed in self._armed if armed.fault is None]

    def until(self, when: When) -> asyncio.Future[None]:
        """Return what is done once a message has passed."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._armed.append(Armed(when, reached=waiting))
        return waiting

    def incoming(self, session: "Session", message: Message) -> list[Message]:
        """Return what is to be handled in the place of a request."""
        return self._passed(session, message)

    def outgoing(self, session: "Session", message: Message) -> list[Message]:
        """Return what is to be sent in the place of a response."""
        return [message] if self._is_acting else self._passed(session, message)

    def on_beat(self) -> None:
        """Take note that the market was played and told once more."""
        self._due += self._taken(BEAT, None, None)
        self.act()

    def act(self) -> None:
        """Let what is due happen: once all that belongs to its message has been told."""
        while self._due:
            self._act(self._due.pop(0))

    def distorted(self, book: Book) -> Book:
        """Return the book that is told: crossed, where that is the fault."""
        if self.crossed is None or not (book.bid and book.ask):
            return book
        bid, ask = book.bid, book.ask
        if not self.crossed:
            return Book((ask, *book.bids[1:]), (bid, *book.asks[1:]))
        below = Level(bid.ticks - self.crossed, ask.lots)
        return Book(book.bids, (below, *book.asks[1:]))

    def _passed(self, session: "Session", message: Message) -> list[Message]:
        left = [message]
        for fault in self._taken(name_of(message), session, message):
            if fault.do in ON_MESSAGES:
                left = [one for each in left for one in self._done_to(fault, session, each)]
            else:
                self._due.append(fault)
        return left

    def _taken(self, name: str, session: "Session | None", message: Message | None) -> list[Fault]:
        """Return the faults that happen on a message, and tell those who waited for it."""
        if not self._armed:
            return []
        found = []
        for armed in list(self._armed):
            if armed.when.after and armed.when.after not in self.fired:
                continue
            if armed.takes(name, session, message):
                if armed.reached and not armed.reached.done():
                    armed.reached.set_result(None)
                elif armed.fault:
                    found.append(armed.fault)
        self._armed = [armed for armed in self._armed if not armed.is_over]
        return found

    def _act(self, fault: Fault) -> None:
        """Let something happen to everybody."""
        self._note(fault, "")
        self._is_acting = True
        try:
            ACTS[fault.do](self.gateway, fault)
        finally:
            self._is_acting = False

    def _done_to(self, fault: Fault, session: "Session", message: Message) -> list[Message]:
        self._note(fault, f" to {name_of(message)} of {session.name}")
        self._is_acting = True
        try:
            return to_message(fault, session, message)
        finally:
            self._is_acting = False

    def _note(self, fault: Fault, what: str) -> None:
        self.fired.append(fault.name or fault.do)
        log.info("fault: %s%s", fault.name or fault.do, what)


def value_at(message: Message | None, path: str) -> object:
    """Return the value of a field by its path."""
    value: object = message
    for word in path.split("."):
        value = getattr(value, word)
    return value
