"""The broker's own word on orders, positions and money, heard beside Nautilus' client.

Nautilus knows of orders that it sent or found at its start, and of positions as it has counted them. Both can
be wrong once a line was down; so somebody else asks, over a connection of its own.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Self

from mia_plugins.live.dialect import (
    ALL_OPEN_ORDERS,
    CANCEL_POSITIONS,
    CANCEL_SUMMARY,
    ERROR,
    IN_USE,
    MANAGED_ACCOUNTS,
    NEXT_VALID_ID,
    OPEN_ORDER,
    OPEN_ORDERS_END,
    POSITION,
    POSITIONS,
    POSITIONS_END,
    START_API,
    SUMMARY,
    SUMMARY_END,
    SUMMARY_VALUE,
    Fields,
    NotSpokenError,
    Talk,
    bytes_field,
    message_at,
    number_at,
    number_field,
    start_api,
    text_at,
)
from mia_plugins.live.node import Line

EVERY = 5.0
"""Seconds between two questions, and between two tries to connect."""
ACCOUNT_EVERY = 30.0
"""Seconds between two questions about money."""
AWAY = 10
"""How far its first client id lies from the session's, which may take as many."""
IDS = 10
"""Client ids that are tried one after the other."""
PATIENCE = 10.0
"""Seconds an answer may take."""
OVER = frozenset({"Filled", "Cancelled", "ApiCancelled", "Inactive"})
"""States of orders that do not work."""
FUTURE = "FUT"
"""What the broker calls a future."""
WORTH = "NetLiquidation"
"""What the broker calls what an account would come to."""


@dataclass(frozen=True, slots=True)
class Working:
    """An order that works at the broker."""

    perm_id: int
    """The broker's permanent number."""
    client: int
    """The client id that sent it."""
    ref: str
    """The id its sender gave it, such as ours; often none."""
    symbol: str
    """Of its contract, such as ESZ6."""
    lots: int
    """Contracts, below 0 where it sells; 0 where no number is told."""
    type: str
    """Such as LMT."""

    @property
    def told(self) -> str:
        """How a person is told of it."""
        name = self.ref or f"PERM-{self.perm_id}"
        return f"{name} of client {self.client}, {self.lots:+d} {self.symbol} {self.type}"


@dataclass(frozen=True)
class Money:
    """What the broker says that an account would come to."""

    at: int
    """When it was asked for: the machine's UTC ns."""
    total: Decimal | None
    """$; None where it tells another currency alone."""


@dataclass(frozen=True)
class Word:
    """What the broker says of an account."""

    orders: tuple[Working, ...]
    """Those that work, whoever sent them."""
    positions: Mapping[str, int]
    """Contracts held in futures, by the contract's symbol; above 0 long."""
    asked: int
    """When it was asked for: the machine's UTC ns. What came later may be missing."""
    at: int = field(default_factory=time.time_ns)
    """When it had been told: the machine's UTC ns."""


class Witness:
    """Asks every few seconds while it is entered, in a thread of its own."""

    def __init__(self, line: Line, every: float = EVERY) -> None:
        self._line, self._every = line, every
        self.word: Word | None = None
        """The last; None before the first."""
        self.money: Money | None = None
        """The last; None before the first."""
        self.reason = ""
        """Why it had no answer last; "" before."""
        self._tried = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask, name="witness", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Have done."""
        self._over.set()
        self._thread.join(3)

    def _ask(self) -> None:
        """Ask for as long as it is wanted; a line that breaks is made anew."""
        while not self._over.is_set():
            try:
                self._speak()
            except Exception as error:  # noqa: BLE001 - whatever it was: nobody else would ask again
                self.reason = f"{type(error).__name__}: {error}"
                self._over.wait(self._every)

    def _speak(self) -> None:
        """Ask over one connection until it breaks."""
        with Talk(self._line.host, self._line.port, PATIENCE) as talk:
            talk.greet()
            heard = talk.heard()
            talk.say(START_API, start_api(self._line.client_id + AWAY + self._tried % IDS))
            self._introduce(heard)
            asked = 0.0
            while not self._over.is_set():
                begun = time.time_ns()
                self.word = Word(tuple(self._orders(talk, heard)), dict(self._positions(talk, heard)), begun)
                if time.monotonic() - asked >= ACCOUNT_EVERY:
                    self.money, asked = self._worth(talk, heard), time.monotonic()
                self._over.wait(self._every)

    def _introduce(self, heard: Iterator[tuple[int, Fields]]) -> None:
        """Wait until it is let in; with an id that somebody has, the next is for the next try."""
        missing = {MANAGED_ACCOUNTS, NEXT_VALID_ID}
        for number, said in _in_time(heard):
            if number == ERROR and number_at(said, 3) == IN_USE:
                self._tried += 1
                raise EOFError(f"client id in use: {text_at(said, 4)}")
            missing.discard(number)
            if not missing:
                return

    def _orders(self, talk: Talk, heard: Iterator[tuple[int, Fields]]) -> Iterator[Working]:
        talk.say(ALL_OPEN_ORDERS)
        for number, said in _in_time(heard):
            if number == OPEN_ORDERS_END:
                return
            if number != OPEN_ORDER:
                continue
            contract, order = message_at(said, 2), message_at(said, 3)
            state = text_at(message_at(said, 4), 1)
            if (
                text_at(contract, 3) == FUTURE
                and text_at(order, 12) in {"", self._line.account}
                and state not in OVER
            ):
                sign = 1 if text_at(order, 5) == "BUY" else -1
                yield Working(
                    number_at(order, 3),
                    number_at(order, 1),
                    text_at(order, 28),
                    text_at(contract, 11),
                    sign * _lots(order, 6),
                    text_at(order, 8),
                )

    def _positions(self, talk: Talk, heard: Iterator[tuple[int, Fields]]) -> Iterator[tuple[str, int]]:
        talk.say(POSITIONS)
        for number, said in _in_time(heard):
            if number == POSITIONS_END:
                talk.say(CANCEL_POSITIONS)
                return
            if number != POSITION or text_at(said, 1) != self._line.account:
                continue
            contract = message_at(said, 2)
            if text_at(contract, 3) == FUTURE and (lots := round(_number(said, 3))):
                yield text_at(contract, 11), lots

    def _worth(self, talk: Talk, heard: Iterator[tuple[int, Fields]]) -> Money:
        at, total = time.time_ns(), None
        talk.say(SUMMARY, number_field(1, 1) + bytes_field(2, "All") + bytes_field(3, WORTH))
        for number, said in _in_time(heard):
            if number == SUMMARY_END:
                talk.say(CANCEL_SUMMARY, number_field(1, 1))
                break
            is_ours = number == SUMMARY_VALUE and text_at(said, 2) == self._line.account
            if is_ours and text_at(said, 3) == WORTH and text_at(said, 5) == "USD":
                total = _number(said, 4)
        return Money(at, total)


def _in_time(heard: Iterator[tuple[int, Fields]]) -> Iterator[tuple[int, Fields]]:
    """Yield what is heard, for as long as an answer may take: others may be told all the while."""
    end = time.monotonic() + PATIENCE
    for one in heard:
        yield one
        if time.monotonic() > end:
            raise TimeoutError
    raise EOFError


def _number(said: Fields, number: int) -> Decimal:
    told = text_at(said, number)
    try:
        found = Decimal(told)
    except InvalidOperation as error:
        raise NotSpokenError(f"'{told}' where a number belongs") from error
    if not found.is_finite():
        raise NotSpokenError(f"'{told}' where a number belongs")
    return found


def _lots(order: Fields, number: int) -> int:
    """Return an order's contracts; 0 where no number is told: that it works counts, whatever its size."""
    try:
        return round(_number(order, number))
    except NotSpokenError:
        return 0
