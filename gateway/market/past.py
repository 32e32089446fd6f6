"""What a catalog has of the past: prices as small bars, and ticks, by the machine's time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gateway.market.listing import VIX
from gateway.market.replay import Replay
from gateway.market.timeline import Timeline
from mia_plugins.data.arrow import Kind
from mia_plugins.data.columns import Bars, Quotes, Trades, quotes_of
from mia_plugins.data.sessions import NS

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices in the order of time: bars of some length, or of no length where each is a tick."""

    ts: NDArray[np.int64]
    """When each begins: UTC ns, by the machine's time."""
    open: NDArray[np.float64]
    """Ticks of the product; points of an index."""
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    lots: NDArray[np.int64]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.ts)


_NONE = np.empty(0)
NOTHING = Prices(np.empty(0, np.int64), _NONE, _NONE, _NONE, _NONE, np.empty(0, np.int64))


class Past(Protocol):
    """What tells of the past."""

    def prices(self, code: str, what: str, span: tuple[int, int], seconds: int) -> Prices:
        """Return prices of a span (UTC ns, both included) that make bars of so many seconds."""

    def quotes(self, code: str, span: tuple[int, int]) -> Quotes:
        """Return best bids and asks of a span, by the machine's time."""


class CatalogPast:
    """The past of a catalog that plays: what it played already, and what lies before."""

    def __init__(self, replay: Replay, timeline: Timeline) -> None:
        """Times are told by the timeline."""
        self._replay, self._timeline = replay, timeline
        self._catalog = replay.catalog

    def prices(self, code: str, what: str, span: tuple[int, int], seconds: int) -> Prices:
        """Return prices of a span that make bars of so many seconds."""
        if code == VIX:
            return self._vix(span)
        instrument = self._instrument(code, span)
        if what != "TRADES" or not self._catalog.data_files(Kind.TRADES, instrument):
            return self._quoted(code, what, span)
        lo, hi = self._market(span)
        parts = []
        if seconds >= MINUTE and self._catalog.data_files(Kind.BARS, instrument):
            lo, bars = self._bars(instrument, lo, hi)
            parts.append(bars)
        parts += [
            _between(_of_ticks(trades.ts, trades.ticks, trades.lots), lo, hi)
            for trades in self._catalog.read(Kind.TRADES, instrument, lo, hi)
            if isinstance(trades, Trades)
        ]
        return self._cut(_joined(parts), span)

    def _bars(self, instrument: str, lo: int, hi: int) -> tuple[int, Prices]:
        """Return the catalog's own minutes, and when they end: one that is not over yet tells the future.

        Played at another pace than the machine's, minutes are no minutes any more: trades tell then.
        """
        over = hi if self._timeline.pace == 1.0 else min(hi, self._timeline.market_start)
        end = over // (MINUTE * NS) * MINUTE * NS
        found = [one for one in self._catalog.read(Kind.BARS, instrument, lo, end) if isinstance(one, Bars)]
        whole = _joined(_of_bars(one) for one in found)
        return max(lo, end), _between(whole, lo, end - MINUTE * NS)

    def quotes(self, code: str, span: tuple[int, int]) -> Quotes:
        """Return best bids and asks of a span, by the machine's time."""
        instrument, (lo, hi) = self._instrument(code, span), self._market(span)
        kind = Kind.QUOTES if self._catalog.data_files(Kind.QUOTES, instrument) else Kind.DEPTH
        found: list[Quotes] = []
        for columns in self._catalog.read(kind, instrument, lo, hi):
            if isinstance(columns, Quotes):
                found.append(columns)
            elif not isinstance(columns, Trades | Bars):
                found.append(quotes_of(columns))
        if not found:
            return Quotes(*([np.empty(0, np.int64)] * 5))
        whole = Quotes(*(np.concatenate([getattr(q, name) for q in found]) for name in Quotes.__slots__))
        ts = self._wall(whole.ts)
        keep = (ts >= span[0]) & (ts <= span[1]) & (whole.bid_lots > 0) & (whole.ask_lots > 0)
        return Quotes(ts[keep], *(getattr(whole, name)[keep] for name in Quotes.__slots__[1:]))

    def _instrument(self, code: str, span: tuple[int, int]) -> str:
        """Return the instrument whose prices a product has at the end of a span: SPX has those of ES."""
        played = code if code in self._replay.legs else {"MNQ": "NQ"}.get(code, "ES")
        return self._replay.instrument(played, self._market(span)[1])

    def _quoted(self, code: str, what: str, span: tuple[int, int]) -> Prices:
        quotes = self.quotes(code, span)
        prices = {"BID": quotes.bid_ticks, "ASK": quotes.ask_ticks}.get(
            what, (quotes.bid_ticks + quotes.ask_ticks) / 2
        )
        return _of_ticks(quotes.ts, prices, np.zeros(len(quotes), np.int64))

    def _vix(self, span: tuple[int, int]) -> Prices:
        lo, hi = self._market(span)
        parts = []
        for table in self._catalog.read_table("vix", lo, hi):
            ts = table["ts_init"].cast("int64").to_numpy()
            parts.append(_of_ticks(ts, table["value"].to_numpy(), np.zeros(len(ts), np.int64)))
        return self._cut(_joined(parts), span)

    def _market(self, span: tuple[int, int]) -> tuple[int, int]:
        return self._timeline.market(span[0]), self._timeline.market(span[1])

    def _wall(self, ts: NDArray[np.int64]) -> NDArray[np.int64]:
        passed = self._timeline.skipping.played_all(ts) - self._timeline.market_start
        later = (passed / self._timeline.pace).astype(np.int64)
        return self._timeline.wall_start + np.where(passed > 0, later, passed)

    def _cut(self, prices: Prices, span: tuple[int, int]) -> Prices:
        """Return what lies in a span, by the machine's time."""
        return _between(replace(prices, ts=self._wall(prices.ts)), *span)


def _between(prices: Prices, lo: int, hi: int) -> Prices:
    """Return those that begin in a span, both ends included."""
    keep = (prices.ts >= lo) & (prices.ts <= hi)
    return Prices(prices.ts[keep], *(getattr(prices, name)[keep] for name in Prices.__slots__[1:]))


def _of_bars(bars: Bars) -> Prices:
    opened, high, low, close = (
        side.astype(np.float64) for side in (bars.open, bars.high, bars.low, bars.close)
    )
    return Prices(bars.ts - MINUTE * NS, opened, high, low, close, bars.lots)


def _of_ticks(ts: NDArray[np.int64], price: NDArray[np.generic], lots: NDArray[np.int64]) -> Prices:
    points = price.astype(np.float64)
    return Prices(ts, points, points, points, points, lots)


def _joined(parts: Iterable[Prices]) -> Prices:
    found = list(parts)
    if not found:
        return NOTHING
    return Prices(*(np.concatenate([getattr(one, name) for one in found]) for name in Prices.__slots__))
