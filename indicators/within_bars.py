"""Measures of what happens inside bars."""

from abc import abstractmethod
from typing import final

from mia_plugins.data.arrow import Kind
from mia_plugins.data.columns import Quotes, Trades, rows_of
from mia_plugins.features import Measure
from mia_plugins.tape.bars import Bar
from mia_plugins.tape.tape import Tape


class WithinBars[T: (Trades, Quotes)](Measure):
    """A measure that takes rows of the tape, then the bar they were in, then rows of the next one.

    A row at a bar's very end belongs to the next bar.
    """

    minutes: int = 0
    """The length of its bars; 0 for the base bars."""

    _closed = 0

    @property
    def longer_bars(self) -> frozenset[int]:
        """The length of its bars, where they are not the base bars."""
        return frozenset({self.minutes} - {0})

    @final
    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take rows, and the bars that have closed between them."""
        rows = self.rows_in(tape, lo, hi)
        bars = tape.bars(self.minutes) if self.minutes else tape.base
        if bars.count != self._closed:
            for bar in bars.since(self._closed):
                inside = int(rows.ts.searchsorted(bar.ts)) if len(rows) else 0
                if inside:
                    self.take_rows(rows_of(rows, slice(inside)))
                    rows = rows_of(rows, slice(inside, None))
                self.take_bar(bar)
            self._closed = bars.count
        if len(rows):
            self.take_rows(rows)

    def restart(self) -> None:
        """Begin anew, before any data."""
        self._closed = 0
        super().restart()

    def begin_contract(self) -> None:
        """Start on another contract, whose bars are counted anew: all is forgotten."""
        self._closed = 0
        super().begin_contract()

    @abstractmethod
    def rows_in(self, tape: Tape, lo: int, hi: int) -> T:
        """Return the rows it takes that came after `lo` up to `hi` (UTC ns)."""

    @abstractmethod
    def take_rows(self, rows: T) -> None:
        """Take in rows, all of one bar."""

    @abstractmethod
    def take_bar(self, bar: Bar) -> None:
        """Take the bar that closed after the rows before; prices in ticks."""


class WithTrades(WithinBars[Trades]):
    """A measure of the trades inside base bars."""

    reads = frozenset({Kind.TRADES})

    def rows_in(self, tape: Tape, lo: int, hi: int) -> Trades:
        """Return trades."""
        return tape.trades(lo, hi)


class WithQuotes(WithinBars[Quotes]):
    """A measure of the best quotes inside base bars."""

    reads = frozenset({Kind.QUOTES})

    def rows_in(self, tape: Tape, lo: int, hi: int) -> Quotes:
        """Return quotes."""
        return tape.quotes(lo, hi)
