"""Measures of what happens inside bars."""

from abc import abstractmethod
from typing import final

from mia_plugins.features import Measure
from mia_plugins.tape.bars import Bar
from mia_plugins.tape.tape import Tape


class WithinBars(Measure):
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
        bars = tape.bars(self.minutes) if self.minutes else tape.base
        if bars.count != self._closed:
            for bar in bars.since(self._closed):
                end = max(lo, bar.ts - 1)
                self.take_rows(tape, lo, end)
                self.take_bar(bar)
                lo = end
            self._closed = bars.count
        self.take_rows(tape, lo, hi)

    def restart(self) -> None:
        """Begin anew, before any data."""
        self._closed = 0
        super().restart()

    def begin_contract(self) -> None:
        """Start on another contract, whose bars are counted anew: all is forgotten."""
        self._closed = 0
        super().begin_contract()

    @abstractmethod
    def take_rows(self, tape: Tape, lo: int, hi: int) -> None:
        """Take in what came after `lo` up to `hi` (UTC ns), all of one bar; there may be nothing."""

    @abstractmethod
    def take_bar(self, bar: Bar) -> None:
        """Take the bar that closed after the rows before; prices in ticks."""
