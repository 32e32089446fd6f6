"""The gateway: a market that plays, an exchange that fills, and all clients who are told of it."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from google.protobuf.message import Message

from gateway.desk import telling
from gateway.desk.accounting import tell_held, tell_updates
from gateway.desk.answering import answer
from gateway.desk.history import History
from gateway.desk.pacing import Pacing
from gateway.desk.publishing import publish
from gateway.desk.session import NOTICE, Session
from gateway.exchange.account import Account
from gateway.exchange.events import Cancelled, Changed, Event, Executed, Refused
from gateway.exchange.exchange import Exchange
from gateway.exchange.order import Key, Order
from gateway.faults.injector import Injector
from gateway.market.days import has_regular_hours, session_from
from gateway.market.market import Market
from gateway.market.past import Past
from gateway.market.timeline import Timeline
from gateway.market.updates import Update
from gateway.wire import ib_pb2 as ib

log = logging.getLogger("mia.gateway")

DEMO_ACCOUNT, DEMO_CASH = "DU1234567", Decimal(250_000)
MOST_AT_ONCE = 20_000
"""Updates that are played before clients get a word in, when the market is behind its time."""


@dataclass(slots=True)
class Link:
    """What stands between the gateway and the exchange, and can break."""

    is_up: bool = True
    """Down after 1100: nothing reaches the exchange and nothing comes from it."""
    has_data: bool = True
    """Down after 2103: no market data."""
    is_frozen: bool = False
    """Market data stand still, and nobody says so."""


@dataclass(frozen=True, slots=True)
class Playing:
    """A market, and what plays it."""

    market: Market
    updates: Iterable[Update]
    """In the order of time."""
    timeline: Timeline
    past: Past


class Gateway:
    """What all connections share."""

    def __init__(
        self,
        playing: Playing,
        account: Account | None = None,
        now: Callable[[], int] = time.time_ns,
    ) -> None:
        """`now` is the time clients are told, UTC ns."""
        self.market, self.timeline, self.now = playing.market, playing.timeline, now
        self.history = History(playing.market, playing.past, playing.timeline)
        self.account = account or Account(DEMO_ACCOUNT, DEMO_CASH)
        self.exchange = Exchange(
            playing.market,
            self.account,
            lambda ts: session_from(ts).close,
            lambda ts: has_regular_hours(playing.timeline.market(ts)),
        )
        self.exchange.series = playing.timeline.wall_start // 1_000_000 & 0xFFFFFFFF
        self.pacing = Pacing()
        self.faults = Injector(self)
        self.link = Link()
        self.sessions: list[Session] = []
        self.next_id = 1
        """The least number that a client may give its next order."""
        self.said: dict[Key, ib.Order] = {}
        """What clients said of their orders."""
        self.withheld: list[Event] = []
        """What happened while the link was down."""
        self.waiting: list[tuple[Session, Message]] = []
        """Requests that wait for the link."""
        self.beats = 0
        self._updates: Iterator[Update] = iter(playing.updates)
        self._next = next(self._updates, None)

    @property
    def clock(self) -> dict[str, float]:
        """An instant of the machine's, the market's at it (both UTC ns), the pace from there.

        And whether (1) or not (0) long closed hours are left out.
        """
        line = self.timeline
        skips = bool(line.skipping.spans)
        return {
            "machine": line.wall_start,
            "market": line.market_start,
            "pace": line.pace,
            "skips_closed": float(skips),
        }

    def open(self) -> None:
        """Play what the market begins with."""
        self._play(self.timeline.market_start)
        self.market.forget_told()

    def beat(self) -> None:
        """Play the market up to now, fill what it fills, and tell everybody."""
        self.beats += 1
        now = self.now()
        self._play(self.timeline.market(now))
        self.happened(self.exchange.on_time(now))
        self.faults.on_beat()
        if self.link.is_up and self.link.has_data and not self.link.is_frozen:
            for session in list(self.sessions):
                publish(session)
        self.market.forget_told()

    def _play(self, until: int) -> None:
        """Let the market happen up to a time of its own."""
        for _ in range(MOST_AT_ONCE):
            update = self._next
            if update is None or update.ts > until:
                return
            self._next = next(self._updates, None)
            if self._next is None:
                log.warning("the market has played all there is: prices stand still from now on")
            self.market.apply(update)
            self.happened(self.exchange.on_market(self.now(), update.code))

    def happened(self, events: Iterable[Event]) -> None:
        """Tell whom it concerns what the exchange did."""
        traded = False
        for event in events:
            if not self.link.is_up and not isinstance(event, Refused):
                self.withheld.append(event)
                continue
            self._tell(event)
            traded |= isinstance(event, Executed)
        if traded:
            self._tell_account()

    def restored(self) -> None:
        """Tell what happened while the link was down, in its order."""
        events, self.withheld = self.withheld, []
        self.happened(events)
        waiting, self.waiting = self.waiting, []
        for session, request in waiting:
            answer(session, request)

    def notice(self, code: int, text: str) -> None:
        """Tell every client something it did not ask for."""
        for session in self.ready():
            session.error(NOTICE, code, text)

    def ready(self) -> list[Session]:
        """Return the clients that have said who they are."""
        return [session for session in self.sessions if session.is_ready]

    def of_client(self, client_id: int) -> list[Session]:
        """Return the connection of a client, if it is there."""
        return [session for session in self.ready() if session.client_id == client_id]

    def spent(self, number: int) -> None:
        """Remember that an order has a number: the next must be higher."""
        self.next_id = max(self.next_id, number + 1)

    def order_messages(self, order: Order) -> tuple[Message, Message]:
        """Return what tells where an order stands."""
        said = self.said.get(Key(order.key.client, order.number), ib.Order())
        return telling.open_order(order, said, self.account.name), telling.order_status(order)

    def _tell(self, event: Event) -> None:
        """Tell the client whose order it is; one who is not there is not told, now or later."""
        key = event.key if isinstance(event, Executed | Refused) else event.order.key
        if isinstance(event, Executed):
            log.info("%s", _line(event))
        for session in self.of_client(key.client):
            match event:
                case Refused():
                    session.error(key.number, event.code, event.text)
                case Executed():
                    session.send(telling.execution(event, self.account.name), telling.commission(event))
                case Changed():
                    session.send(*self.order_messages(event.order))
                case Cancelled():
                    session.send(telling.order_status(event.order))
                    session.error(event.order.number, 202, f"Order Canceled - reason:{event.reason}")

    def _tell_account(self) -> None:
        """Tell who listens what is held now, and what the account is worth."""
        for session in self.ready():
            if session.wants.positions:
                tell_held(session)
            if session.wants.updates:
                tell_updates(session)


def _line(done: Executed) -> str:
    side = "bought" if done.is_buy else "sold"
    price = done.listing.points(done.ticks)
    who = f"client {done.key.client} order {done.number}"
    return f"{who}: {side} {done.lots} {done.listing.local_symbol} at {price}"
