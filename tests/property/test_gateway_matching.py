"""The gateway's exchange under random orders and markets: money is conserved, nothing fills twice or cheap."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

import pytest

from gateway.exchange.account import Account, commission_of, money
from gateway.exchange.events import Cancelled, Changed, Event, Executed
from gateway.exchange.exchange import Exchange
from gateway.exchange.order import LIMITED, TRAILING, WAITING, Key, OcaType, OrderKind, Status, Terms, Tif
from gateway.market.book import Book, Level
from gateway.market.listing import Listing, SecType
from gateway.market.market import Market
from gateway.market.updates import BookUpdate, TradeUpdate
from tests.gateway import DAY, options

MID = 24_000


def price(rng: Random) -> int:
    return rng.randint(MID - 8, MID + 8)


def lots(rng: Random) -> int:
    return rng.randint(1, 6)


def a_book(rng: Random) -> Book:
    """Return a book of up to three levels a side, a side of which may be missing."""
    bid = price(rng)
    ask = bid + rng.randint(1, 4)
    bids = tuple(Level(bid - n, lots(rng)) for n in range(rng.choice((0, 1, 2, 3, 3))))
    return Book(bids, tuple(Level(ask + n, lots(rng)) for n in range(rng.choice((0, 1, 2, 3, 3)))))


def some_terms(rng: Random, group: str = "") -> Terms:
    """Return any order that is sound."""
    kind = rng.choice(list(OrderKind))
    return Terms(
        is_buy=rng.random() < 0.5,
        kind=kind,
        lots=lots(rng),
        tif=rng.choice([Tif.DAY, Tif.DAY, Tif.GTC, Tif.IOC, Tif.FOK]),
        limit=price(rng) if kind in LIMITED else None,
        stop=price(rng) if kind in WAITING else None,
        trail=rng.randint(1, 5) if kind in TRAILING else None,
        offset=rng.randint(0, 3),
        group=group,
        oca=rng.choice(list(OcaType)),
    )


@dataclass
class Desk:
    """An exchange with a market that a test moves, and all that was told."""

    listings: list[Listing] = field(default_factory=list)
    events: list[tuple[Event, Book, int]] = field(default_factory=list)
    """Each with the book of its listing as it stood then, and which of all books that was."""

    def __post_init__(self) -> None:
        self.market = Market(["ES"], DAY, options(5_990.0))
        self.account = Account("A", Decimal(10**9))
        self.exchange = Exchange(self.market, self.account, lambda now: now + 10**12)
        futures = [one for one in self.market.listings if one.sec_type is SecType.FUTURE]
        self.listings = [
            *futures[:2],
            *(one for one in self.market.listings if one.sec_type is SecType.OPTION),
        ]
        self.now = 0
        self.number = 0
        self.show(Book((Level(MID, 5),), (Level(MID + 1, 5),)))

    def show(self, book: Book) -> None:
        self.now += 1
        self.market.apply(BookUpdate(self.now, "ES", book))
        self._note(self.exchange.on_market(self.now, "ES"))

    def trade(self, ticks: int) -> None:
        self.now += 1
        self.market.apply(TradeUpdate(self.now, "ES", ticks, 1))
        self._note(self.exchange.on_market(self.now, "ES"))

    def place(self, listing: Listing, asked: Terms) -> Key:
        self.number += 1
        key = Key(1, self.number)
        self._note(self.exchange.place(key, listing, asked, self.now))
        return key

    def cancel(self, key: Key) -> None:
        self._note(self.exchange.cancel(key, self.now))

    def _note(self, told: list[Event]) -> None:
        for event in told:
            listing = event.listing if isinstance(event, Executed) else self.listings[0]
            self.events.append((event, self.market.book(listing), self.market.version(listing)))

    def fills(self) -> list[tuple[Executed, Book]]:
        return [(event, book) for event, book, _ in self.events if isinstance(event, Executed)]


def placed_bracket(desk: Desk, rng: Random) -> None:
    size = lots(rng)
    entry = desk.place(desk.listings[0], Terms(is_buy=True, kind=OrderKind.MARKET, lots=size, transmit=False))
    stop = Terms(
        is_buy=False, kind=OrderKind.STOP, lots=size, stop=MID - 4, parent=entry.number, transmit=False
    )
    desk.place(desk.listings[0], stop)
    desk.place(
        desk.listings[0],
        Terms(is_buy=False, kind=OrderKind.LIMIT, lots=size, limit=MID + 4, parent=entry.number),
    )


def placed_group(desk: Desk, rng: Random) -> None:
    name = f"G{desk.number}"
    for _ in range(rng.randint(2, 3)):
        desk.place(desk.listings[0], some_terms(rng, name))


def cancelled(desk: Desk, rng: Random) -> None:
    if desk.exchange.orders:
        desk.cancel(rng.choice(list(desk.exchange.orders)))


STEPS: list[Callable[[Desk, Random], object]] = [
    lambda desk, rng: desk.place(rng.choice(desk.listings), some_terms(rng)),
    lambda desk, rng: desk.show(a_book(rng)),
    lambda desk, rng: desk.show(a_book(rng)),
    lambda desk, rng: desk.trade(price(rng)),
    cancelled,
    placed_bracket,
    placed_group,
]


def played(seed: int) -> Desk:
    """Return a session of orders, books, trades and cancellations in any order."""
    rng, desk = Random(seed), Desk()
    for _ in range(rng.randint(5, 60)):
        rng.choice(STEPS)(desk, rng)
    return desk


@pytest.fixture(
    scope="module",
    params=[range(120), pytest.param(range(120, 3_000), marks=pytest.mark.long)],
    ids=["some", "many"],
)
def desks(request: pytest.FixtureRequest) -> list[Desk]:
    return [played(seed) for seed in request.param]


def each(holds: Callable[[Desk], None]) -> Callable[[list[Desk]], None]:
    """Return a test that something holds of every session, which names the first of which it does not."""

    def test(desks: list[Desk]) -> None:
        for number, desk in enumerate(desks):
            try:
                holds(desk)
            except AssertionError as error:
                error.add_note(f"session {number}")
                raise

    test.__doc__ = holds.__doc__
    return test


def test_the_sessions_hold_what_the_properties_are_about(desks: list[Desk]) -> None:
    done = [(desk, event) for desk in desks for event, _ in desk.fills()]
    orders = [order for desk in desks for order in desk.exchange.orders.values()]
    assert len(done) > 5 * len(desks)
    assert {desk.exchange.orders[event.key].terms.kind for desk, event in done} == set(OrderKind)
    assert sum(order.filled > 0 for order in orders if order.terms.parent) > len(desks) / 2
    assert sum(order.filled > 0 for order in orders if order.terms.group) > len(desks) / 2


@each
def test_money_is_conserved(desk: Desk) -> None:
    """What the account says follows from the fills alone: what was paid, what is held, what it cost."""
    paid, held, fees = Decimal(0), defaultdict[Listing, int](int), Decimal(0)
    for done, _ in desk.fills():
        signed = done.lots if done.is_buy else -done.lots
        paid += signed * Decimal(done.ticks) * done.listing.tick * done.listing.multiplier
        held[done.listing] += signed
        fees += commission_of(done.listing, done.lots)
    marks = {one: desk.market.mark(one) for one in held}
    if all(mark is not None for mark in marks.values()):
        stands = sum((n * money(one, marks[one] or 0) for one, n in held.items()), Decimal(0))
        worth = desk.account.start + stands - paid - fees
        assert abs(desk.account.liquidation(desk.market.mark) - worth) < Decimal("0.001")
    assert {one.listing: one.lots for one in desk.account.positions.values()} == dict(held)


@each
def test_no_fill_is_inside_the_spread_or_beyond_its_limit(desk: Desk) -> None:
    for done, book in desk.fills():
        if done.is_buy:
            assert book.ask
            assert done.ticks >= book.ask.ticks
        else:
            assert book.bid
            assert done.ticks <= book.bid.ticks
        limit = desk.exchange.orders[done.key].terms.limit
        assert limit is None or (limit - done.ticks) * (1 if done.is_buy else -1) >= 0


@each
def test_no_book_is_sold_twice(desk: Desk) -> None:
    """Of each book no more is taken of a level, or of those before it, than it held."""
    taken: dict[tuple[str, int, bool], int] = defaultdict(int)
    for done, book, version in desk.events:
        if isinstance(done, Executed):
            side = (done.listing.local_symbol, version, done.is_buy)
            taken[side] += done.lots
            levels = book.asks if done.is_buy else book.bids
            reached = [x.lots for x in levels if (x.ticks - done.ticks) * (1 if done.is_buy else -1) <= 0]
            assert taken[side] <= sum(reached)


@each
def test_orders_fill_to_their_size_and_no_further(desk: Desk) -> None:
    filled = defaultdict[Key, int](int)
    for done, _ in desk.fills():
        filled[done.key] += done.lots
        assert done.filled == filled[done.key]
    for key, order in desk.exchange.orders.items():
        assert order.filled == filled[key] <= order.terms.lots
        if order.status is Status.FILLED:
            assert order.filled == order.lots
        else:  # a group may have reduced it to what it had filled, and so ended it
            assert order.filled < order.terms.lots
        parent = desk.exchange.orders.get(Key(1, order.terms.parent))
        assert parent is None or order.filled <= parent.filled
    ids = [done.exec_id for done, _ in desk.fills()]
    assert len(ids) == len(set(ids))


@each
def test_a_group_never_doubles(desk: Desk) -> None:
    """The exits of an entry together fill no more than it did, orders of a group no more than its largest."""
    orders = desk.exchange.orders.values()
    for entry in orders:
        exits = [one.filled for one in orders if one.terms.parent == entry.key.number]
        assert sum(exits) <= entry.filled or not exits
    for name in {one.terms.group for one in orders} - {""}:
        group = [one for one in orders if one.terms.group == name]
        assert sum(one.filled for one in group) <= max(one.terms.lots for one in group)
        if all(one.terms.oca is OcaType.CANCEL for one in group):
            assert sum(one.filled > 0 for one in group) <= 1


@each
def test_what_is_over_stays_over(desk: Desk) -> None:
    ended = set[int]()
    for event, *_ in desk.events:
        if isinstance(event, Changed | Cancelled):
            assert event.order.perm_id not in ended
            if not event.order.is_working:
                ended.add(event.order.perm_id)
