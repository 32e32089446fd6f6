"""The exchange and the broker's desk before it: takes orders, fills them, books the fills."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace

from gateway.exchange.account import Account, commission_of
from gateway.exchange.events import Cancelled, Changed, Event, Executed, Refused
from gateway.exchange.groups import children, family, group_of, others, parent_of, replaced, status_of
from gateway.exchange.matching import Offer, available, fills, may_fill, trail, wakes, watched
from gateway.exchange.order import Key, Order, Status, Terms, Tif
from gateway.exchange.refusals import LATE, REJECTED, not_cancellable, too_dear, unmodifiable, unsound
from gateway.market.listing import Listing
from gateway.market.market import Market

FIRST_PERM = 1_700_000_000
BY_CLIENT, BY_PARENT, BY_GROUP, BY_TIME, BY_TIF = (
    "",
    "parent cancelled",
    "OCA",
    "expired",
    "not filled at once",
)


class Exchange:
    """All orders of an account, of all clients. Whatever is done returns what there is to tell, in order."""

    def __init__(
        self,
        market: Market,
        account: Account,
        day_end: Callable[[int], int],
        is_regular: Callable[[int], bool] = lambda _: True,
    ) -> None:
        """`day_end` tells when an order of the day expires, `is_regular` what times are in regular hours."""
        self.market = market
        self.account = account
        self.orders: dict[Key, Order] = {}
        self.executions: list[Executed] = []
        self.most_lots = 0
        """Contracts that a fill has at the most; 0 for no bound. Faults set it."""
        self.series = 0xE1A7
        """What its executions' ids begin with: no two gateways have one in common."""
        self._day_end, self._is_regular = day_end, is_regular
        self._offers: dict[int, Offer] = {}
        self._numbers = FIRST_PERM

    def working(self) -> list[Order]:
        """Return the orders that may still be filled and were transmitted."""
        return [order for order in self.orders.values() if order.is_working and order.is_transmitted]

    def place(self, key: Key, listing: Listing, terms: Terms, now: int) -> list[Event]:
        """Take an order, or a change of one that is there already."""
        if refused := unsound(key, listing, terms):
            return [refused]
        old = self.orders.get(key)
        if old is not None:
            return list(self._modify(old, listing, terms, now))
        if terms.parent and Key(key.client, terms.parent) not in self.orders:
            return [Refused(key, 10006, f"Missing parent order: there is no order {terms.parent}")]
        if refused := self._too_dear(key, listing, terms) or self._too_late(key, terms):
            return [refused]
        return list(self._take(self._new(key, listing, terms, now), now))

    def cancel(self, key: Key, now: int) -> list[Event]:
        """Cancel an order."""
        order = self.orders.get(key)
        if refused := not_cancellable(key, order):
            return [refused]
        return list(self._end(self.orders[key], BY_CLIENT, now))

    def cancel_all(self, now: int) -> list[Event]:
        """Cancel every order of every client."""
        return [event for order in list(self.orders.values()) for event in self._end(order, BY_CLIENT, now)]

    def on_market(self, now: int, code: str = "") -> list[Event]:
        """Let the market wake and fill what works, of one product or of all."""
        live = [
            one
            for one in self.orders.values()
            if one.is_live and (not code or self.market.moves(code, one.listing))
        ]
        return [event for order in live for event in self._meet(order, now)]

    def on_time(self, now: int) -> list[Event]:
        """Let orders expire."""
        over = [one for one in self.orders.values() if one.ends is not None and one.ends <= now]
        return [event for order in over for event in self._end(order, BY_TIME, now)]

    def split(self, key: Key) -> Order | None:
        """Forget that a change replaces an order: the old one lives on under another number, as a fault."""
        order = self.orders.get(key)
        if order is None or not order.is_working:
            return None
        self._numbers += 1
        stray = replace(order, key=Key(key.client, -self._numbers), alias=key.number)
        self.orders[stray.key] = stray
        order.perm_id = self._numbers
        return stray

    def _new(self, key: Key, listing: Listing, terms: Terms, now: int) -> Order:
        self._numbers += 1
        order = Order(key, self._numbers, listing, terms, terms.lots, terms.stop, terms.limit)
        order.ends = self._end_of(terms, now)
        parent = self.orders.get(parent_of(order) or key)
        order.is_held = parent is not None and parent.is_working
        self.orders[key] = order
        return order

    def _end_of(self, terms: Terms, now: int) -> int | None:
        """Return when an order expires."""
        if terms.tif is Tif.GTD:
            return terms.good_till
        return None if terms.tif is Tif.GTC else self._day_end(now)

    def _modify(self, order: Order, listing: Listing, terms: Terms, now: int) -> Iterator[Event]:
        if refused := unmodifiable(order, listing, terms):
            yield refused
            return
        order.terms = replace(terms, parent=order.terms.parent, group=order.terms.group or terms.group)
        order.lots, order.stop, order.limit = terms.lots, terms.stop, terms.limit
        order.ends = self._end_of(terms, now)
        order.rests = False
        yield from self._take(order, now)

    def _take(self, order: Order, now: int) -> Iterator[Event]:
        """Transmit an order with its family, and let it meet the market."""
        if not order.terms.transmit and not order.is_transmitted:
            return
        together = family(order, self.orders.values())
        for one in together:
            if one is order or not one.is_transmitted:
                one.is_transmitted = True
                one.status = status_of(one)
                yield Changed(copy.copy(one))
        for one in together:
            if one.is_live:
                yield from self._meet(one, now)

    def _meet(self, order: Order, now: int) -> Iterator[Event]:
        """Let an order meet the market as it stands."""
        if not order.is_live:
            return  # what came just before it may have ended it
        listing = order.listing
        book = self.market.book(listing)
        price = watched(order, book, self.market.last(listing))
        if price is not None and not order.is_awake:
            trail(order, price)
            order.is_awake = wakes(order, price) and (order.terms.outside_rth or self._is_regular(now))
            if order.is_awake:
                order.status = status_of(order)
                yield Changed(copy.copy(order))
        if may_fill(order):
            yield from self._fill(order, self._offer(listing), now)

    def _offer(self, listing: Listing) -> Offer:
        version = self.market.version(listing)
        offer = self._offers.get(listing.con_id)
        if offer is None or offer.version != version:
            offer = self._offers[listing.con_id] = Offer.of(self.market.book(listing), version)
        return offer

    def _fill(self, order: Order, offer: Offer, now: int) -> Iterator[Event]:
        refuses = order.terms.tif is Tif.FOK and available(order, offer) < order.open_lots
        got = [] if refuses else list(fills(order, offer, self.most_lots))
        for level in got:
            yield from self._execute(order, level.ticks, level.lots, now)
            if not order.is_working:
                return
        order.rests = True
        if order.terms.tif in {Tif.IOC, Tif.FOK}:
            yield from self._end(order, BY_TIF, now)

    def _execute(self, order: Order, ticks: int, lots: int, now: int) -> Iterator[Event]:
        order.filled += lots
        order.cost += ticks * lots
        order.last_ticks = ticks
        if not order.open_lots:
            order.status = Status.FILLED
        yield self._booked(order, ticks, lots, now)
        yield Changed(copy.copy(order))
        for other in list(others(order, self.orders.values())):
            if replaced(order, lots, other):
                yield from self._end(other, BY_GROUP, now)
            elif other.is_transmitted:
                yield Changed(copy.copy(other))
        if not order.is_working:
            yield from self._release(order, now)

    def _booked(self, order: Order, ticks: int, lots: int, now: int) -> Executed:
        """Book a fill."""
        commission = commission_of(order.listing, lots)
        done = Executed(
            exec_id=f"{self.series:08x}.{len(self.executions) + 1:08x}.01.01",
            key=order.key,
            number=order.number,
            perm_id=order.perm_id,
            listing=order.listing,
            is_buy=order.terms.is_buy,
            lots=lots,
            ticks=ticks,
            ts=now,
            filled=order.filled,
            average=order.average,
            commission=commission,
            realised=self.account.trade(order.listing, order.signed * lots, ticks, commission),
            ref=order.terms.ref,
            made=order.rests,
        )
        self.executions.append(done)
        return done

    def _release(self, order: Order, now: int) -> Iterator[Event]:
        """Let the children of an order that is done come to life, for what it filled, or end them."""
        for child in list(children(order, self.orders.values())):
            if not order.filled:
                yield from self._end(child, BY_PARENT, now)
            elif child.is_live_once_released:  # a sibling released before it may have ended it
                child.is_held = False
                child.lots = min(child.lots, order.filled)
                child.status = status_of(child)
                yield Changed(copy.copy(child))
                yield from self._meet(child, now)

    def _end(self, order: Order, reason: str, now: int) -> Iterator[Event]:
        """Cancel an order that works, and what depends on it."""
        if order.is_working:
            order.status = Status.CANCELLED
            yield Cancelled(copy.copy(order), reason)
            yield from self._release(order, now)

    def _too_late(self, key: Key, terms: Terms) -> Refused | None:
        """Return why an order cannot join its group: with one that has fills it would do the same twice."""
        group = group_of(key, terms)
        fills = [one for one in self.orders.values() if one.filled and group_of(one.key, one.terms) == group]
        return Refused(key, REJECTED, LATE) if group and fills else None

    def _too_dear(self, key: Key, listing: Listing, terms: Terms) -> Refused | None:
        """Return why there is too little margin; what only closes, and a child, asks for none."""
        lots = terms.lots if terms.is_buy else -terms.lots
        before = self.account.margin(initial=True)
        after = self.account.margin(initial=True, after=(listing, lots))
        equity = self.account.liquidation(self.market.mark)
        if terms.parent or after <= before or after <= equity:
            return None
        return too_dear(key, equity, after)
