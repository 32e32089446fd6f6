"""All that was told of a chain, by the thread that listens, for the node's that makes rows of it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from threading import Lock

import pyarrow as pa

from mia_plugins.data.arrow import TIME
from mia_plugins.data.tables import OPTION_CHAINS
from mia_plugins.live.chain.quotes import Quote
from mia_plugins.live.chain.turns import LONGEST
from mia_plugins.live.chain.words import Option, Series

YOUNG = 60.0
"""Seconds for which a price of the index, or one that options were reckoned with, is its price now."""
OLDEST = 600.0
"""Seconds for which what was told of an option counts once nobody listens to it."""


@dataclass
class Board:
    """What one thread writes and another reads: whoever does either holds the lock.

    Times are s of `time.monotonic`.
    """

    symbol: str
    lock: Lock = field(default_factory=Lock)
    offered: dict[Series, frozenset[float]] = field(default_factory=dict)
    """Strikes by series."""
    chosen: list[Option] = field(default_factory=list)
    """What is wanted of it."""
    quotes: dict[Option, Quote] = field(default_factory=dict)
    index: float | None = None
    """The index, in points."""
    index_at: float = 0.0
    near: float | None = None
    """Where the index was when it was told at all, its close too: enough to choose strikes by."""
    heard_at: float = 0.0
    """When anything of the market was told."""
    trouble: str = ""
    """What stands in the way."""
    limited: str = ""
    """What the broker lets be seen less of than was asked for."""

    def spot(self, now: float) -> float | None:
        """Return the index in points: as it was told, or else as options are reckoned; None for neither.

        Outside the stock market's hours the index stands still, while its options are traded.
        """
        if self.index is not None and now - self.index_at <= YOUNG:
            return self.index
        fresh = [
            one.underlying
            for one in self.quotes.values()
            if one.underlying is not None and now - one.at <= YOUNG
        ]
        return round(median(fresh), 2) if fresh else None

    def lack(self, now: float) -> str:
        """Return why there is no chain; empty when there is one."""
        told = sum(self._had_its_turn(one, now) for one in self.chosen)
        price = f"{self.symbol} has no price"
        reasons = (
            (self.trouble != "", self.trouble),
            (not self.offered, f"the options on {self.symbol} have not been told"),
            (self.near is None, f"{price}: see whether the account is given the index's data"),
            (not self.chosen, f"no option on {self.symbol} was chosen"),
            (told < len(self.chosen), f"{told} of {len(self.chosen)} options have been told so far"),
            (
                self.spot(now) is None,
                f"{price} younger than {YOUNG:g} s, nor do options tell one",
            ),
            (not self._has_interest(), "no option's open interest has been told"),
        )
        return next((why for is_so, why in reasons if is_so), "")

    def _has_interest(self) -> bool:
        return any(one.open_interest is not None for one in self.quotes.values())

    def _had_its_turn(self, option: Option, now: float) -> bool:
        """Say whether an option is a row now, or has been listened to for long enough and was silent."""
        quote = self.quotes.get(option)
        return quote is not None and (
            _counts(quote, now) or (quote.at < quote.begun and now - quote.begun > LONGEST)
        )

    def rows(self, now: float, ts: int, expiry: Callable[[dt.date], dt.date]) -> pa.Table:
        """Return the chain as it is now, of an instant (UTC ns), in the columns of the table `option_chains`.

        `expiry` tells the market's day of one of the broker's.
        """
        spot = self.spot(now)
        there = [
            (one, quote)
            for one in sorted(self.chosen)
            if (quote := self.quotes.get(one)) and _counts(quote, now)
        ]
        days = {series: expiry(series.expiry) for series in {one.series for one, _ in there}}
        times = pa.array([ts] * len(there), pa.int64()).cast(TIME)
        columns = [
            times,
            times,
            [self.symbol] * len(there),
            [days[one.series] for one, _ in there],
            [one.strike for one, _ in there],
            [one.is_call for one, _ in there],
            [spot] * len(there),
            *(
                [getattr(quote, name) for _, quote in there]
                for name in ("bid", "ask", "iv", "delta", "gamma", "open_interest", "volume")
            ),
            [one.series.root for one, _ in there],
        ]
        return pa.table(columns, schema=OPTION_CHAINS)


def _counts(quote: Quote, now: float) -> bool:
    """Say whether what was told of an option is so now: since it has its line, or not long ago."""
    is_heard = quote.has_line and quote.at >= quote.begun
    return quote.at > 0 and (is_heard or now - quote.at <= OLDEST)
