"""Bars as they form: of five seconds, and those that follow a request for history."""

import datetime as dt
from collections.abc import Iterator

from google.protobuf.message import Message

from gateway.desk.session import Session
from gateway.desk.subscriptions import Bars
from gateway.market.listing import SecType
from gateway.wire import ib_pb2 as ib
from mia_plugins.data.sessions import NS

DAY = 86_400
EVERY = NS
"""How often a bar in the making is told."""


def publish_bars(session: Session, now: int) -> None:
    """Tell a client of its bars."""
    for request, bars in session.wants.bars.items():
        session.send(*bar_changes(session, request, bars, now))


def bar_changes(session: Session, request: int, bars: Bars, now: int) -> Iterator[Message]:
    """Yield bars that are over, and of history the one in the making; then add what came since."""
    start = now // NS // bars.seconds * bars.seconds
    if bars.start and start > bars.start:
        yield from _over(request, bars)
    if start > bars.start:
        bars.start, bars.volume, bars.turnover, bars.count = start, 0, 0.0, 0
        bars.prices = [bars.prices[3]] * 4 if bars.prices else []
    for price, lots in priced(session, bars):
        _add(bars, price, lots)
    if bars.is_history and bars.prices and now >= bars.next:
        bars.next = now + EVERY
        yield ib.HistoricalDataUpdate(req_id=request, historical_data_bar=_forming(bars))


def priced(session: Session, bars: Bars) -> Iterator[tuple[float, int]]:
    """Yield the prices since the last beat that a bar is made of, with their sizes."""
    market, listing = session.gateway.market, bars.listing
    if listing.sec_type is not SecType.FUTURE:
        mark = market.value(listing) if not listing.is_traded else market.mark(listing)
        if mark is not None:
            yield (mark if not listing.is_traded else listing.points(mark)), 0
        return
    board, shift = market.board(listing), market.shift(listing)
    if bars.what == "TRADES" and board.last:
        yield from ((listing.points(deal.ticks + shift), deal.lots) for deal in board.deals)
        return
    for book in board.books:
        if book.bid and book.ask:
            low, high = book.bid.ticks + shift, book.ask.ticks + shift
            ticks = {"BID": low, "ASK": high}.get(bars.what, (low + high) / 2)
            yield listing.points(ticks), 0


def _add(bars: Bars, price: float, lots: int) -> None:
    """Add a price to the bar in the making."""
    if not bars.prices or not bars.count:
        bars.prices = [price] * 4
    bars.prices[1] = max(bars.prices[1], price)
    bars.prices[2] = min(bars.prices[2], price)
    bars.prices[3] = price
    bars.volume += lots
    bars.turnover += price * lots
    bars.count += 1


def _over(request: int, bars: Bars) -> Iterator[Message]:
    """Yield a bar that is over; one in which nothing traded stands where the last one closed."""
    if not bars.prices:
        return
    if bars.is_history:
        yield ib.HistoricalDataUpdate(req_id=request, historical_data_bar=_forming(bars))
        return
    opened, high, low, close = bars.prices
    yield ib.RealTimeBarTick(
        req_id=request,
        time=bars.start,
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=str(bars.volume),
        wap=_wap(bars),
        count=bars.count,
    )


def _forming(bars: Bars) -> ib.HistoricalDataBar:
    opened, high, low, close = bars.prices
    return ib.HistoricalDataBar(
        date=date_of(bars.start, bars.seconds, as_epoch=bars.as_epoch),
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=str(bars.volume),
        wap=_wap(bars),
        bar_count=bars.count,
    )


def date_of(start: int, seconds: int, *, as_epoch: bool) -> str:
    """Return when a bar began (epoch seconds) as messages write it: days are dates."""
    moment = dt.datetime.fromtimestamp(start, dt.UTC)
    if seconds >= DAY:
        return f"{moment:%Y%m%d}"
    return str(start) if as_epoch else f"{moment:%Y%m%d %H:%M:%S} UTC"


def _wap(bars: Bars) -> str:
    price = bars.turnover / bars.volume if bars.volume else bars.prices[3]
    return f"{price:.4f}"
