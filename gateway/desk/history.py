"""What is told of the past: bars of any of the protocol's lengths, and ticks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gateway.desk.barring import date_of
from gateway.desk.reading import VALIDATION, RequestError
from gateway.market.days import has_regular_hours
from gateway.market.listing import SPX_ID, Listing, SecType
from gateway.market.market import Market
from gateway.market.past import Past, Prices
from gateway.market.timeline import Timeline
from gateway.wire import ib_pb2 as ib
from mia_plugins.data.sessions import NS

SIZES = {
    **{f"{n} secs": n for n in (1, 5, 10, 15, 30)},
    "1 min": 60,
    **{f"{n} mins": n * 60 for n in (2, 3, 5, 10, 15, 20, 30)},
    "1 hour": 3_600,
    **{f"{n} hours": n * 3_600 for n in (2, 3, 4, 8)},
    "1 day": 86_400,
    "1 week": 604_800,
    "1 month": 2_592_000,
}
"""Seconds of each length of bars."""
SPANS = {"S": 1, "D": 86_400, "W": 604_800, "M": 2_592_000, "Y": 31_536_000}
"""Seconds of each unit of a duration."""
WHAT = ("TRADES", "MIDPOINT", "BID", "ASK")
MOST_TICKS = 1_000
_ALIASES = {"1 sec": "1 secs", "1 mins": "1 min", "1D": "1 day", "1W": "1 week", "1M": "1 month"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which bars are asked for."""

    listing: Listing
    what: str
    seconds: int
    end: int
    """UTC ns."""
    span: int
    """Seconds."""
    is_regular: bool
    as_epoch: bool

    @property
    def start(self) -> int:
        """When the first of them may begin: UTC ns."""
        return self.end - self.span * NS


def seconds_of(size: str) -> int:
    """Return the seconds of `5 mins`; a length that there is not is refused."""
    found = SIZES.get(_ALIASES.get(size, size))
    if found is None:
        raise RequestError(
            VALIDATION, f"Error validating request: bar size '{size}' is none of {', '.join(SIZES)}"
        )
    return found


def span_of(duration: str) -> int:
    """Return the seconds of `2 D`; one that cannot be is refused."""
    found = re.fullmatch(r"(\d{1,6}) ?([SDWMY])", duration.strip())
    if found is None or not int(found[1]):
        raise RequestError(
            VALIDATION, f"Error validating request: duration '{duration}' is none such as 1800 S, 2 D or 1 Y"
        )
    return int(found[1]) * SPANS[found[2]]


class History:
    """Answers about the past."""

    def __init__(self, market: Market, past: Past, timeline: Timeline) -> None:
        """`timeline` says which hours of the market were regular ones."""
        self._market, self._past, self._timeline = market, past, timeline

    def bars(self, wanted: Wanted) -> list[ib.HistoricalDataBar]:
        """Return bars in the order of time; those in which nothing was priced are missing."""
        prices = self._prices(wanted)
        if not len(prices):
            return []
        starts = prices.ts // NS // wanted.seconds * wanted.seconds
        first = np.flatnonzero(np.diff(starts, prepend=starts[0] - 1))
        last = np.append(first[1:], len(starts)) - 1
        lots = np.add.reduceat(prices.lots, first)
        points = self._points(wanted.listing)
        columns = (
            points(prices.open[first]),
            points(np.maximum.reduceat(prices.high, first)),
            points(np.minimum.reduceat(prices.low, first)),
            points(prices.close[last]),
        )
        worth = np.add.reduceat(prices.close * prices.lots, first)
        mean = points(np.where(lots > 0, worth / np.maximum(lots, 1), prices.close[last]))
        rows = zip(
            starts[first].tolist(),
            *(column.tolist() for column in (*columns, lots, mean, last - first + 1)),
            strict=True,
        )
        return [_bar(wanted, *row) for row in rows]

    def head(self, listing: Listing) -> int | None:
        """Return when the past of a listing begins: UTC ns."""
        wanted = Wanted(listing, "TRADES", 86_400, self._timeline.wall_start + NS, 31_536_000, False, True)  # noqa: FBT003
        prices = self._prices(wanted)
        return int(prices.ts[0]) if len(prices) else None

    def trades(self, listing: Listing, span: tuple[int, int]) -> list[ib.HistoricalTickLast]:
        """Return trades of a span (UTC ns)."""
        prices = self._past.prices(self._code(listing), "TRADES", span, 0)
        points = self._points(listing)(prices.close)
        rows = zip((prices.ts // NS).tolist(), points.tolist(), prices.lots.tolist(), strict=True)
        return [
            ib.HistoricalTickLast(
                time=at,
                tick_attrib_last=ib.TickAttribLast(past_limit=False, unreported=False),
                price=price,
                size=str(lots),
                exchange=listing.exchange,
                special_conditions="",
            )
            for at, price, lots in rows
        ]

    def quotes(self, listing: Listing, span: tuple[int, int]) -> list[ib.HistoricalTickBidAsk]:
        """Return best bids and asks of a span (UTC ns)."""
        quotes = self._past.quotes(self._code(listing), span)
        points = self._points(listing)
        columns = (points(quotes.bid_ticks), points(quotes.ask_ticks), quotes.bid_lots, quotes.ask_lots)
        rows = zip((quotes.ts // NS).tolist(), *(column.tolist() for column in columns), strict=True)
        return [
            ib.HistoricalTickBidAsk(
                time=at,
                tick_attrib_bid_ask=ib.TickAttribBidAsk(bid_past_low=False, ask_past_high=False),
                price_bid=bid,
                price_ask=ask,
                size_bid=str(bids),
                size_ask=str(asks),
            )
            for at, bid, ask, bids, asks in rows
        ]

    def middles(self, listing: Listing, span: tuple[int, int]) -> list[ib.HistoricalTick]:
        """Return prices between bid and ask of a span (UTC ns)."""
        return [
            ib.HistoricalTick(time=one.time, price=(one.price_bid + one.price_ask) / 2, size="0")
            for one in self.quotes(listing, span)
        ]

    def _code(self, listing: Listing) -> str:
        return "ES" if listing.con_id == SPX_ID else listing.symbol

    def _prices(self, wanted: Wanted) -> Prices:
        span = (wanted.start, wanted.end)
        prices = self._past.prices(self._code(wanted.listing), wanted.what, span, wanted.seconds)
        if not wanted.is_regular or not len(prices):
            return prices
        minutes, place = np.unique(prices.ts // (60 * NS), return_inverse=True)
        market = [self._timeline.market(int(minute) * 60 * NS) for minute in minutes]
        keep = np.array([has_regular_hours(ts) for ts in market])[place]
        return Prices(*(getattr(prices, name)[keep] for name in Prices.__slots__))

    def _points(self, listing: Listing) -> "_Points":
        """Return what makes a product's ticks the points of a listing."""
        if listing.sec_type is SecType.INDEX:
            away = self._market.basis or 0.0
            return _Points(0.25, -away) if listing.con_id == SPX_ID else _Points(1.0, 0.0)
        return _Points(0.25, self._market.shift(listing) / 4)


@dataclass(frozen=True, slots=True)
class _Points:
    scale: float
    away: float

    def __call__(self, ticks: NDArray[np.generic]) -> NDArray[np.float64]:
        return np.round(ticks.astype(np.float64) * self.scale + self.away, 4)


def _bar(wanted: Wanted, start: int, *values: float) -> ib.HistoricalDataBar:
    opened, high, low, close, lots, mean, count = values
    return ib.HistoricalDataBar(
        date=date_of(start, wanted.seconds, as_epoch=wanted.as_epoch),
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=str(int(lots)),
        wap=f"{mean:.4f}",
        bar_count=int(count),
    )


def limited[T](ticks: list[T], number: int, *, from_start: bool) -> Iterator[T]:
    """Yield the first or the last of some ticks, as many as were asked for and may be had."""
    most = min(number or MOST_TICKS, MOST_TICKS)
    yield from ticks[:most] if from_start else ticks[-most:]
