"""Market data as they happen: what a client asked for, told at each beat if it changed."""

from collections.abc import Iterator

from google.protobuf.message import Message

from gateway.desk.accounting import profit_changes
from gateway.desk.barring import publish_bars
from gateway.desk.session import Session
from gateway.desk.subscriptions import DepthRows, TickByTick, Ticks
from gateway.market.book import Book, Level
from gateway.market.chain import Greeks
from gateway.market.listing import Listing, SecType
from gateway.market.market import Market
from gateway.wire import ib_pb2 as ib
from mia_plugins.data.sessions import NS

BID_SIZE, BID, ASK, ASK_SIZE, LAST, LAST_SIZE, VOLUME = 0, 1, 2, 3, 4, 5, 8
COMPUTED = (10, 11, 13)
"""An option's greeks from its bid, its ask and the model."""
CALL_INTEREST, PUT_INTEREST, LAST_TIME = 27, 28, 45
SIZES = {BID: BID_SIZE, ASK: ASK_SIZE, LAST: LAST_SIZE}
"""The kind of tick that tells the size at a price."""
INSERT, UPDATE, DELETE = 0, 1, 2
EVERY = NS // 4
"""How often top of the book is told at the most, as Interactive Brokers does."""
TICK_KINDS = {"Last": 1, "AllLast": 2, "BidAsk": 3, "MidPoint": 4}


def publish(session: Session) -> None:
    """Tell a client what changed of all it asked for."""
    now, wants = session.gateway.now(), session.wants
    for request, depth in wants.depth.items():
        session.send(*depth_changes(request, depth, session.gateway.faults.distorted(_book(session, depth))))
    for request, by_tick in wants.tick_by_tick.items():
        session.send(*tick_by_tick(session, request, by_tick, now))
    for request, ticks in wants.ticks.items():
        if now >= ticks.next:
            session.send(*top_changes(session, request, ticks, now))
    publish_bars(session, now)
    session.send(*profit_changes(session))


def top_changes(session: Session, request: int, ticks: Ticks, now: int) -> Iterator[Message]:
    """Yield what changed of the top of a book, and of an option's greeks."""
    market, listing = session.gateway.market, ticks.listing
    for kind, price, lots in _prices(session, listing):
        if ticks.told.get(kind) != (price, lots):
            ticks.told[kind] = (price, lots)
            size = SIZES.get(kind)
            text = str(lots) if size is not None else "0"
            yield ib.TickPrice(req_id=request, tick_type=kind, price=price, size=text, attr_mask=0)
            if size is not None:
                yield ib.TickSize(req_id=request, tick_type=size, size=text)
    yield from _once(ticks, request, _counts(market, ticks))
    greeks = market.greeks(listing)
    if greeks and ticks.told.get(COMPUTED[-1]) != greeks:
        ticks.told[COMPUTED[-1]] = greeks
        yield from (computation(request, kind, greeks) for kind in COMPUTED)
    if listing.sec_type is SecType.FUTURE and (deal := market.board(listing).last):
        at = session.gateway.timeline.wall(deal.ts) // NS
        if ticks.told.get(LAST_TIME) != at:
            ticks.told[LAST_TIME] = at
            yield ib.TickString(req_id=request, tick_type=LAST_TIME, value=str(at))
    ticks.next = now + EVERY if ticks.told else 0


def computation(request: int, kind: int, greeks: Greeks) -> ib.TickOptionComputation:
    """Return an option's greeks."""
    return ib.TickOptionComputation(
        req_id=request,
        tick_type=kind,
        tick_attrib=0,
        implied_vol=greeks.iv,
        delta=greeks.delta,
        opt_price=greeks.price,
        pv_dividend=0.0,
        gamma=greeks.gamma,
        vega=greeks.vega,
        theta=greeks.theta,
        und_price=greeks.spot,
    )


def tick_by_tick(session: Session, request: int, wanted: TickByTick, now: int) -> Iterator[Message]:
    """Yield each trade, or each best bid and ask, since the last beat."""
    listing, market, timeline = wanted.listing, session.gateway.market, session.gateway.timeline
    kind, shift, board = TICK_KINDS[wanted.kind], market.shift(listing), market.board(listing)
    if wanted.kind in {"Last", "AllLast"}:
        for deal in board.deals:
            last = ib.HistoricalTickLast(
                time=min(timeline.wall(deal.ts), now) // NS,
                tick_attrib_last=ib.TickAttribLast(past_limit=False, unreported=False),
                price=listing.points(deal.ticks + shift),
                size=str(deal.lots),
                exchange=listing.exchange,
                special_conditions="",
            )
            yield ib.TickByTickData(req_id=request, tick_type=kind, historical_tick_last=last)
        return
    for book in board.books:
        shown = session.gateway.faults.distorted(book)
        best = shown.bid, shown.ask
        if best != wanted.told and shown.bid and shown.ask:
            wanted.told = best
            yield _best(request, wanted, shown.bid, shown.ask, shift, now // NS)


def _best(  # noqa: PLR0913, PLR0917 what a message is made of
    request: int, wanted: TickByTick, bid: Level, ask: Level, shift: int, at: int
) -> ib.TickByTickData:
    listing, kind = wanted.listing, TICK_KINDS[wanted.kind]
    low, high = listing.points(bid.ticks + shift), listing.points(ask.ticks + shift)
    if wanted.kind == "MidPoint":
        middle = ib.HistoricalTick(time=at, price=(low + high) / 2, size="0")
        return ib.TickByTickData(req_id=request, tick_type=kind, historical_tick_mid_point=middle)
    tick = ib.HistoricalTickBidAsk(
        time=at,
        tick_attrib_bid_ask=ib.TickAttribBidAsk(bid_past_low=False, ask_past_high=False),
        price_bid=low,
        price_ask=high,
        size_bid=str(bid.lots),
        size_ask=str(ask.lots),
    )
    return ib.TickByTickData(req_id=request, tick_type=kind, historical_tick_bid_ask=tick)


def depth_changes(request: int, depth: DepthRows, book: Book) -> Iterator[Message]:
    """Yield what makes the rows that were told last those of a book."""
    bids, asks = book.bids[: depth.rows], book.asks[: depth.rows]
    for side, old, new in ((1, depth.bids, bids), (0, depth.asks, asks)):
        for position in range(max(len(old), len(new))):
            if position >= len(new):  # from the end of the rows: what is below moves up with each
                yield _row(request, depth, len(new), (DELETE, side), old[position])
            elif position >= len(old):
                yield _row(request, depth, position, (INSERT, side), new[position])
            elif old[position] != new[position]:
                yield _row(request, depth, position, (UPDATE, side), new[position])
    depth.bids, depth.asks = bids, asks


def _row(
    request: int, depth: DepthRows, position: int, what: tuple[int, int], level: Level
) -> ib.MarketDepth | ib.MarketDepthL2:
    gone = what[0] == DELETE
    row = ib.MarketDepthData(
        position=position,
        operation=what[0],
        side=what[1],
        price=0.0 if gone else depth.listing.points(level.ticks),
        size="0" if gone else str(level.lots),
    )
    if depth.is_smart:
        row.market_maker, row.is_smart_depth = depth.listing.exchange, True
        return ib.MarketDepthL2(req_id=request, market_depth_data=row)
    return ib.MarketDepth(req_id=request, market_depth_data=row)


def _book(session: Session, depth: DepthRows) -> Book:
    return session.gateway.market.book(depth.listing)


def _prices(session: Session, listing: Listing) -> Iterator[tuple[int, float, int]]:
    """Yield the kinds of ticks with price and size that a listing has."""
    market = session.gateway.market
    if listing.sec_type is SecType.INDEX:
        value = market.value(listing)
        if value is not None:
            yield LAST, round(value, 2), 0
        return
    book = session.gateway.faults.distorted(market.book(listing))
    if book.bid:
        yield BID, listing.points(book.bid.ticks), book.bid.lots
    if book.ask:
        yield ASK, listing.points(book.ask.ticks), book.ask.lots
    last = market.last(listing)
    if last is not None and (deal := market.board(listing).last):
        yield LAST, listing.points(last), deal.lots


def _counts(market: Market, ticks: Ticks) -> Iterator[tuple[int, int]]:
    """Yield the kinds of ticks that are counts: volume and open interest."""
    row = market.chain.get(ticks.listing.con_id)
    if row:
        yield VOLUME, row.volume
        if "101" in ticks.generic or not ticks.generic:
            yield (CALL_INTEREST if row.listing.is_call else PUT_INTEREST), row.open_interest
    elif ticks.listing.sec_type is SecType.FUTURE:
        yield VOLUME, market.board(ticks.listing).volume


def _once(ticks: Ticks, request: int, counts: Iterator[tuple[int, int]]) -> Iterator[Message]:
    """Yield counts that changed."""
    for kind, count in counts:
        if ticks.told.get(kind) != count:
            ticks.told[kind] = count
            yield ib.TickSize(req_id=request, tick_type=kind, size=str(count))
