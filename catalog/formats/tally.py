"""What becomes of each record of a part, while the part is made."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mia_plugins.importing import MarketRows, Part, Rejected, TableRows

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass
class Tally:
    """The records of one part; those that make no row and are not rejected are joined to others."""

    word: str = "record"
    """What a record is called: record, line, entry."""
    read: int = 0
    rows: list[MarketRows | TableRows] = field(default_factory=list)
    _rejected: dict[str, Rejected] = field(default_factory=dict)
    _joined: int = 0
    _beside: int = 0
    _flagged: Counter[str] = field(default_factory=Counter)

    def reject(self, reason: str, numbers: Numbers) -> None:
        """Note records that cannot be used, by their numbers in the file."""
        if len(numbers):
            self.reject_some(reason, len(numbers), f"{self.word} {numbers[0]}")

    def reject_some(self, reason: str, count: int, first: str) -> None:
        """Note records that cannot be used, the first of which is at a place."""
        known = self._rejected.get(reason)
        self._rejected[reason] = Rejected(
            count + (known.count if known else 0), known.first if known else first
        )

    def join(self, which: Flags) -> None:
        """Note records that are in another record's row."""
        self._joined += int(np.count_nonzero(which))

    def twice(self, which: Flags) -> None:
        """Note records that make a row beyond the one, or the rejection, that they are counted for."""
        self._beside += int(np.count_nonzero(which))

    def again(self, what: str) -> None:
        """Note a record that takes the place of one before, which is joined to it."""
        self._joined += 1
        self._flagged[what] += 1

    def beside(self, count: int) -> None:
        """Note rows that are made beside the one for each record."""
        self._beside += count

    def put_by(self, count: int) -> None:
        """Note records that wait for others; fewer than none for those that wait no longer."""
        self._joined += count

    def flag(self, what: str, which: Flags) -> None:
        """Note what is odd about rows that are taken."""
        if which.any():
            self._flagged[what] += int(np.count_nonzero(which))

    def sound(self, numbers: Numbers, *faults: tuple[Flags, str]) -> Flags:
        """Return which records have none of some faults; each other one is rejected for its first."""
        good = np.ones(len(numbers), np.bool_)
        for there, reason in faults:
            bad = there & good
            if bad.any():
                self.reject(reason, numbers[bad])
                good &= ~bad
        return good

    def market(self, rows: MarketRows) -> None:
        """Add rows of market data, if there are any."""
        if len(rows.columns):
            self.rows.append(rows)

    def part(self, done: int) -> Part:
        """Return the part; `done` are the bytes of the file behind it."""
        return Part(
            self.read,
            done,
            tuple(self.rows),
            self._joined,
            self._rejected,
            dict(self._flagged),
            self._beside,
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """Says where a row stands in the file, by the numbers of the records that the rows are of."""

    word: str
    numbers: Numbers

    def __call__(self, row: int) -> str:
        """Return it for a person."""
        return f"{self.word} {self.numbers[row]}"
