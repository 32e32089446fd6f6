"""What is remembered of one instrument from part to part of a file."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from catalog.formats.tally import Flags
from mia_plugins.importing import Grid

ALIKE = 2**20
"""More trades of one sequence number than there can be."""


@dataclass
class Followed:
    """One instrument: prices to ticks, and where rows of it stood last."""

    symbol: str
    grid: Grid
    _last: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    _sequence: dict[int, tuple[int, int]] = field(default_factory=dict)

    def ids(self, schema: int, sequences: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return ids of trades: the exchange's sequence number, and the how manieth of that number each is.

        Several trades of one order have one number. The same trade has the same id in every schema.
        """
        if not len(sequences):
            return np.empty(0, np.int64)
        numbers = sequences.astype(np.int64)
        starts = np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 1))
        lengths = np.diff(starts, append=len(numbers))
        places = np.arange(len(numbers)) - np.repeat(starts, lengths)
        last, count = self._sequence.get(schema, (-1, 0))
        if numbers[0] == last:
            places[: lengths[0]] += count
        self._sequence[schema] = int(numbers[-1]), int(places[-1]) + 1
        return numbers * ALIKE + places

    def changes(self, what: str, rows: NDArray[np.int64]) -> Flags:
        """Say which rows differ from the row above; the last one is remembered under a name."""
        if not len(rows):
            return np.zeros(0, np.bool_)
        before = self._last.get(what)
        first = np.ones(1, np.bool_) if before is None else (rows[:1] != before).any(axis=1)
        self._last[what] = rows[-1].copy()
        return np.concatenate((first, (rows[1:] != rows[:-1]).any(axis=1)))
