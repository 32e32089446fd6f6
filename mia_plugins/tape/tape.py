"""`Tape`: what a strategy can read of one instrument, up to now."""

from collections.abc import Iterable, Mapping

import numpy as np

from mia_plugins.data.arrow import Kind
from mia_plugins.data.columns import LEVELS, Bars, Depth, Quotes, Trades
from mia_plugins.data.instruments import Contract
from mia_plugins.data.sessions import Session
from mia_plugins.errors import did_you_mean
from mia_plugins.tape.bars import BarSeries
from mia_plugins.tape.errors import LookAheadError, TapeError
from mia_plugins.tape.quoting import best_in, quotes_in, with_both_sides, with_size
from mia_plugins.tape.series import Series
from mia_plugins.tape.trail import Trail

__all__ = ["LookAheadError", "Tape", "TapeError"]


def _nothing() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.empty(0, np.int64)


def no_trades() -> Trades:
    """Return trades without rows."""
    return Trades(_nothing(), _nothing(), _nothing(), np.empty(0, np.int8))


def no_quotes() -> Quotes:
    """Return quotes without rows."""
    return Quotes(*(_nothing() for _ in Quotes.__slots__))


def no_depth() -> Depth:
    """Return depth without rows."""
    return Depth(_nothing(), *(np.empty((0, LEVELS), np.int64) for _ in Depth.__slots__[1:]))


type Rows = Trades | Quotes | Depth | Bars


class Tape:
    """One instrument's data up to `now`, as columns.

    A feature reads in its `advance(tape, lo, hi)` what came after `lo` up to `hi`. What lies after
    `now` is an error, not an empty answer. `load` and `advance` are the runtime's.
    """

    def __init__(
        self,
        code: str,
        kinds: Iterable[Kind],
        minutes: Iterable[int],
        *,
        quotes_from: Kind = Kind.DEPTH,
        trail: Trail | None = None,
    ) -> None:
        """`kinds` are those that are read; `minutes` the lengths of bars, the base first.

        `quotes_from` is what quotes come of; with `Kind.QUOTES` those that depth implies are left out.
        `trail` is given the quotes too, for what looks at them later.
        """
        self.recalls = True
        """Whether bars of history may stand here: not beside trades or a book that nobody has heard."""
        self.quotes_from = quotes_from
        self.code = code
        """The product's, such as ES."""
        self.now = -1
        """Up to when rows can be read: UTC ns."""
        self.session: Session | None = None
        self.contract: Contract | None = None
        """The contract that leads in this session."""
        self.kinds = frozenset(kinds)
        self._trades = Series(f"{code}'s trades", no_trades)
        self._quotes = Series(f"{code}'s quotes", no_quotes)
        self._depth = Series(f"{code}'s depth", no_depth)
        self._read = tuple(
            series
            for kind, series in (
                (Kind.TRADES, self._trades),
                (Kind.QUOTES, self._quotes),
                (Kind.DEPTH, self._depth),
            )
            if kind in self.kinds
        )
        self._trail = trail
        self._bars = {length: BarSeries(length) for length in minutes}
        self.base = next(iter(self._bars.values()), BarSeries(1))
        """The bars at whose closes the strategy is evaluated."""
        self._longer = tuple(bars for bars in self._bars.values() if bars is not self.base)
        self._from_trades = Kind.TRADES in self.kinds and Kind.BARS not in self.kinds

    @property
    def lengths(self) -> tuple[int, ...]:
        """The lengths of its bars in minutes, the base first."""
        return tuple(self._bars)

    @property
    def price(self) -> int:
        """The last price, in ticks: at a base bar's close the bar's, between two that of the last trade.

        Where bars do not come of trades it is the last close; 0 before the first price.
        """
        base = self.base
        if not self._from_trades or (len(base) and base.last.ts == self.now):
            return base.close
        return base.forming or base.close

    @property
    def brought(self) -> dict[str, int]:
        """How many rows each kind has brought up to now; of bars, those of the base that closed."""
        return {
            "trades": self._trades.count,
            "quotes": self._quotes.count,
            "depth": self._depth.count,
            "bars": self.base.count,
        }

    def has_bars(self, minutes: int) -> bool:
        """Say whether bars of a length have been declared."""
        return minutes in self._bars

    def bars(self, minutes: int) -> BarSeries:
        """Return the closed bars of a length the strategy has declared."""
        if minutes not in self._bars:
            known = ", ".join(f"{length}" for length in self._bars)
            raise TapeError(f"bars of {minutes} min are not declared; declared: {known} min")
        return self._bars[minutes]

    def trades(self, lo: int, hi: int) -> Trades:
        """Return the trades with lo < ts <= hi (UTC ns)."""
        self._declared(Kind.TRADES)
        return self._trades.rows(lo, hi)

    def depth(self, lo: int, hi: int) -> Depth:
        """Return the book's updates with lo < ts <= hi (UTC ns)."""
        self._declared(Kind.DEPTH)
        return self._depth.rows(lo, hi)

    def quotes(self, lo: int, hi: int) -> Quotes:
        """Return the best bids and asks with lo < ts <= hi (UTC ns)."""
        self._declared(Kind.QUOTES)
        return self._quotes.rows(lo, hi)

    def begin(self, session: Session, contract: Contract) -> None:
        """Start a trading day of a contract; bars of another one are not read on."""
        other = self.contract is not None and contract != self.contract
        self.session, self.contract = session, contract
        for series in self._bars.values():
            series.begin(session.open, session.close, other_contract=other)

    def recall(self, session: Session, minutes: Bars) -> None:
        """Take bars of one minute of before the first look, of the session that is open then.

        Each is stamped at its close; bars of all lengths are made of them, and of the trades that come after.
        """
        if self.now >= 0:
            raise TapeError("history was to be put on a tape that had been looked at")
        if not self.recalls or not self._from_trades or not len(minutes):
            return
        for series in self._bars.values():
            series.begin(session.open, session.close)
            series.add_minutes(minutes)
            series.close_until(int(minutes.ts[-1]))

    def load(self, rows: Rows) -> None:
        """Add rows that come after those that are there; they may lie in the future."""
        match rows:
            case Trades():
                self._trades.load(with_size(rows))
            case Quotes():
                self._load_quotes(rows)
            case Depth():
                if Kind.DEPTH in self.kinds:
                    self._depth.load(rows)
                if self.quotes_from is not Kind.QUOTES:
                    self._load_quotes(best_in(rows))
            case Bars():
                self._load_bars(rows)
                self._load_quotes(quotes_in(rows))

    def advance(self, now: int) -> bool:
        """Let time pass until `now` (UTC ns); say whether a base bar closed just then."""
        if now < self.now:
            raise TapeError(f"time would run back from {self.now} to {now} (UTC ns)")
        if now == self.now:
            return False
        lo, self.now = self.now, now
        for series in self._read:
            series.advance(now)
        if self._from_trades:
            self._bars_from_trades(self._trades.rows(lo, now))
        for bars in self._longer:
            bars.close_until(now)
        return self.base.close_until(now)

    def _bars_from_trades(self, trades: Trades) -> None:
        for series in self._bars.values():
            series.add_trades(trades)

    def _load_quotes(self, rows: Quotes) -> None:
        if Kind.QUOTES not in self.kinds and self._trail is None:
            return
        quotes = with_both_sides(rows)
        if Kind.QUOTES in self.kinds:
            self._quotes.load(quotes)
        if self._trail is not None:
            self._trail.load(quotes)

    def _load_bars(self, rows: Bars) -> None:
        if Kind.BARS in self.kinds:
            for series in self._bars.values():
                series.add_minutes(rows)

    def _declared(self, kind: Kind) -> None:
        if kind not in self.kinds:
            raise TapeError(
                f"{kind} of {self.code} are not declared to be read{did_you_mean(kind, self.kinds)}",
                f"add Kind.{kind.name} to the strategy's or the feature's `reads`",
            )


def last_prices(tapes: Mapping[str, Tape]) -> dict[str, int]:
    """Return the close of the last base bar of each product of which one is known, in ticks."""
    return {code: tape.base.close for code, tape in tapes.items() if tape.base.close}
