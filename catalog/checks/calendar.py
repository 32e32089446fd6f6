"""Data against the calendar: where there are none while the market is open."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.checks.problem import Problem, ProblemKind, new_york
from mia_plugins.data.arrow import Kind
from mia_plugins.data.layout import DataFile
from mia_plugins.data.rough_prices import product_code
from mia_plugins.data.sessions import NEW_YORK, NS, Session, sessions

MINUTE = 60 * NS


def sessions_around(start: int, end: int) -> tuple[Session, ...]:
    """Return the sessions that reach into a span of UTC ns."""
    first, last = (dt.datetime.fromtimestamp(ts // NS, NEW_YORK).date() for ts in (start, end))
    day = dt.timedelta(days=1)
    return sessions(first - 4 * day, last + 4 * day)


def outside_hours(times: NDArray[np.int64], kind: Kind, start: int, end: int) -> NDArray[np.bool_]:
    """Say which times, all from `start` to `end`, lie in no session; a bar's is its close."""
    found = sessions_around(start, end)
    opens, closes = (np.array([getattr(one, side) for one in found]) for side in ("open", "close"))
    inside = times - 1 if kind is Kind.BARS else times
    place = np.searchsorted(opens, inside, side="right") - 1
    outside: NDArray[np.bool_] = (place < 0) | (inside >= closes[place])
    return outside


@dataclass
class GapCheck:
    """Collects the silences of one series, over all of its files in the order of time."""

    file: DataFile
    """Any file of the series."""
    max_gap: int
    """ns."""

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self._applies = product_code(self.file.instrument_id) is not None and self.file.is_ours
        self._silences: list[tuple[int, int]] = []
        self._first: int | None = None
        self._last = 0

    def feed(self, times: NDArray[np.int64]) -> None:
        """Look at the next times (UTC ns)."""
        if not len(times) or not self._applies:
            return
        if self._first is None:
            self._first = self._last = int(times[0])
        self._first = min(self._first, int(times.min()))
        # What goes back in time ends no silence; so it matters not where a row group ends.
        latest = np.maximum.accumulate(np.append(self._last, times))
        for place in np.flatnonzero(np.diff(latest) > self.max_gap):
            self._silences.append((int(latest[place]), int(latest[place + 1])))
        self._last = int(latest[-1])

    def problems(self) -> Iterator[Problem]:
        """Yield the silences that fall into sessions, from the first session with data to the last."""
        if self._first is None:
            return
        found = sessions_around(self._first, self._last)
        begin = max((one.open for one in found if one.open <= self._first), default=self._first)
        end = min((one.close for one in found if one.close >= self._last), default=self._last)
        where = self.file.path.rpartition("/")[0]
        for start, stop in [(begin, self._first), *self._silences, (self._last, end)]:
            for session in found:
                gap = (max(start, session.open), min(stop, session.close))
                if gap[1] - gap[0] > self.max_gap:
                    yield Problem(ProblemKind.GAP, where, _told(session, *gap))


def _told(session: Session, start: int, stop: int) -> str:
    if (start, stop) == (session.open, session.close):
        return f"nothing on {session.day}, a trading day"
    minutes = (stop - start) // MINUTE
    return f"nothing for {minutes} minutes from {new_york(start)} New York, on {session.day}"
