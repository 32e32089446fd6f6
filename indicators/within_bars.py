"""Measures of what happens inside base bars."""

from abc import abstractmethod
from typing import final

from mia_plugins.features import Measure
from mia_plugins.tape.bars import Bar
from mia_plugins.tape.tape import Tape


class WithinBars(Measure):
    """A measure that takes rows of the tape, then the base bar they were in, then rows of the next one.

    A row at a bar's very end belongs to the next bar.
    """

    _closed = 0

    @final
    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take rows, and the bars that have closed between them."""
        if tape.base.count != self._closed:
            for bar in tape.base.since(self._closed):
                end = max(lo, bar.ts - 1)
                self.take_rows(tape, lo, end)
                self.take_bar(bar)
                lo = end
            self._closed = tape.base.count
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
