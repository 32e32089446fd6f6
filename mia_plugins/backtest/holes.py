"""Holes in the data of a day that has a file: what is ordered in one meets prices of long ago."""

from mia_plugins.backtest.stream import Part
from mia_plugins.data.arrow import Kind, times_of
from mia_plugins.data.instruments import Contract
from mia_plugins.data.sessions import NS, Session
from mia_plugins.runtime.context import Warnings
from mia_plugins.runtime.times import told_time

LONGEST = 15 * 60 * NS
"""ns without data that are still the market's; `mia catalog check` has the same."""


class Holes:
    """Looks for stretches of a session in which what fills orders says nothing."""

    def __init__(self, kind: Kind, warnings: Warnings) -> None:
        """`kind` is what orders are matched against."""
        self.kind = kind
        self._warnings = warnings
        self._last: dict[Contract, int] = {}

    def begin(self, session: Session, contracts: tuple[Contract, ...]) -> None:
        """Start a session."""
        self._last = dict.fromkeys(contracts, session.open)

    def see(self, part: Part) -> None:
        """Look at rows of the session."""
        if part.kind is not self.kind or part.contract not in self._last:
            return
        ts = times_of(part.table["ts_init"].combine_chunks())
        self._between(part.contract, self._last[part.contract], int(ts[0]))
        gaps = ts[1:] - ts[:-1]
        for row in (gaps > LONGEST).nonzero()[0].tolist():
            self._between(part.contract, int(ts[row]), int(ts[row + 1]))
        self._last[part.contract] = int(ts[-1])

    def end(self, session: Session) -> None:
        """Look at what is missing up to the session's end."""
        for contract, last in self._last.items():
            self._between(contract, last, session.close)

    def _between(self, contract: Contract, start: int, end: int) -> None:
        if end - start > LONGEST:
            self._warnings.add(
                f"hole {contract.code}",
                f"{contract.instrument_id} has no {self.kind} for {(end - start) // (60 * NS)} minutes from "
                f"{told_time(start)}: what was ordered then met the prices before; see `mia catalog check`",
            )
