"""Closed hours that a played market leaves out: weekends and holidays, up to some minutes at both ends."""

import datetime as dt
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mia_plugins.data.sessions import NEW_YORK, NS, breaks

LEFT = 600 * NS
"""ns of closed hours that are played after the close and before the open."""
AHEAD = dt.timedelta(days=45)
"""How far ahead they are left out."""


@dataclass(frozen=True, slots=True)
class Skipping:
    """Spans of the market's time that are not played; all times are UTC ns.

    Played time is the market's without them: it has no gaps.
    """

    spans: tuple[tuple[int, int], ...] = ()
    """In order."""

    @classmethod
    def closed_hours(cls, start: int) -> Self:
        """Return the closed hours after a time that are longer than those of every night."""
        day = dt.datetime.fromtimestamp(start // NS, NEW_YORK).date()
        found = (
            (close + LEFT, reopen - LEFT) for close, reopen in breaks(day - dt.timedelta(days=7), day + AHEAD)
        )
        return cls(tuple((lo, hi) for lo, hi in found if hi - lo > 3_600 * NS and lo > start))

    def market(self, played: int) -> int:
        """Return the market's time at a played one."""
        for lo, hi in self.spans:
            if played < lo:
                break
            played += hi - lo
        return played

    def played(self, market: int) -> int:
        """Return the played time at one of the market's; of what is left out, its end's."""
        return market - sum(min(max(market - lo, 0), hi - lo) for lo, hi in self.spans)

    def played_all(self, market: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the played times at many of the market's."""
        found = market.copy()
        for lo, hi in self.spans:
            found -= np.clip(market - lo, 0, hi - lo)
        return found

    def end_of(self, market: int) -> int | None:
        """Return when what is left out at a time is over; None where it is played."""
        return next((hi for lo, hi in self.spans if lo <= market < hi), None)


NOTHING_SKIPPED = Skipping()
